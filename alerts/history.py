"""What a product cost and when it was there."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.domain.errors import UnknownVendor
from alerts.domain.model import Listing, Point, Product
from alerts.domain.stats import Timeline, timeline
from alerts.domain.tracks import Track, tracks
from alerts.ports import Clock
from alerts.store.ports import Snapshots

_LONG = 500  # points of all listings together
MOST_POINTS = 2_000  # of one listing in its statistics: twenty changes a day for a hundred days


@dataclass(frozen=True, slots=True)
class Past:
    """A product's history, of one vendor or of all: its points by listing, and what statistics are taken from."""

    product: Product
    listings: Sequence[Listing]
    histories: Sequence[Sequence[Point]]
    line: Timeline
    vendor: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything is known at all."""
        return bool(self.line.stretches)

    def changes(self, span: timedelta | None, *, limit: int) -> Sequence[Point]:
        """The newest points of the last `span` or of all time, newest first."""
        since = self.line.now - span if span else None
        inside = [point for points in self.histories for point in points if since is None or point.at >= since]
        return heapq.nlargest(limit, inside, key=lambda point: point.at)

    def start(self, span: timedelta | None) -> datetime:
        """When the last `span` begins: not before anything is known."""
        since, now = self.line.since or self.line.now, self.line.now
        return since if span is None or span >= now - since else now - span

    def tracks(self, span: timedelta | None) -> tuple[Track, ...]:
        """What can be drawn of the last `span` or of all time."""
        return tracks(self.listings, self.histories, self.line, self.start(span))


class History:
    """The points of change of a product, over all its vendors."""

    def __init__(self, *, store: Snapshots, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def __call__(
        self,
        product: Product,
        *,
        vendor: str | None = None,
        days: int | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[Point]:
        """The newest `limit` points, newest first; of one vendor (any case) or all.

        Of the last `days`, of what came `since`, or of all time.
        """
        since = self._clock.now() - timedelta(days=days) if days else since
        points = [point for each in await self._of(_listings(product, vendor), since, limit) for point in each]
        return heapq.nlargest(limit, points, key=lambda point: point.at)

    async def texts(
        self, product: Product, *, vendor: str | None = None, since: datetime | None = None, limit: int
    ) -> Sequence[str]:
        """The newest `limit` points of each listing as JSON texts, in no order; see Snapshots.history_texts."""
        found = [
            await self._store.history_texts(each.sku, each.id, since=since, limit=limit)
            for each in _listings(product, vendor)
        ]
        return [text for each in found for text in each]

    async def timeline(self, product: Product, *, vendor: str | None = None) -> Timeline:
        """What statistics are taken from: one vendor (any case) or all of them together, up to now."""
        return (await self.past(product, vendor=vendor)).line

    async def past(self, product: Product, *, vendor: str | None = None) -> Past:
        """Everything at once; UnknownVendor names those there are when none of the product's is called so."""
        listings = _listings(product, vendor)
        histories = await self._of(listings, None, MOST_POINTS)
        only = listings[0].vendor if vendor is not None else None
        now = self._clock.now()
        # Of a long history it takes a tenth of a second, for which nobody else has to wait.
        is_long = sum(map(len, histories)) > _LONG
        line = await asyncio.to_thread(timeline, histories, now) if is_long else timeline(histories, now)
        return Past(product, listings, histories, line, only)

    async def _of(self, listings: Sequence[Listing], since: datetime | None, limit: int) -> Sequence[Sequence[Point]]:
        return [await self._store.history(each.sku, each.id, since=since, limit=limit) for each in listings]


def _listings(product: Product, vendor: str | None) -> Sequence[Listing]:
    """Those of a vendor, in any case, or else of the only one whose name holds what was asked for."""
    if vendor is None:
        return product.listings
    wanted = vendor.strip().casefold()
    named = [each for each in product.listings if each.vendor.casefold() == wanted]
    near = [each for each in product.listings if wanted and wanted in each.vendor.casefold()]
    if not named and len({each.vendor for each in near}) == 1:
        named = near
    if not named:
        raise UnknownVendor(vendor, product.name, dict.fromkeys(each.vendor for each in product.listings))
    return named
