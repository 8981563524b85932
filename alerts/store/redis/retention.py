"""Old histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.store import keys
from alerts.store.redis.link import Link, pages


class RedisRetention:
    """See promises.retention.HistoryRetention."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def count_points(self, wanted: Sequence[tuple[str, str]], *, before: datetime) -> Sequence[int]:
        found: list[int] = []
        for some in pages(wanted):
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for sku, listing in some:
                    pipe.zcount(keys.history(sku, listing), "-inf", f"({_score(before)!r}")
                found += [int(each) for each in await pipe.execute()]
        return found

    async def drop_points(self, sku: str, listing: str, moments: Sequence[datetime]) -> int:
        name = keys.history(sku, listing)
        # Lua takes a few thousand arguments, and everybody else waits while a script runs.
        return sum([int(await self._link.run("drop_points", [name], [*map(_score, some)])) for some in pages(moments)])


def _score(at: datetime) -> float:
    return at.timestamp() * 1000
