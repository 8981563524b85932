"""The only door to the shops: look at every listing of a product, keep what is known, queue what is news.

`/scan`, the command line and the scheduler all come through here, so no news is ever eaten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from alerts.domain.changes import Step, advance
from alerts.domain.confirm import DEFAULTS, Rules, is_mass, turns
from alerts.domain.model import Availability, Change, ChangeKind, Known, Listing, Offer, Product, Reading, Snapshot
from alerts.domain.vendors import note
from alerts.domain.vouch import Vouch, kept_with, offer_behind
from alerts.observing import SILENT, Observer
from alerts.ports import Clock, Look
from alerts.scan_locks import LOCK_TTL, Keeper
from alerts.store.ports import Commit, Lock, Row, ScanHold, Snapshots, Timetable
from alerts.vouching import LEAN, Lean

_POLL = 0.1
_CLOCKS_APART = timedelta(minutes=1)  # by which two machines may differ
log = structlog.get_logger()


# By vendor: products whose stock there is certain, and whether they are in.
Canaries = Mapping[str, Sequence[tuple[str, bool]]]
_NONE: Canaries = {}


class Source(StrEnum):
    """How an answer came about."""

    FRESH = "fresh"
    CACHED = "cached"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker gets: the snapshot, how it came about, and what this very scan changed."""

    product: Product
    snapshot: Snapshot
    source: Source
    changes: tuple[Change, ...] = ()
    is_refreshing: bool = False  # the shops are being read behind it
    is_store_away: bool = False  # stale because our own memory does not answer, and not because of the shops

    @property
    def as_of(self) -> datetime | None:
        """From when it is: of a stale one, when a shop was last read; of the others, when the shops were asked."""
        read = [known.observed_at for known in self.snapshot.listings if known.observed_at]
        return max(read, default=None) if self.source is Source.STALE else self.snapshot.scanned_at


@dataclass(frozen=True, slots=True)
class Terms:
    """What a scan goes by from its beginning to its end, whatever is configured meanwhile."""

    looks: Mapping[str, Look]
    rules: Rules
    canaries: Canaries


class ScanStore(Snapshots, Timetable, Protocol):
    """The parts of memory that scanning needs."""


