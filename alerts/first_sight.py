"""What is so already on the day of the wish, found for whoever chose to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.domain.first_sight import GRACE, FirstSight, is_ripe
from alerts.domain.model import Change, Known, Product, Snapshot
from alerts.domain.silence import hears_of
from alerts.domain.still import already_true
from alerts.domain.wishes import Subscription
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import FirstSights, Snapshots, Wishes

_BATCH = 50
_POINTS = 10_000


class SightStore(FirstSights, Snapshots, Wishes, Protocol):
    """The parts of memory that this needs."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A wish and what is so already, cheapest first; nothing when nothing is."""

    entry: FirstSight
    subscription: Subscription
    changes: tuple[Change, ...]


class Sights:
    """Look at new wishes, each until something is known of what it asks for."""

    def __init__(self, *, store: SightStore, products: Products, clock: Clock) -> None:
        self._store, self._products, self._clock = store, products, clock

    async def due(self) -> Sequence[Sight]:
        """Those of which enough is known now; each comes again until it is done. The others are put off."""
        now = self._clock.now()
        entries = await self._store.first_sights(now, limit=_BATCH)
        return [sight for entry in entries if (sight := await self._look(entry, now))]

    async def done(self, sight: Sight) -> None:
        """It was told, or held, or there was nothing to tell."""
        await self._store.first_sight_done(sight.entry)

    async def _look(self, entry: FirstSight, now: datetime) -> Sight | None:
        wish = await self._store.subscription(entry.guild, entry.subscription)
        if wish is None or wish.added_at != entry.at:
            # Announced before it is kept: it comes in a moment, or its process died, or it has ended since.
            await self._put_off(entry, now) if now - entry.at < GRACE else await self._store.first_sight_done(entry)
            return None
        wanted = [product for product in self._products if hears_of(wish, product)]
        snapshots = [await self._store.snapshot(product.sku) for product in wanted]
        if not is_ripe(snapshots, now - entry.at):
            await self._put_off(entry, now)
            return None
        changes = [
            change
            for known, sku in _listings(wanted, snapshots)
            if (change := await self._already(known, sku, wish, now))
        ]
        return Sight(entry, wish, tuple(sorted(changes, key=_price)))

    async def _put_off(self, entry: FirstSight, now: datetime) -> None:
        await self._store.put_first_sight(entry, entry.next_look(now))

    async def _already(self, known: Known, sku: str, wish: Subscription, now: datetime) -> Change | None:
        points = await self._store.history(sku, known.listing, since=None, limit=_POINTS)
        return already_true(known, sku, wish, now, points)


def _listings(products: Sequence[Product], snapshots: Sequence[Snapshot]) -> Iterator[tuple[Known, str]]:
    """What is known of the listings that the products have today."""
    for product, snapshot in zip(products, snapshots, strict=True):
        for listing in product.listings:
            if known := snapshot.known(listing.id):
                yield known, product.sku


def _price(change: Change) -> tuple[str, bool, float, str]:
    price = change.new.price
    return change.sku, price is None, float(price.amount) if price else 0.0, change.listing
