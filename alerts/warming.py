"""Popular products are looked at before their answer grows too old to show, so that nobody has to wait for the shops.

Each process counts what it is asked for and adds it to a count that all share; one of them, who holds the seat, looks.
The looks go through the door, one after the other, with each shop's manners.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from alerts.answers import Answers
from alerts.domain.freshness import Freshness
from alerts.domain.model import Product
from alerts.ports import Clock
from alerts.products import Products
from alerts.seat import Seat
from alerts.store.ports import Outbox, Snapshots
from alerts.store.promises.popularity import Popularity

EVERY = timedelta(seconds=30)
_SEAT = "warming"
_MOST = 500  # products are thought of
_AT_ONCE = 20  # are looked at in a turn
_HOUR = 3600


class WarmingStore(Snapshots, Outbox, Popularity, Protocol):
    """The parts of memory that warming needs."""


class Asks:
    """What this process was asked for and has not told the others yet."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, sku: str) -> None:
        """One more."""
        self._counts[sku] += 1

    def take(self) -> Mapping[str, int]:
        """All of it, once."""
        taken, self._counts = self._counts, Counter()
        return taken


class Warming:
    """Turns for a Runner."""

    def __init__(
        self,
        *,
        answers: Answers,
        asks: Asks,
        store: WarmingStore,
        products: Products,
        clock: Clock,
        freshness: Freshness,
        name: str,
        popular: int = 10,
    ) -> None:
        """`name` is this process's; `popular`: as often as that within an hour."""
        self._answers, self._asks, self._store, self._products = answers, asks, store, products
        self._clock = clock
        self.configure(freshness=freshness, popular=popular)
        self._seat = Seat(store, _SEAT, name, clock=clock)
        self._next = float("-inf")

    def configure(self, *, freshness: Freshness, popular: int) -> None:
        """For turns from now on."""
        self._freshness, self._popular = freshness, popular

    async def warm(self) -> bool:
        """Tell what was asked for and, with the seat, look at what is popular and nearly too old. Every half minute."""
        seat = await self._seat.hold()
        if self._clock.monotonic() < self._next:
            return False
        self._next = self._clock.monotonic() + EVERY.total_seconds()
        now = self._clock.now()
        await self._store.count_asks(_hour(now), self._asks.take())
        if not seat:
            return False
        looked = 0
        for sku in await self._favourites(now):
            product = await self._products.load(sku)
            if product and await self._is_due(product):
                if not await self._seat.still(seat):
                    break  # while shops were slow somebody else has sat down
                limits = self._freshness.limits(product.category)
                await self._answers.refresh(product, max_age=limits.warm_at)
                looked += 1
                if looked == _AT_ONCE:
                    break
        return looked > 0

    async def leave(self) -> None:
        """Let another process have the seat at once."""
        await self._seat.leave()

    async def _favourites(self, now: datetime) -> list[str]:
        """Asked for often enough within the last hour: this one's count, and the last one's as far as it reaches."""
        hour = _hour(now)
        here = await self._store.most_asked(hour, limit=_MOST)
        before = await self._store.most_asked(hour - 1, limit=_MOST)
        share = 1 - now.timestamp() % _HOUR / _HOUR
        estimates = {sku: here.get(sku, 0) + before.get(sku, 0) * share for sku in (*here, *before)}
        return list(_often(estimates, self._popular))

    async def _is_due(self, product: Product) -> bool:
        """Only what was looked at once: what nobody has ever seen is the asker's to wait for."""
        limits = self._freshness.limits(product.category)
        scanned = (await self._store.snapshot(product.sku)).scanned_at
        return scanned is not None and limits.warm_at <= self._clock.now() - scanned


def _often(estimates: Mapping[str, float], least: int) -> Iterator[str]:
    for sku, estimate in sorted(estimates.items(), key=lambda each: (-each[1], each[0])):
        if estimate >= least:
            yield sku


def _hour(at: datetime) -> int:
    return int(at.timestamp() // _HOUR)
