"""News that waits for its moment, and what is remembered of each subscription."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from alerts.domain.memory import NOTHING, Memory
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import Subscription
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

    async def memories(self, wanted: Sequence[tuple[int, str]]) -> Sequence[tuple[Subscription, Memory] | None]:
        if not wanted:
            return []
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for guild, subscription_id in wanted:
                pipe.hget(keys.subscriptions(guild), subscription_id)
                pipe.hget(keys.memories(guild), subscription_id)
            found = await pipe.execute()
        return [
            (Subscription.model_validate_json(wish), Memory.model_validate_json(raw) if raw else Memory())
            if wish
            else None
            for wish, raw in zip(found[::2], found[1::2], strict=True)
        ]

    async def swap_memories(
        self, memories: Mapping[tuple[int, str], tuple[Memory, Memory]]
    ) -> Collection[tuple[int, str]]:
        calls = [
            ([keys.memories(guild), keys.subscriptions(guild)], [name, _text(before), _text(after)])
            for (guild, name), (before, after) in memories.items()
        ]
        done = await self._link.run_each("swap", calls)
        return [name for name, is_kept in zip(memories, done, strict=True) if not is_kept]


def _text(memory: Memory) -> str:
    """As it is kept; nothing for a memory of nothing."""
    return memory.model_dump_json(exclude_defaults=True) if memory != NOTHING else ""


def _body(waiting: Waiting) -> str:
    return waiting.model_dump_json(exclude_defaults=True)
