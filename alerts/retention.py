"""Let go of what nobody needs of old histories: once a day, one process at a time, a few products a turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.domain.model import Product, Tier
from alerts.domain.retention import Retention, let_go
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Notes, Outbox, Snapshots
from alerts.store.promises.retention import HistoryRetention

FEW = 64  # older points of a listing that are not worth a look
_AT_ONCE = 100  # products a turn
_EVERY = 5.0  # seconds between two turns: a hundred thousand products take an hour and a half of a day
_LEASE = timedelta(seconds=60)
_ROLE = _NOTE = "retention"
_ALL = 1_000_000
log = structlog.get_logger()


class RetentionStore(HistoryRetention, Snapshots, Notes, Outbox, Protocol):
    """The parts of memory that this needs."""


class Forgetting:
    """Turns for a Runner. How far a day's round has come is kept in memory, so a restart goes on there."""

    def __init__(
        self,
        *,
        store: RetentionStore,
        products: Products,
        clock: Clock,
        name: str,
        rules: Mapping[Tier, Retention],
    ) -> None:
        """`name` tells this process from the others; `rules` are by the tier of a product."""
        self._store, self._products, self._clock, self._name = store, products, clock, name
        self.configure(rules=rules)
        self._next = float("-inf")

    def configure(self, *, rules: Mapping[Tier, Retention]) -> None:
        """For turns from now on."""
        self._rules = rules

    async def turn(self) -> bool:
        """Look at the next few products of today's round, if it is not over and this process has the seat."""
        if self._clock.monotonic() < self._next:
            return False
        self._next = self._clock.monotonic() + _EVERY
        if await self._store.lead(_ROLE, self._name, ttl=_LEASE):
            await self.some()
        return False

    async def leave(self) -> None:
        """Let another process have the seat at once."""
        await self._store.resign(_ROLE, self._name)

    async def some(self) -> int:
        """Go on with today's round; how many points were let go."""
        now = self._clock.now()
        today = now.date().isoformat()
        day, _, after = (await self._store.note(_NOTE) or "").partition(" ")
        if day == today and not after:
            return 0
        await self._products.refresh()
        after = after if day == today else ""
        left = sorted((each for each in self._products if each.sku > after), key=lambda each: each.sku)
        gone = await self._look(left[:_AT_ONCE], now)
        # A sku is never empty, so a day alone says that its round is over.
        await self._store.set_note(_NOTE, f"{today} {left[_AT_ONCE - 1].sku}" if len(left) > _AT_ONCE else today)
        return gone

    async def _look(self, products: Sequence[Product], now: datetime) -> int:
        gone = 0
        for tier, rule in self._rules.items():
            names = [(each.sku, own.id) for each in products if each.tier is tier for own in each.listings]
            counts = await self._store.count_points(names, before=now - rule.full) if names else []
            for (sku, listing), count in zip(names, counts, strict=True):
                if count > FEW:
                    points = await self._store.history(sku, listing, since=None, limit=_ALL)
                    moments = let_go(points, now, rule)
                    dropped = await self._store.drop_points(sku, listing, moments) if moments else 0
                    gone += dropped
                    if dropped:
                        log.info("history thinned", sku=sku, listing=listing, points=dropped)
        return gone
