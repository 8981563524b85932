"""News that waits for its moment, and what is remembered of each subscription."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.domain.memory import Memory
from alerts.domain.waiting import Waiting
from alerts.store import keys
from alerts.store.redis.link import Link


class RedisHolds:
    """See ports.Holds."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def hold(self, waiting: Waiting) -> None:
        async with self._link.trouble():
            # The news itself is the member: one key, one command, and the same news again is the same member.
            await self._link.redis.zadd(keys.HELD, {_body(waiting): waiting.until.timestamp()})

    async def held(self, now: datetime, *, limit: int) -> Sequence[Waiting]:
        async with self._link.trouble():
            found = await self._link.redis.zrange(keys.HELD, "-inf", now.timestamp(), byscore=True, offset=0, num=limit)
        return [Waiting.model_validate_json(raw) for raw in found]

    async def release(self, waiting: Waiting) -> None:
        async with self._link.trouble():
            await self._link.redis.zrem(keys.HELD, _body(waiting))

    async def memory(self, guild: int, subscription_id: str) -> Memory:
        async with self._link.trouble():
            raw = await self._link.redis.hget(keys.memories(guild), subscription_id)
        return Memory.model_validate_json(raw) if raw else Memory()

    async def put_memory(self, guild: int, subscription_id: str, memory: Memory) -> None:
        async with self._link.trouble():
            body = memory.model_dump_json(exclude_defaults=True)
            await self._link.redis.hset(keys.memories(guild), subscription_id, body)


def _body(waiting: Waiting) -> str:
    return waiting.model_dump_json(exclude_defaults=True)
