"""What everybody asks through: memory when that is young enough, and the door (scan.py) when it is not.

Younger than `fresh`: at once. Younger than its category's `ttl`: at once, and the shops are read behind it. Older: the
shops first, and when they fail what was last known, marked stale. While memory is away: what this process saw last,
marked stale, too. Nothing is ever written here, so nothing is ever pretended to be kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.domain.errors import SentryError, StoreUnavailable
from alerts.domain.freshness import DEFAULT, Age, Freshness, Limits
from alerts.domain.model import Product, Snapshot, Tier
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.reach import Reach
from alerts.scan import Answer, Scan, Source, is_complete, was_read
from alerts.shelf import Shelf
from alerts.store.ports import Snapshots
from alerts.store.promises.plans import Plans

FROZEN_GUARD = timedelta(minutes=5)  # what is frozen is read on demand, but by nobody more often
_END = 2.0  # seconds for what is being read when the program ends
log = structlog.get_logger()


@dataclass(slots=True)
class Tally:
    """How answers came about. Each is a hit, a miss or a bypass; some of them are stale, or were no answer at all."""

    hits: int = 0  # nobody waited for a shop
    from_memory: int = 0  # of the hits: nor for the store
    misses: int = 0
    bypasses: int = 0  # asked for past every memory: not in the rate
    stale: int = 0
    refreshes: int = 0  # behind an answer, or before anybody asked
    errors: int = 0  # the asker got none, or a refresh failed

    @property
    def rate(self) -> float | None:
        """Hits among hits and misses; None before the first."""
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else None


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Since when, what came of it, and what is in this process's memory."""

    since: datetime
    total: Tally
    by_category: Mapping[str, Tally]
    entries: int
    size: int
    refreshing: int
    is_store_away: bool


@dataclass(slots=True)
class _Asked:
    """A question on its way, and how it is counted."""

    product: Product
    limits: Limits
    is_bypass: bool
    tally: Tally = field(repr=False)


class AnswersStore(Snapshots, Plans, Protocol):
    """The parts of memory that answering needs."""


