"""When each watched product is due: one sorted set per tier, and one for those that cannot wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from alerts.domain.model import Tier
from alerts.store import keys
from alerts.store.ports import Due, Upcoming
from alerts.store.redis.link import Link


class RedisTimetable:
    """See ports.Timetable."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def schedule(self, sku: str, tier: Tier, at: datetime) -> None:
        names = [keys.due(tier), *(keys.due(other) for other in Tier if other is not tier)]
        await self._link.run("schedule", names, [sku, _ms(at)])

    async def unschedule(self, sku: str) -> None:
        async with self._link.trouble():
            for name in (*map(keys.due, Tier), keys.HURRIED):
                await self._link.redis.zrem(name, sku)
            await self._link.redis.hdel(keys.PLAN, sku)

    async def scheduled(self) -> frozenset[str]:
        async with self._link.trouble():
            return frozenset([sku for tier in Tier for sku in await self._link.redis.zrange(keys.due(tier), 0, -1)])

    async def due(self, tier: Tier, now: datetime, *, limit: int) -> Sequence[Due]:
        return await self._ripe(keys.due(tier), now, limit)

    async def upcoming(self, now: datetime) -> Mapping[Tier, Upcoming]:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for tier in Tier:
                pipe.zcard(keys.due(tier))
                pipe.zcount(keys.due(tier), "-inf", _ms(now))
                pipe.zrange(keys.due(tier), 0, 0, withscores=True)
            found = await pipe.execute()
        rows = zip(Tier, found[::3], found[1::3], found[2::3], strict=True)
        return {tier: Upcoming(count, due, _at(first[0][1]) if first else None) for tier, count, due, first in rows}

    async def hurry(self, sku: str, at: datetime) -> None:
        await self._link.run("hurry", [keys.HURRIED, *map(keys.due, Tier)], [sku, _ms(at)])

    async def hurried(self, now: datetime, *, limit: int) -> Sequence[Due]:
        return await self._ripe(keys.HURRIED, now, limit)

    async def hurry_done(self, due: Due) -> None:
        await self._link.run("hurry_done", [keys.HURRIED], [due.sku, _ms(due.at)])

    async def move(self, due: Due, tier: Tier, to: datetime) -> bool:
        return bool(await self._link.run("move", [keys.due(tier)], [due.sku, _ms(due.at), _ms(to)]))

    async def _ripe(self, name: str, now: datetime, limit: int) -> Sequence[Due]:
        async with self._link.trouble():
            found = await self._link.redis.zrange(
                name, "-inf", _ms(now), byscore=True, offset=0, num=limit, withscores=True
            )
        return [Due(sku, _at(score)) for sku, score in found]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _at(score: float) -> datetime:
    return datetime.fromtimestamp(score / 1000, UTC)
