"""What a product cost and when it was there."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.domain.model import Point, Product
from alerts.domain.stats import Timeline, timeline
from alerts.ports import Clock
from alerts.store.ports import Snapshots

MOST_POINTS = 2_000  # of one listing in its statistics: twenty changes a day for a hundred days


class History:
    """The points of change of a product, over all its vendors."""

    def __init__(self, *, store: Snapshots, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def __call__(
        self, product: Product, *, vendor: str | None = None, days: int | None = None, limit: int = 50
    ) -> Sequence[Point]:
        """The newest `limit` points, newest first; of one vendor (any case) or all; of the last `days` or all time."""
        since = self._clock.now() - timedelta(days=days) if days else None
        points = [point for each in await self._of(product, vendor, since, limit) for point in each]
        return heapq.nlargest(limit, points, key=lambda point: point.at)

    async def timeline(self, product: Product, *, vendor: str | None = None) -> Timeline:
        """What statistics are taken from: one vendor (any case) or all of them together, up to now."""
        return timeline(await self._of(product, vendor, None, MOST_POINTS), self._clock.now())

    async def _of(
        self, product: Product, vendor: str | None, since: datetime | None, limit: int
    ) -> Sequence[Sequence[Point]]:
        return [
            await self._store.history(product.sku, listing.id, since=since, limit=limit)
            for listing in product.listings
            if vendor is None or listing.vendor.casefold() == vendor.casefold()
        ]
