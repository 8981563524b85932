"""What belongs to a guild: its settings, a field for each choice it made."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import structlog

from alerts.domain.guild import GuildSettings, from_stored, stored
from alerts.store import keys
from alerts.store.redis.link import Link, pages

log = structlog.get_logger()


class RedisGuilds:
    """See ports.GuildChoices."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def guild_settings(self, guild: int) -> GuildSettings:
        return (await self.settings_of([guild]))[guild]

    async def settings_of(self, guilds: Collection[int]) -> Mapping[int, GuildSettings]:
        found: dict[int, GuildSettings] = {}
        for some in pages(list(guilds)):
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for guild in some:
                    pipe.hgetall(keys.settings(guild))
                rows = await pipe.execute()
            found |= {guild: _read(guild, row) for guild, row in zip(some, rows, strict=True)}
        return found

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


def _read(guild: int, row: Mapping[str, str]) -> GuildSettings:
    settings, wrong = from_stored(row)
    if wrong:
        log.warning("settings not understood", guild=guild, fields=wrong, cure="set them anew; till then: defaults")
    return settings
