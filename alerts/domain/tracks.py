"""A history as it can be drawn: what each listing offered, step by step, in a window of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from alerts.domain.model import Availability, Listing, Point, Sort
from alerts.domain.money import Money
from alerts.domain.stats import Timeline, settled


class Shelf(StrEnum):
    """What a buyer finds: it can be ordered, it comes later, it is not to be had, or nobody knows."""

    IN = "in"
    LATER = "later"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` on, this was offered. `is_asked`: the price counts, as it does in statistics."""

    at: datetime
    shelf: Shelf
    price: Money | None
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Track:
    """One listing's steps, oldest first, none before the window; each holds until the next, the last until its end."""

    listing: str
    vendor: str
    steps: tuple[Step, ...]

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def lowest(self) -> Step | None:
        """The step at its lowest price that counts, of several the newest."""
        asked = [step for step in reversed(self.steps) if step.is_asked]
        return min(asked, key=_amount, default=None)


def tracks(
    listings: Sequence[Listing], histories: Sequence[Sequence[Point]], line: Timeline, start: datetime
) -> tuple[Track, ...]:
    """The listings that anything is known of, the cheapest that can be ordered now first; prices of the line's sort.

    What was true when the window began counts from its beginning.
    """
    names = _names(listings)
    found = []
    for listing, points in zip(listings, histories, strict=True):
        steps = _within([_step(point, line.sort) for point in settled(points, line.now)], start)
        if steps:
            found.append(Track(listing.id, names[listing.id], steps))
    return tuple(sorted(found, key=_rank))


def thinned(steps: Sequence[Step], start: datetime, end: datetime, columns: int) -> tuple[Step, ...]:
    """At most five steps of each of so many equal columns of time.

    The first, the last and the lowest and the highest price that counts stay, and the lowest of those that do not.
    """
    width = (end - start) / columns
    if len(steps) <= columns or not width:
        return tuple(steps)
    return tuple(step for _, column in groupby(steps, key=lambda s: (s.at - start) // width) for step in _kept(column))


def lowest_of(found: Sequence[Track]) -> tuple[Track, Step] | None:
    """The lowest price of all that counts, and whose it was; of several the newest."""
    lows = [(track, step) for track in found if (step := track.lowest)]
    newest_first = sorted(lows, key=lambda each: each[1].at, reverse=True)
    return min(newest_first, key=lambda each: _amount(each[1]), default=None)


def _kept(column: Iterable[Step]) -> list[Step]:
    steps = list(column)
    asked = [i for i, step in enumerate(steps) if step.is_asked]
    faint = [i for i, step in enumerate(steps) if step.price and not step.is_asked]
    keep = {0, len(steps) - 1}
    if asked:
        keep |= {min(reversed(asked), key=lambda i: _amount(steps[i])), max(asked, key=lambda i: _amount(steps[i]))}
    if faint:
        keep.add(min(faint, key=lambda i: _amount(steps[i])))
    return [steps[i] for i in sorted(keep)]


def _step(point: Point, sort: Sort | None) -> Step:
    price = point.price if point.sort == sort else None
    is_asked = price is not None and (point.is_orderable or point.availability is Availability.PREORDER)
    return Step(point.at, _shelf(point), price, is_asked)


def _shelf(point: Point) -> Shelf:
    if point.is_orderable:
        return Shelf.IN
    match point.availability:
        case Availability.PREORDER | Availability.BACKORDER:
            return Shelf.LATER
        case Availability.UNKNOWN:
            return Shelf.UNKNOWN
        case _:
            return Shelf.OUT


def _within(steps: Sequence[Step], start: datetime) -> tuple[Step, ...]:
    """Those of the window; the one that reaches into it begins with it."""
    before = [step for step in steps if step.at <= start]
    inside = [step for step in steps if step.at > start]
    return (*(replace(step, at=start) for step in before[-1:]), *inside)


def _names(listings: Sequence[Listing]) -> dict[str, str]:
    """By listing: its vendor, with the region or its place where one vendor has several."""
    counted, seen, names = Counter(each.vendor for each in listings), Counter[str](), dict[str, str]()
    for each in listings:
        seen[each.vendor] += 1
        mark = each.variant or each.region or str(seen[each.vendor])
        names[each.id] = f"{each.vendor} ({mark})" if counted[each.vendor] > 1 else each.vendor
    return names


def _rank(track: Track) -> tuple[int, Decimal, str]:
    """Cheapest to order now first, then what was cheapest in the window, then the rest."""
    now, low = track.last, track.lowest
    if now.is_asked and now.shelf is Shelf.IN:
        return 0, _amount(now), track.vendor
    return (1, _amount(low), track.vendor) if low else (2, Decimal(0), track.vendor)


def _amount(step: Step) -> Decimal:
    assert step.price
    return step.price.amount
