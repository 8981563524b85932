"""API keys: a record each, found by the key's id, and per guild a list of ids.

The two lie in different slots. A record comes first, on trial for a minute until the list has taken it, and goes first.
So what is listed was kept once, and nothing stays that is not listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from alerts.domain.api_keys import ApiKey
from alerts.store import keys
from alerts.store.redis.link import Link

_TRIAL = timedelta(minutes=1)
_MILLISECOND = timedelta(milliseconds=1)


class RedisApiKeys:
    """See promises.api_keys.ApiKeyStore."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def add_api_key(self, key: ApiKey, *, most: int | None, ttl: timedelta | None) -> bool:
        record, body = keys.api_key(key.id), _body(key)
        if not await self._link.run("api_key_add", [record], [key.guild, body, _TRIAL // _MILLISECOND]):
            return False
        listing: list[str | int] = [key.id, int(key.created_at.timestamp()), -1 if most is None else most]
        if not await self._link.run("api_key_list", [keys.api_keys(key.guild)], listing):
            await self._link.run("api_key_drop", [record], [key.guild])
            return False
        return await self._swap(key, body, body, ttl)

    async def api_key(self, key_id: str) -> ApiKey | None:
        async with self._link.trouble():
            body, used, pepper = await self._link.redis.hmget(keys.api_key(key_id), "body", "used", "pepper")
        return _key(body, used, pepper) if body else None

    async def api_keys(self, guild: int) -> Sequence[ApiKey]:
        async with self._link.trouble():
            ids = await self._link.redis.zrange(keys.api_keys(guild), 0, -1)
        found = {key_id: await self.api_key(key_id) for key_id in ids}
        if gone := [key_id for key_id, key in found.items() if key is None]:
            async with self._link.trouble():
                await self._link.redis.zrem(keys.api_keys(guild), *gone)
        there = [key for key in found.values() if key and key.guild == guild]
        return sorted(there, key=lambda each: (each.created_at, each.id))

    async def swap_api_key(self, before: ApiKey, after: ApiKey, *, ttl: timedelta | None) -> bool:
        return await self._swap(after, _body(before), _body(after), ttl)

    async def note_api_key_used(self, key_id: str, at: datetime) -> None:
        await self._link.run("api_key_used", [keys.api_key(key_id)], [at.timestamp()])

    async def remove_api_key(self, guild: int, key_id: str) -> None:
        await self._link.run("api_key_drop", [keys.api_key(key_id)], [guild])
        async with self._link.trouble():
            await self._link.redis.zrem(keys.api_keys(guild), key_id)

    async def _swap(self, key: ApiKey, before: str, after: str, ttl: timedelta | None) -> bool:
        milliseconds = -1 if ttl is None else max(1, ttl // _MILLISECOND)
        args: list[str | int | float] = [before, after, milliseconds, key.pepper]
        return bool(await self._link.run("api_key_swap", [keys.api_key(key.id)], args))


def _body(key: ApiKey) -> str:
    """All but when it was used, and under which pepper: that is noted beside it, and changes nothing about the key.

    So a version that does not know of it can read the rest.
    """
    return key.model_dump_json(exclude={"last_used_at", "pepper"})


def _key(body: str, used: str | None, pepper: str | None) -> ApiKey:
    last = datetime.fromtimestamp(float(used), UTC) if used else None
    return ApiKey.model_validate_json(body).model_copy(update={"last_used_at": last, "pepper": pepper or ""})