class Answers:
    """One for a process. The door behind it stays the only one: whatever is read is committed there."""

    def __init__(
        self,
        *,
        scan: Scan,
        store: AnswersStore,
        clock: Clock,
        freshness: Freshness,
        shelf: Shelf,
        reach: Reach,
        asked: Callable[[str], None] | None = None,
        observer: Observer = SILENT,
    ) -> None:
        """`asked` is told of each question, by sku."""
        self._observer = observer
        self._scan, self._store, self._clock = scan, store, clock
        self.configure(freshness=freshness)
        self._shelf, self._reach, self._note_asked = shelf, reach, asked
        self._refreshing: dict[str, asyncio.Task[None]] = {}
        self._tallies: dict[str, Tally] = {}
        self._since = clock.now()

    def configure(self, *, freshness: Freshness) -> None:
        """For whatever is asked from now on."""
        self._freshness = freshness

    async def __call__(self, product: Product, *, fresh: bool = False, max_age: timedelta | None = None) -> Answer:
        """Answer as the ages say. `fresh`: from the shops. `max_age`: an older one only after they were asked.

        StoreUnavailable when memory is away and this process knows nothing of the product.
        """
        if self._note_asked:
            self._note_asked(product.sku)
        if fresh:
            max_age = FROZEN_GUARD if await self._is_frozen(product) else timedelta(0)
        limits = self._freshness.limits(product.category, max_age=max_age)
        asked = _Asked(product, limits, limits.ttl <= timedelta(0), self._tally(product))
        try:
            answer = await self._answer(asked)
        except Exception:  # counted, and given on to the asker
            asked.tally.errors += 1
            raise
        asked.tally.stale += answer.source is Source.STALE
        if not asked.is_bypass:  # who wants it anew asks no cache
            self._observer.answered(answer.source)
        return answer

    async def _is_frozen(self, product: Product) -> bool:
        """Whether everybody who watches it has frozen it, or nobody watches it and it is frozen by itself."""
        try:
            floors = await self._reach(lambda: self._store.floors([product.sku]))
        except StoreUnavailable:
            return product.tier is Tier.FROZEN
        return floors.get(product.sku, product.tier) is Tier.FROZEN

    async def refresh(self, product: Product, *, max_age: timedelta) -> None:
        """Read the shops unless they were read `max_age` ago, once however many want it. Never raises for trouble."""
        await asyncio.shield(self._refresh(product, max_age))

    async def aclose(self) -> None:
        """Let what is being read come to its end, for a moment."""
        tasks = list(self._refreshing.values())
        if tasks:
            await asyncio.wait(tasks, timeout=_END)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stats(self) -> CacheStats:
        """Of this process, since it started; what is given is a copy."""
        by_category = {name: replace(tally) for name, tally in sorted(self._tallies.items())}
        names = Tally.__dataclass_fields__
        total = Tally(**{name: sum(getattr(each, name) for each in by_category.values()) for name in names})
        return CacheStats(
            since=self._since,
            total=total,
            by_category=by_category,
            entries=len(self._shelf),
            size=self._shelf.size,
            refreshing=len(self._refreshing),
            is_store_away=self._reach.is_away,
        )

    async def _answer(self, asked: _Asked) -> Answer:
        product = asked.product
        recent = None if asked.is_bypass else self._shelf.recent(product.sku)
        try:
            snapshot = recent or await self._in_store(product.sku)
        except StoreUnavailable:
            return self._remembered(asked)
        age = self._clock.now() - snapshot.scanned_at if snapshot.scanned_at else None
        judged = asked.limits.judge(age) if is_complete(product, snapshot) else Age.EXPIRED
        if judged is Age.EXPIRED:
            return await self._through_the_door(asked)
        asked.tally.hits += 1
        asked.tally.from_memory += recent is not None
        # Stale when no shop could be read at the last look: young is then the look, and not what is known.
        answer = Answer(product, snapshot, Source.CACHED if was_read(snapshot) else Source.STALE)
        if judged is Age.YOUNG:
            return answer
        self._refresh(product, asked.limits.young)
        return replace(answer, is_refreshing=True)

    async def _in_store(self, sku: str) -> Snapshot:
        is_unseen = self._shelf.last(sku) is None
        snapshot = await self._reach(lambda: self._store.snapshot(sku), is_patient=is_unseen)
        self._shelf.put(snapshot)
        return snapshot

    async def _through_the_door(self, asked: _Asked) -> Answer:
        if asked.is_bypass:
            asked.tally.bypasses += 1
        else:
            asked.tally.misses += 1
        try:
            # Not always from the shops: another process may have read them within the second that we trust ours.
            answer = await self._scan(asked.product, max_age=asked.limits.young)
        except StoreUnavailable:
            return self._last(asked.product)
        self._shelf.put(answer.snapshot)
        return answer

    def _remembered(self, asked: _Asked) -> Answer:
        answer = self._last(asked.product)
        if asked.is_bypass:
            asked.tally.bypasses += 1
        else:
            asked.tally.hits += 1
            asked.tally.from_memory += 1
        return answer

    def _last(self, product: Product) -> Answer:
        snapshot = self._shelf.last(product.sku)
        if snapshot is None:
            raise StoreUnavailable("Memory does not answer, and this process has not seen the product yet.")
        return Answer(product, snapshot, Source.STALE, is_store_away=True)

    def _refresh(self, product: Product, max_age: timedelta) -> asyncio.Task[None]:
        task = self._refreshing.get(product.sku)
        if task is None:
            task = asyncio.create_task(self._read(product, max_age), name=f"refresh {product.sku}")
            self._refreshing[product.sku] = task
            task.add_done_callback(lambda _: self._refreshing.pop(product.sku, None))
        return task

    async def _read(self, product: Product, max_age: timedelta) -> None:
        tally = self._tally(product)
        tally.refreshes += 1
        try:
            # Another process that reads them, or has just done so, is found out by the door: that is one look.
            self._shelf.put((await self._scan(product, max_age=max_age)).snapshot)
        except SentryError as exc:  # nobody waits for it, and who asks next tries again
            tally.errors += 1
            log.warning("refresh failed", sku=product.sku, reason=str(exc))
        except Exception:  # the bulkhead around a look that nobody waits for
            tally.errors += 1
            log.exception("refresh failed", sku=product.sku)

    def _tally(self, product: Product) -> Tally:
        return self._tallies.setdefault(product.category or DEFAULT, Tally())
