"""What the bot has done for a guild lately, in figures that are the guild's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Protocol

from alerts.domain.model import Failure, Known
from alerts.domain.trail import SENT_DAYS, TRAIL_LENGTH, waits
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Snapshots, Trails, Wishes

_ALL = 2 * TRAIL_LENGTH


class ActivityStore(Snapshots, Trails, Wishes, Protocol):
    """The parts of memory that the figures are taken from."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A listing that keeps changing, or that cannot be read: `failure` says why. `since`: when it was last fine."""

    product: str
    vendor: str
    since: datetime | None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Doings:
    """The figures. `quickest` and `usual` are of `timed` messages, from the first look that saw a change."""

    products: int
    vendors: int
    alerts: int
    scans_today: int
    sent: int
    quickest: timedelta | None
    usual: timedelta | None
    timed: int
    flapping: Sequence[Trouble]
    blind: Sequence[Trouble]


class Activity:
    """Adds up what a guild watches and was told."""

    def __init__(self, *, store: ActivityStore, products: Products, clock: Clock, blind_after: int) -> None:
        self._store, self._products, self._clock = store, products, clock
        self.configure(blind_after=blind_after)

    def configure(self, *, blind_after: int) -> None:
        """For whatever is asked from now on."""
        self._blind_after = blind_after

    async def of(self, guild: int) -> Doings:
        """The guild's own figures: today's in UTC, what was sent in the last 30 days."""
        now = self._clock.now()
        watches = await self._store.watches(guild)
        skus = [watch.sku for watch in watches]
        names = {product.sku: product.name for product in await self._products.of(guild)}
        took = waits(await self._store.trail(guild, limit=_ALL))
        knowns = [(sku, known) for sku in skus for known in (await self._store.snapshot(sku)).listings]
        return Doings(
            products=len(skus),
            vendors=len({known.vendor for _, known in knowns}),
            alerts=len(await self._store.subscriptions(guild)),
            scans_today=await self._store.scans(skus, now.astimezone(UTC).date()),
            sent=await self._store.sent(guild, since=now - timedelta(days=SENT_DAYS)),
            quickest=min(took, default=None),
            usual=median_low(took) if took else None,
            timed=len(took),
            flapping=[self._trouble(names.get(sku, sku), each, each.flapping) for sku, each in knowns if each.flapping],
            blind=[
                self._trouble(names.get(sku, sku), each, each.observed_at)
                for sku, each in knowns
                if self._is_blind(each)
            ],
        )

    def _is_blind(self, known: Known) -> bool:
        return known.failure is not None and known.failures >= self._blind_after

    def _trouble(self, product: str, known: Known, since: datetime | None) -> Trouble:
        failure = known.failure if self._is_blind(known) else None
        return Trouble(product, known.vendor, since, failure)
