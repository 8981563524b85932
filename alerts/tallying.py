"""What this process has seen, added every few seconds to the numbers that all processes share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from itertools import count
from secrets import token_hex

import structlog

from alerts.domain.errors import StoreError
from alerts.domain.latency import bucket
from alerts.domain.model import Availability, Change, ChangeKind
from alerts.observing import RESTING, Observer
from alerts.ports import Clock
from alerts.store.promises.tallies import OTHER, SLICE, Batch, Counts, Slot, Span, Tallies

EVERY = 5.0  # seconds between two batches
_MOST_WAITING = 10_000  # people, or products, of one batch; more of them in a few seconds are not told apart
_MOST_SLOTS = 2_000  # of one batch: a store that is away for longer than days is told no more of it
_UNTIL = timedelta(hours=1)  # after its end a day's secret is still there for what comes late
_GOOD = frozenset(each.value for each in Availability)
log = structlog.get_logger()


@dataclass(slots=True)
class _Sums:
    """The numbers of one slot, as they grow."""

    plus: Counter[str] = field(default_factory=Counter)
    least: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)


class Tallying(Observer):
    """Keeps counts until they are added; a scan costs no round trip of its own. One batch is under way at a time.

    Numbers by day, by hour and by five minutes: `looks` that were good and `failed` ones, and more; `Analytics` reads
    them. `v|<vendor>` in a day names the vendors that have a slot of their own.
    """

    def __init__(self, *, store: Tallies, clock: Clock, vendors: Collection[str], name: str = "") -> None:
        """`vendors`: those that are told apart; every other is counted as `OTHER`. `name` tells this process apart."""
        self._store, self._clock = store, clock
        self.configure(vendors=vendors)
        self._name, self._serial = name or token_hex(8), count()
        self._sums: dict[Slot, _Sums] = {}
        self._products: Counter[str] = Counter()
        self._guilds: set[int] = set()
        self._users: set[int] = set()
        self._ready: Batch | None = None
        self._salt: tuple[date, bytes] | None = None
        self._next, self._day = clock.monotonic() + EVERY, clock.now().astimezone(UTC).date()
        self._began: dict[Span, datetime] = {}
        self._slice_ends = datetime.min.replace(tzinfo=UTC)

    def configure(self, *, vendors: Collection[str]) -> None:
        """From now on these are told apart."""
        self._vendors = frozenset(vendors)

    # --- what is told -------------------------------------------------------------------------------------------

    def looked(self, vendor: str, word: str, seconds: float) -> None:
        vendor, day = self._known(vendor), self._of(Span.DAY)
        mine = self._of(Span.DAY, vendor)
        day.plus[f"v|{vendor}"] += 1
        if word == RESTING:
            mine.plus["rested"] += 1
            return
        result, ms = "looks" if word in _GOOD else "failed", round(seconds * 1000)
        now, place = self._of(Span.SLICE), f"b|{bucket(ms)}"
        for each in (mine, day, self._of(Span.HOUR), now):
            each.plus[result] += 1
        for each in (mine, now):
            each.plus[place] += 1
        mine.plus["ms"] += ms
        mine.least["min"] = min(ms, mine.least.get("min", ms))
        mine.most["max"] = max(ms, mine.most.get("max", ms))

    def tripped(self, vendor: str) -> None:
        vendor = self._known(vendor)
        for each in (self._of(Span.DAY), self._of(Span.DAY, vendor)):
            each.plus["trips"] += 1

    def answered(self, source: str) -> None:
        self._of(Span.DAY).plus[f"cache|{source}"] += 1

    def scanned(self, sku: str, changes: Sequence[Change]) -> None:
        day = self._of(Span.DAY)
        day.plus["scans"] += 1
        self._of(Span.HOUR).plus["scans"] += 1
        if sku in self._products or len(self._products) < _MOST_WAITING:
            self._products[sku] += 1
        for each in changes:
            if each.kind is ChangeKind.RESTOCKED:
                day.plus[f"restock|{each.at.astimezone(UTC).hour}"] += 1

    def decided(self, kind: str, decision: str) -> None:
        self._of(Span.DAY).plus[f"decided|{decision}"] += 1

    def delivered(self, lane: str, result: str, seconds: float | None = None) -> None:
        day = self._of(Span.DAY)
        day.plus[f"message|{result}"] += 1
        if seconds is not None:
            day.plus[f"took|{bucket(seconds * 1000)}"] += 1

    def active(self, guild: int | None, user: int) -> None:
        if len(self._users) < _MOST_WAITING:
            self._users.add(user)
            self._guilds.update([guild] if guild else [])

    # --- what becomes of it -------------------------------------------------------------------------------------

    async def turn(self) -> bool:
        """Add what there is, every few seconds. StoreError when memory is away: then it is kept for the next turn."""
        if self._clock.monotonic() >= self._next:
            self._next = self._clock.monotonic() + EVERY
            await self.flush()
        return False

    async def flush(self) -> None:
        """Add everything now. The same batch again, after a lost answer, adds nothing."""
        while batch := self._ready or await self._batch():
            self._ready = batch
            await self._store.add_tallies(batch)
            self._ready = None

    async def leave(self) -> None:
        """Add what is left; it is worth one try and no more."""
        try:
            await self.flush()
        except StoreError as exc:
            log.warning("numbers lost", reason=str(exc))

    async def _batch(self) -> Batch | None:
        if not (self._sums or self._products or self._users):
            return None
        today = self._clock.now().astimezone(UTC).date()
        salt = await self._salt_of(today) if self._users else b""
        # No await from here on: what is told meanwhile belongs to the next batch.
        over, self._day = (self._day if self._day != today else None), today
        sums, products, guilds, users = self._sums, self._products, self._guilds, self._users
        self._sums, self._products, self._guilds, self._users = {}, Counter(), set(), set()
        return Batch(
            id=f"{self._name}-{next(self._serial)}",
            day=today,
            counts={slot: Counts(each.plus, each.least, each.most) for slot, each in sums.items()},
            products=products,
            over=over,
            guilds=[_mark(each, salt) for each in guilds],
            users=[_mark(each, salt) for each in users],
        )

    async def _salt_of(self, day: date) -> bytes:
        if self._salt is None or self._salt[0] != day:
            until = datetime.combine(day, time(), UTC) + timedelta(days=1) + _UNTIL
            self._salt = day, bytes.fromhex(await self._store.day_salt(day, token_hex(32), until=until))
        return self._salt[1]

    def _known(self, vendor: str) -> str:
        return vendor if vendor in self._vendors else OTHER

    def _of(self, span: Span, vendor: str = "") -> _Sums:
        now = self._clock.now()
        if now >= self._slice_ends:
            self._began = {each: began(each, now) for each in Span}
            self._slice_ends = self._began[Span.SLICE] + SLICE
        slot = Slot(span, self._began[span], vendor)
        found = self._sums.get(slot)
        if found is None:
            found = _Sums()
            if len(self._sums) < _MOST_SLOTS:
                self._sums[slot] = found
        return found


def began(span: Span, at: datetime) -> datetime:
    """When the span that a time belongs to began, UTC."""
    at = at.astimezone(UTC).replace(second=0, microsecond=0)
    if span is Span.SLICE:
        return at - timedelta(minutes=at.minute % int(SLICE.total_seconds() // 60))
    return at.replace(minute=0) if span is Span.HOUR else at.replace(hour=0, minute=0)


def _mark(identity: int, salt: bytes) -> str:
    """One who knows the day's secret could find an id by it; afterwards nobody can."""
    return blake2b(str(identity).encode(), key=salt, digest_size=10).hexdigest()
