"""What belongs to a guild: its settings, a field for each choice it made."""

from __future__ import annotations

import structlog

from alerts.domain.guild import GuildSettings, from_stored, stored
from alerts.store import keys
from alerts.store.redis.link import Link

log = structlog.get_logger()


class RedisGuilds:
    """See ports.GuildChoices."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def guild_settings(self, guild: int) -> GuildSettings:
        async with self._link.trouble():
            found = await self._link.redis.hgetall(keys.settings(guild))
        settings, wrong = from_stored(found)
        if wrong:
            log.warning("settings not understood", guild=guild, fields=wrong, cure="set them anew; till then: defaults")
        return settings

    async def put_guild_settings(self, guild: int, settings: GuildSettings) -> None:
        name, fields = keys.settings(guild), stored(settings)
        chosen = {field: text for field, text in fields.items() if text is not None}
        others = [field for field in fields if field not in chosen]
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=True)
            pipe.hset(name, mapping={"v": "1", **chosen})
            if others:
                pipe.hdel(name, *others)
            await pipe.execute()