class Scan:
    """Look at a product, or answer from memory when that is young enough."""

    def __init__(  # noqa: PLR0913 - each is another part, plugged in by its name
        self,
        *,
        looks: Mapping[str, Look],
        store: ScanStore,
        clock: Clock,
        patience: timedelta,
        rules: Rules = DEFAULTS,
        products: Iterable[Product] = (),
        canaries: Canaries = _NONE,
        kept: Callable[[Snapshot], None] | None = None,
        observer: Observer = SILENT,
    ) -> None:
        """`looks`: how to look at each vendor, by its name.

        `patience`: how long to wait for somebody else's scan of the same product.
        `kept`: is told each snapshot that was committed here.
        """
        self._looks, self._store, self._clock, self._observer = looks, store, clock, observer
        self._products, self._kept = products, kept
        self.configure(patience=patience, rules=rules, canaries=canaries)
        self._flights: dict[str, asyncio.Task[Answer]] = {}
        self._keeper = Keeper(store, clock)

    def configure(self, *, patience: timedelta, rules: Rules, canaries: Canaries) -> None:
        """For scans that begin from now on."""
        self._patience, self._rules, self._canaries = patience, rules, canaries

    async def __call__(self, product: Product, *, max_age: timedelta) -> Answer:
        """Answer with a snapshot at most `max_age` old, or with the last known one, marked stale, if shops fail."""
        seen = None
        if max_age:  # nothing known is young enough for who wants none
            snapshot = await self._store.snapshot(product.sku)
            if is_complete(product, snapshot) and snapshot.is_fresh(self._clock.now(), max_age):
                return Answer(product, snapshot, Source.CACHED)
            seen = snapshot.revision
        return await self._share(product, seen)

    async def _share(self, product: Product, seen: int | None = None, slot: datetime | None = None) -> Answer:
        flight = self._flights.get(product.sku)
        if flight is None:
            flight = asyncio.create_task(self._fly(product, seen, slot), name=f"scan {product.sku}")
            self._flights[product.sku] = flight
            flight.add_done_callback(lambda _: self._flights.pop(product.sku, None))
        # Shielded: an asker who leaves must not take the scan from the others who wait for it.
        return await asyncio.shield(flight)

    async def for_slot(self, product: Product, slot: datetime) -> None:
        """A scheduled scan: done once somebody looked since `slot`, so that doing it again costs nothing."""
        answer = await self._share(product, slot=slot)
        if answer.source is not Source.CACHED:
            self._observer.late((self._clock.now() - slot).total_seconds())

    async def _fly(self, product: Product, seen: int | None, slot: datetime | None) -> Answer:
        """Look, unless somebody else has looked since revision `seen`; their revision tells, whatever their clock.

        Without one it is what is known at the first try to take the lock, unless that is of the time of `slot` already.
        """
        vendors = [*dict.fromkeys(listing.vendor for listing in product.listings)]
        terms = Terms({vendor: self._looks[vendor] for vendor in vendors}, self._rules, self._canaries)
        give_up = self._clock.monotonic() + self._patience.total_seconds()
        while self._clock.monotonic() < give_up:
            hold = await self._store.hold_scan(product.sku, vendors, ttl=LOCK_TTL)
            if seen is None:
                seen = hold.snapshot.revision
                if slot and _is_since(slot, hold.snapshot.scanned_at, self._clock.now()):
                    return await self._done_before(product, hold)
            if hold.lock:
                answer = await self._while_held(product, hold, hold.lock, seen, terms)
                if answer:
                    return answer
            else:
                await self._clock.sleep(_POLL)
            snapshot = await self._store.snapshot(product.sku)
            if snapshot.revision > seen:
                return _looked_at(product, snapshot)
        return Answer(product, await self._store.snapshot(product.sku), Source.STALE)

    async def _done_before(self, product: Product, hold: ScanHold) -> Answer:
        if hold.lock:
            await self._store.unlock(hold.lock)
        return Answer(product, hold.snapshot, Source.CACHED)

    async def _while_held(self, product: Product, hold: ScanHold, lock: Lock, seen: int, terms: Terms) -> Answer | None:
        answer = None
        self._keeper.keep(lock)
        try:
            if hold.snapshot.revision > seen and is_complete(product, hold.snapshot):
                return _looked_at(product, hold.snapshot)  # kept just before the lock was ours
            with self._observer.span("scan", sku=product.sku):
                answer = await self._look_and_keep(product, hold, lock, terms)
            return answer
        finally:
            self._keeper.let_go(lock)
            if answer is None:  # what is kept gives the lock back
                await self._store.unlock(lock)

    async def _look_and_keep(self, product: Product, hold: ScanHold, lock: Lock, terms: Terms) -> Answer | None:
        """Read every listing at once, each alone; None when a newer scanner was there first.

        A difference that is held must be seen by a look that owes nothing to the one that saw it first.
        """
        before = hold.snapshot
        held = {known.listing for known in before.listings if known.held}
        leans = {each.id: _lean(before, hold, each.id, self._clock.now()) for each in product.listings}
        readings = await _all_of(
            [self._look(each, terms, leans[each.id], fresh=each.id in held) for each in product.listings]
        )
        steps = {}
        for listing, reading in zip(product.listings, readings, strict=True):
            known = before.known(listing.id)
            rules = await self._rules_for(product.sku, known, reading, terms)
            steps[listing.id] = advance(listing, known, reading, rules)
        looks = [*zip(product.listings, readings, strict=True)]
        troubled = hold.told | {listing.vendor for listing, reading in looks if reading.failure}
        notes = []
        if troubled:
            unsure = [look for look in looks if look[0].vendor in troubled]
            notes = await self._vendor_notes(unsure, terms.rules.blind_after)
        good = {listing.vendor: reading.at for listing, reading in looks if listing.vendor not in troubled}
        commit = _commit(lock, before, steps, notes, good, _vouches(steps, looks, leans), self._clock)
        with self._observer.span("commit", sku=product.sku):
            is_kept = await self._store.commit(commit)
        if not is_kept:
            log.warning("scan came too late", sku=product.sku, fence=lock.fence)
            self._observer.outpaced()
            return None
        if any(known.held for known in commit.snapshot.listings):
            await self._store.hurry(product.sku, self._clock.now() + terms.rules.restock_delay)
        for change in commit.changes:
            log.info("change", sku=change.sku, vendor=change.vendor, kind=change.kind.value)
        self._observer.scanned(product.sku, commit.changes)
        for step in steps.values():
            if doubt := _doubt(before.known(step.known.listing), step):
                self._observer.decided(*doubt)
        kept = commit.snapshot.model_copy(update={"revision": before.revision + 1})
        if self._kept:
            self._kept(kept)
        source = Source.FRESH if any(reading.offer for reading in readings) else Source.STALE
        return Answer(product, kept, source, tuple(commit.changes))

    async def _look(self, listing: Listing, terms: Terms, lean: Lean, *, fresh: bool) -> Reading:
        token = LEAN.set(lean)
        try:
            with self._observer.span("look", sku=listing.sku, vendor=listing.vendor):
                return await terms.looks[listing.vendor](listing, fresh=fresh)
        finally:
            LEAN.reset(token)

    async def _rules_for(self, sku: str, known: Known | None, reading: Reading, terms: Terms) -> Rules:
        """Stricter ones while a whole shop turns, or its canaries lie: then its page has changed and not its stock."""
        rules = terms.rules
        if known is None or not turns(known, reading.offer):
            return rules
        since = reading.at - rules.flap_window
        turned = await self._store.turned(known.vendor, known.listing, reading.at, since=since)
        doubt = "mass" if is_mass(turned, self._listings_of(known.vendor), rules) else ""
        if not doubt and await self._canaries_lie(terms.canaries.get(known.vendor, ()), known.vendor, sku, reading):
            doubt = "canary"
        if doubt:
            self._observer.doubted(known.vendor, doubt)
            return rules.model_copy(update={"is_mass": True})
        return rules

    def _listings_of(self, vendor: str) -> int:
        """Counted each time, and only when a stock turns: products are added while we run."""
        return sum(listing.vendor == vendor for product in self._products for listing in product.listings)

    async def _canaries_lie(
        self, canaries: Sequence[tuple[str, bool]], vendor: str, looked_at: str, reading: Reading
    ) -> bool:
        """Whether a product whose stock is certain is shown otherwise; it is looked at again the sooner for it."""
        for sku, is_in_stock in canaries:
            here = reading.offer.online_availability if reading.offer and sku == looked_at else None
            shown = here or await self._shown(sku, vendor)
            if shown and shown.is_in_stock is not is_in_stock:
                return True
            await self._store.hurry(sku, reading.at)
        return False

    async def _shown(self, sku: str, vendor: str) -> Availability | None:
        listings = (await self._store.snapshot(sku)).listings
        known = next((each for each in listings if each.vendor == vendor), None)
        if known is None:
            return None
        return Availability.UNKNOWN if known.in_shops else known.seen

    async def _vendor_notes(
        self, looks: Iterable[tuple[Listing, Reading]], blind_after: int
    ) -> list[tuple[Row, Change]]:
        """The notes that are due, one for a vendor, each with the row it is about."""
        notes: dict[str, tuple[Row, Change]] = {}
        for listing, reading in looks:
            reason = reading.failure.reason.value if reading.failure else ""
            row = await self._store.looked(listing.vendor, reading.at, failed=bool(reason), reason=reason)
            found = note(
                listing,
                reading.failure,
                failed=row.failed,
                is_told=row.is_told,
                since=row.since,
                at=reading.at,
                blind_after=blind_after,
            )
            if found:
                notes.setdefault(listing.vendor, (row, found))
        return list(notes.values())


