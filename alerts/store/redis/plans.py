"""Plans and chosen tiers: a hash each, beside the timetable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from alerts.domain.model import Tier
from alerts.store import keys
from alerts.store.redis.link import Link

_PAGE = 1000  # in one command: nobody else waits long for it
_MS = timedelta(milliseconds=1)


class RedisPlans:
    """See promises.plans.Plans."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def set_floor(self, sku: str, tier: Tier | None) -> None:
        async with self._link.trouble():
            if tier:
                await self._link.redis.hset(keys.FLOORS, sku, tier.value)
            else:
                await self._link.redis.hdel(keys.FLOORS, sku)

    async def floors(self, skus: Sequence[str]) -> Mapping[str, Tier]:
        return {sku: Tier(found) for sku, found in (await self._of(keys.FLOORS, skus)).items()}

    async def in_tiers(self) -> Mapping[str, Tier]:
        async with self._link.trouble():
            return {sku: tier for tier in Tier for sku in await self._link.redis.zrange(keys.due(tier), 0, -1)}

    async def put_plan(self, every: Mapping[str, timedelta]) -> None:
        async with self._link.trouble():
            for page in _pages(every):
                await self._link.redis.hset(keys.PLAN, mapping={sku: every[sku] // _MS for sku in page})

    async def planned(self, skus: Sequence[str]) -> Mapping[str, timedelta]:
        return {sku: int(found) * _MS for sku, found in (await self._of(keys.PLAN, skus)).items()}

    async def forget_plan(self) -> None:
        async with self._link.trouble():
            await self._link.redis.unlink(keys.PLAN)

    async def bring_forward(self, at: Mapping[str, datetime]) -> None:
        async with self._link.trouble():
            for page in _pages(at):
                times = {sku: round(at[sku].timestamp() * 1000) for sku in page}
                for tier in Tier:
                    # XX: only what is there; LT: only if it is earlier.
                    await self._link.redis.zadd(keys.due(tier), times, xx=True, lt=True)

    async def _of(self, name: str, skus: Sequence[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        async with self._link.trouble():
            for page in _pages(skus):
                values = await self._link.redis.hmget(name, page)
                found.update({sku: value for sku, value in zip(page, values, strict=True) if value is not None})
        return found


def _pages(skus: Mapping[str, object] | Sequence[str]) -> Iterator[list[str]]:
    left = iter(skus)
    while page := list(islice(left, _PAGE)):
        yield page
