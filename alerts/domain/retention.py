"""Which points of an old history are let go.

Nothing of the newest `full` is, so statistics of up to 90 days stay as they are. Before that, of a day with more than
six changes its first and last one stay and, of each sort of price, the lowest that could be had with what came after
it. What is older than `keep` is let go but for the last of it, which says what was true when the rest began, and the
lowest price ever of each sort with what came after it. The newest point is never let go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from alerts.domain.model import Availability, Point, Sort
from alerts.domain.stats import settled

LEAST_FULL = timedelta(days=91)  # the longest window of statistics, and the day that it begins in
_FEW = 6  # changes in a day that are worth keeping all


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each change of a listing is kept, and how long the days' outlines are after that."""

    full: timedelta
    keep: timedelta

    def __post_init__(self) -> None:
        if self.full < LEAST_FULL:
            raise ValueError("is shorter than the 90 days that statistics look back; write at least 91d for full")
        if self.keep < self.full:
            raise ValueError("has a keep that is shorter than its full; write a longer one")


def let_go(points: Iterable[Point], now: datetime, rule: Retention) -> tuple[datetime, ...]:
    """The moments of a listing's history, oldest first, whose points are to be removed. Doing it again finds none."""
    every = list(points)
    newest = max((point.at for point in every), default=now)
    old = [point for point in every if point.at < now - rule.full and point.at < newest]
    left, before = old, -1
    while len(left) != before:  # what is left may say one thing twice in a row
        left, before = _left(settled(left, now), now - rule.keep), len(left)
    keep = {point.at for point in left}
    return tuple(sorted({point.at for point in old if point.at not in keep}))


def _left(points: Sequence[Point], kept_from: datetime) -> list[Point]:
    oldest = [each for each in points if each.at < kept_from]
    left = _outline(oldest, from_first=False)
    for _, same in groupby((each for each in points if each.at >= kept_from), key=_day):
        day = list(same)
        left += day if len(day) <= _FEW else _outline(day)
    return left


def _outline(points: Sequence[Point], *, from_first: bool = True) -> list[Point]:
    """The first and the last, and the lowest price of each sort with what ended it."""
    lows = list(dict(_lows(points)).values())
    wanted = {len(points) - 1, *lows, *(at + 1 for at in lows)} | ({0} if from_first else set())
    return [point for at, point in enumerate(points) if at in wanted]


def _lows(points: Sequence[Point]) -> Iterator[tuple[Sort, int]]:
    """Of each sort where its lowest price is, the newest of several."""
    lowest: dict[Sort, int] = {}
    for at, point in enumerate(points):
        if point.sort and point.price and (point.is_orderable or point.availability is Availability.PREORDER):
            before = points[lowest[point.sort]].price if point.sort in lowest else None
            if before is None or point.price.amount <= before.amount:
                lowest[point.sort] = at
    return iter(lowest.items())


def _day(point: Point) -> object:
    return point.at.astimezone(UTC).date()