def _is_since(slot: datetime, scanned_at: datetime | None, now: datetime) -> bool:
    """Whether that was a look since the slot. One of a time to come is of a clock that was set back since."""
    return scanned_at is not None and slot <= scanned_at <= now + _CLOCKS_APART


def is_complete(product: Product, snapshot: Snapshot) -> bool:
    """Whether every listing of the product was looked at, and none is in it that has left the product."""
    return {known.listing for known in snapshot.listings} == {listing.id for listing in product.listings}


def was_read(snapshot: Snapshot) -> bool:
    """Whether any shop could be read at the last look."""
    return any(known.failure is None for known in snapshot.listings)


def _looked_at(product: Product, snapshot: Snapshot) -> Answer:
    """What somebody else's look of just now has brought."""
    return Answer(product, snapshot, Source.FRESH if was_read(snapshot) else Source.STALE)


def _doubt(before: Known | None, step: Step) -> tuple[ChangeKind, str] | None:
    """What was seen and is no change yet, or none that is told: its kind, and why."""
    known = step.known
    if known.held and known.offer and not (before and before.held):
        return _kind_of(known.offer, known.held.offer), "suspicious"
    if before and before.flapping and known.flapping and before.seen and known.seen is not before.seen and known.seen:
        return (ChangeKind.RESTOCKED if known.seen.is_in_stock else ChangeKind.SOLD_OUT), "flap"
    return None


def _kind_of(old: Offer, new: Offer) -> ChangeKind:
    if new.availability.is_in_stock is not old.availability.is_in_stock:
        return ChangeKind.RESTOCKED if new.availability.is_in_stock else ChangeKind.SOLD_OUT
    is_dearer = new.price and old.price and new.price.amount > old.price.amount
    return ChangeKind.PRICE_RISE if is_dearer else ChangeKind.PRICE_DROP


async def _all_of(looks: Sequence[Awaitable[Reading]]) -> Sequence[Reading]:
    return [await looks[0]] if len(looks) == 1 else await asyncio.gather(*looks)


def _lean(before: Snapshot, hold: ScanHold, listing: str, now: datetime) -> Lean:
    vouch = hold.vouches.get(listing)
    offer = offer_behind(before.known(listing), vouch, now) if vouch else None
    return Lean(vouch, offer)


def _vouches(
    steps: Mapping[str, Step], looks: Iterable[tuple[Listing, Reading]], leans: Mapping[str, Lean]
) -> Mapping[str, Vouch]:
    return {
        listing.id: vouch
        for listing, reading in looks
        if (vouch := kept_with(steps[listing.id].known, reading.offer, leans[listing.id].found))
    }


def _commit(
    lock: Lock,
    before: Snapshot,
    steps: Mapping[str, Step],
    notes: Sequence[tuple[Row, Change]],
    looks: Mapping[str, datetime],
    vouches: Mapping[str, Vouch],
    clock: Clock,
) -> Commit:
    snapshot = before.model_copy(
        update={"scanned_at": clock.now(), "listings": tuple(step.known for step in steps.values())}
    )
    points = {listing: step.point for listing, step in steps.items() if step.point}
    changes = [change for step in steps.values() for change in step.changes]
    return Commit(
        lock,
        snapshot,
        points,
        [*changes, *(told for _, told in notes)],
        [row for row, _ in notes],
        looks,
        vouches,
        is_last=True,
    )
