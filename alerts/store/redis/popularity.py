"""How often products were asked for: a sorted set for each hour, which ends by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from alerts.store import keys
from alerts.store.redis.link import Link

_KEPT = timedelta(hours=3)


class RedisPopularity:
    """See promises.popularity.Popularity."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def count_asks(self, hour: int, asks: Mapping[str, int]) -> None:
        if not asks:
            return
        name = keys.asks(hour)
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for sku, count in asks.items():
                pipe.zincrby(name, count, sku)
            pipe.expire(name, _KEPT)
            await pipe.execute()

    async def most_asked(self, hour: int, *, limit: int) -> Mapping[str, int]:
        async with self._link.trouble():
            found = await self._link.redis.zrange(keys.asks(hour), 0, limit - 1, desc=True, withscores=True)
        return {sku: int(count) for sku, count in found}
