"""Secrets of a guild's targets, encrypted before they come here."""

from __future__ import annotations

from alerts.domain.wishes import Target
from alerts.store import keys
from alerts.store.redis.link import Link


class RedisSealed:
    """See ports.Sealed."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def put_sealed(self, guild: int, target: Target, text: str) -> None:
        async with self._link.trouble():
            await self._link.redis.hset(keys.sealed(guild), str(target), text)

    async def sealed(self, guild: int, target: Target) -> str | None:
        async with self._link.trouble():
            found: str | None = await self._link.redis.hget(keys.sealed(guild), str(target))
        return found

    async def remove_sealed(self, guild: int, target: Target) -> None:
        async with self._link.trouble():
            await self._link.redis.hdel(keys.sealed(guild), str(target))
