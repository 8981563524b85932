"""Products that were added by their address: a hash by the address's mark, and a list of the marks as they came.

Beside them what waits for somebody's press of a button, in keys that end by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from time import time

from alerts.domain.catalogue import UrlProduct
from alerts.store import keys
from alerts.store.redis.link import Link

_AT_ONCE = 500
_LONGEST = timedelta(days=1)  # that anything of a person waits
_DROPPED = "-"  # in the list of marks, see drop_product.lua


class RedisCatalogue:
    """See ports.Catalogue and ports.Pendings."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def add_product(self, product: UrlProduct) -> UrlProduct:
        names = [keys.ADDED, keys.ADDED_ORDER]
        kept = await self._link.run("add_product", names, [product.mark, product.model_dump_json()])
        return UrlProduct.model_validate_json(kept)

    async def added_products(self, since: int) -> tuple[int, Sequence[UrlProduct]]:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=True)
            pipe.llen(keys.ADDED_ORDER)
            pipe.lrange(keys.ADDED_ORDER, since, -1)
            count, marks = await pipe.execute()
            if since and _DROPPED in marks:
                return 0, []
            bodies: list[str | None] = []
            for start in range(0, len(marks), _AT_ONCE):
                bodies += await self._link.redis.hmget(keys.ADDED, marks[start : start + _AT_ONCE])
        return int(count), [UrlProduct.model_validate_json(body) for body in bodies if body]

    async def put_pending(self, guild: int, name: str, body: str, *, ttl: timedelta, person: int = 0) -> None:
        async with self._link.trouble():
            if person:
                # Before it is kept: what could not be found again could not be forgotten.
                await self._remember(person, keys.pending(guild, name), ttl)
            await self._link.redis.set(keys.pending(guild, name), body, px=int(ttl.total_seconds() * 1000))

    async def _remember(self, person: int, name: str, ttl: timedelta) -> None:
        place, now = keys.left_open(person), time()
        pipe = self._link.redis.pipeline(transaction=False)
        pipe.zremrangebyscore(place, "-inf", now)
        pipe.zadd(place, {name: now + ttl.total_seconds()})
        pipe.expire(place, _LONGEST)
        await pipe.execute()

    async def pending(self, guild: int, name: str) -> str | None:
        async with self._link.trouble():
            found: str | None = await self._link.redis.get(keys.pending(guild, name))
        return found

    async def take_pending(self, guild: int, name: str) -> str | None:
        async with self._link.trouble():
            found: str | None = await self._link.redis.getdel(keys.pending(guild, name))
        return found
