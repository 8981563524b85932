"""What memory promises of counting: numbers by hour and day that all processes add to, and how deep its queues are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

DAYS = 400  # how long numbers by day are kept
HOURS = timedelta(days=14)  # … by hour
RECENT = timedelta(hours=2)  # … by five minutes
SLICE = timedelta(minutes=5)
MOST_FIELDS = 300  # in one slot; what would be one more is counted as `OTHER`
MOST_PRODUCTS = 500  # of a day that are told apart; the least scanned make room
MOST_KEPT = 100  # of them once the day is over
OTHER = "other"


class Span(StrEnum):
    """How much time a slot covers."""

    DAY = "day"
    HOUR = "hour"
    SLICE = "slice"


class Slot(NamedTuple):
    """Where numbers are added up: a span that began at `at` (UTC), for one vendor or for everything."""

    span: Span
    at: datetime
    vendor: str = ""

    @property
    def lasts(self) -> timedelta:
        """How long it is kept after it was last added to."""
        return {Span.DAY: timedelta(days=DAYS), Span.HOUR: HOURS, Span.SLICE: RECENT}[self.span]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is added to one slot: `plus` to its sums; `least` and `most` if they are lower or higher than what is there.

    Fields are named by us and hold no id of a guild or user.
    """

    plus: Mapping[str, int] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one process has counted in a few seconds. It is added once, however often it is sent: by its `id`.

    `products`: scans by sku. `over`: a day that has ended; of its products only the first are kept from now on.
    `guilds` and `users`: keyed hashes of whoever was there, never ids.
    """

    id: str
    day: date
    counts: Mapping[Slot, Counts] = field(default_factory=dict)
    products: Mapping[str, int] = field(default_factory=dict)
    over: date | None = None
    guilds: Collection[str] = ()
    users: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of the first deliveries of the queue: for whom, and since when."""

    target: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Depths:
    """How much waits. `front`: the first few hundred deliveries of the queue, as they are in it."""

    changes: int = 0
    changes_since: datetime | None = None
    queued: int = 0
    held: int = 0
    held_since: datetime | None = None
    dead: int = 0
    front: Sequence[Waiting] = ()

    def first_that(self, may_go: Callable[[str], bool]) -> datetime | None:
        """Since when the first of the queue waits whose target takes messages; one that takes none is not late."""
        return next((each.since for each in self.front if may_go(each.target)), None)


class Tallies(Protocol):
    """Numbers of all processes together. What they cost in memory is bounded, whatever is counted."""

    async def add_tallies(self, batch: Batch) -> None:
        """Add all of it or nothing; the same batch again within some minutes adds nothing."""

    async def tallies(self, slots: Sequence[Slot]) -> Sequence[Mapping[str, int]]:
        """The numbers of each, in the order asked for; none for a slot that is empty or over."""

    async def most_scanned(self, day: date, *, limit: int) -> Sequence[tuple[str, int]]:
        """The products that were scanned most on a day, and how often, the most first."""

    async def actives(self, days: Sequence[date]) -> Sequence[tuple[int, int]]:
        """How many guilds and users were there on each day, about: two in a hundred more or less."""

    async def day_salt(self, day: date, offered: str, *, until: datetime) -> str:
        """The day's secret, the first that anybody offered. Forgotten at `until`: then nobody can be found any more."""

    async def depths(self) -> Depths:
        """How much waits, however much it is."""
