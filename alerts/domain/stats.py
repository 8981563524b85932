"""What a history says: how long it was in stock, what it cost, when it comes back, whether a price is a good one.

A point holds from its moment to the next one of its listing, the last until now. Several listings are seen together:
in stock when one of them is, at the cheapest price of all that could be ordered at that moment. Prices of one sort
only are put together: one currency, one price kind, one condition. What is in shops only could not be ordered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from heapq import heappop, heappush
from itertools import accumulate, count, groupby
from types import MappingProxyType

from alerts.domain.model import Availability, Condition, Point, PriceKind, Sort
from alerts.domain.money import Money

_DAYS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90}
WINDOWS: Mapping[str, timedelta | None] = MappingProxyType(
    {**{name: timedelta(days=days) for name, days in _DAYS.items()}, "all": None}
)
FEWEST_RESTOCKS = 3  # fewer have no habit
_NONE = timedelta(0)


class Worth(StrEnum):
    """A price beside those of a window."""

    GREAT = "great"
    GOOD = "good"
    USUAL = "usual"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Grade:
    """Is it a good price? `percentile`: in how much of the time, 0 to 100, it cost as much or more; `over` so long."""

    price: Money
    percentile: int
    worth: Worth
    over: timedelta


@dataclass(frozen=True, slots=True)
class Usual:
    """The commonest weekday (Monday is 0) and hour of restocks, UTC, and how many `of` all fell on each."""

    weekday: int
    on_weekday: int
    hour: int
    in_hour: int
    of: int


@dataclass(frozen=True, slots=True)
class Prices:
    """What it cost while it could be ordered; half of that time it cost `median` or less."""

    lowest: Money
    median: Money
    highest: Money


@dataclass(frozen=True, slots=True)
class Statistics:
    """A window of a history. `known` is how much of it we know anything of; `share` is the part of that in stock."""

    known: timedelta
    in_stock: timedelta
    share: float | None
    restocks: int
    usual: Usual | None
    prices: Prices | None
    current: Grade | None


@dataclass(frozen=True, slots=True)
class Lows:
    """The lowest prices known before a moment, and since when there is a history to know them from."""

    low_30d: Money | None
    low_90d: Money | None
    low_ever: Money | None
    since: datetime | None

    def beaten_by(self, price: Money) -> str | None:
        """The longest window ("all", "90d", "30d") whose low this price is below; None when it is no new low."""
        known = {"all": self.low_ever, "90d": self.low_90d, "30d": self.low_30d}
        of_its_kind = ((name, low) for name, low in known.items() if low and low.currency == price.currency)
        return next((name for name, low in of_its_kind if price.amount < low.amount), None)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which nothing changed. `price` is None while it cannot be ordered; `is_restock`: it began with one."""

    start: datetime
    end: datetime
    is_known: bool
    is_in_stock: bool
    is_restock: bool
    price: Money | None

    def within(self, start: datetime) -> timedelta:
        """How much of it lies after `start`."""
        return max(_NONE, self.end - max(self.start, start))


@dataclass(frozen=True, slots=True)
class Timeline:
    """A history in stretches, oldest first, without gaps, up to `now`.

    Prices are of one sort. Other currencies are `ignored`, and so are `other_sorts` of the same currency.
    """

    now: datetime
    stretches: tuple[Stretch, ...]
    sort: Sort | None
    ignored: tuple[str, ...]
    other_sorts: tuple[Sort, ...] = ()

    @property
    def currency(self) -> str | None:
        return self.sort.currency if self.sort else None

    @property
    def since(self) -> datetime | None:
        """The first moment anything is known of."""
        return self.stretches[0].start if self.stretches else None

    @property
    def price(self) -> Money | None:
        """What it costs now; None when it cannot be ordered."""
        return self.stretches[-1].price if self.stretches else None

    def over(self, span: timedelta | None = None) -> Statistics:
        """The last `span`, or all of it. What was true when the window began counts from its beginning."""
        start, inside = self._last(span)
        known = _total(each.within(start) for each in inside if each.is_known)
        in_stock = _total(each.within(start) for each in inside if each.is_in_stock)
        restocks = [each.start for each in inside if each.is_restock and each.start >= start]
        return Statistics(
            known=known,
            in_stock=in_stock,
            share=in_stock / known if known else None,
            restocks=len(restocks),
            usual=_usual(restocks),
            prices=_prices(_weighed(inside, start)),
            current=self.grade(self.price, span) if self.price else None,
        )

    def grade(self, price: Money, span: timedelta | None = None) -> Grade | None:
        """What a price is worth beside those of the last `span`; None when there is nothing to compare it with."""
        start, inside = self._last(span)
        weighed = _weighed(inside, start)
        total = _total(time for _, time in weighed)
        if not total or price.currency != self.currency:
            return None
        dearer = _total(time for each, time in weighed if each.amount >= price.amount)
        percentile = 100 * dearer // total
        return Grade(price, percentile, _worth(price, _median(weighed), percentile), total)

    def good_price(self, span: timedelta | None = None) -> Money | None:
        """The highest price of the last `span` that would be a good one; None when all of it cost the same."""
        start, inside = self._last(span)
        weighed = _weighed(inside, start)
        total, dearer = _total(time for _, time in weighed), _NONE
        if not total:
            return None
        middle = _median(weighed)
        for amount, same in groupby(reversed(weighed), key=lambda each: each[0].amount):
            price, times = middle.model_copy(update={"amount": amount}), [time for _, time in same]
            dearer += _total(times)
            if _worth(price, middle, 100 * dearer // total) in (Worth.GREAT, Worth.GOOD):
                return price
        return None

    def _last(self, span: timedelta | None) -> tuple[datetime, Sequence[Stretch]]:
        """The window's beginning, and what reaches into it. The state that begins now is in it, for no time."""
        since = self.since or self.now
        start = since if span is None or span >= self.now - since else self.now - span
        return start, [each for each in self.stretches if each.end > start or each.start >= start]


def timeline(
    histories: Iterable[Iterable[Point]], now: datetime, *, currency: str | None = None, sort: Sort | None = None
) -> Timeline:
    """Put the points of each listing, in any order, together.

    Of prices those of `sort` count. Unless it is given it is the commonest of the `currency`, or of the commonest one.
    """
    now = now.astimezone(UTC)
    in_order = [settled(points, now) for points in histories]
    counted = Counter(point.price.currency for points in in_order for point in points if point.price)
    code = currency or min(counted, key=lambda each: (-counted[each], each), default=None)
    chosen = sort or (_commonest_sort(in_order, code) if code else None)
    others = {point.sort for points in in_order for point in points if point.sort} - {chosen}
    return Timeline(
        now,
        tuple(_stretches(in_order, now, chosen)),
        chosen,
        ignored=tuple(sorted(counted.keys() - {chosen.currency if chosen else None})),
        other_sorts=tuple(sorted(each for each in others if chosen and each.currency == chosen.currency)),
    )


def _commonest_sort(histories: Sequence[Sequence[Point]], currency: str) -> Sort:
    """That of the most listings, so that one restless listing does not outvote the rest; then of the most points."""
    found = [Counter(p.sort for p in points if p.sort and p.sort.currency == currency) for points in histories]
    in_listings = Counter(sort for each in found for sort in each)
    in_points = sum(found, Counter[Sort]())
    return min(in_points, key=lambda each: (-in_listings[each], -in_points[each], _rank(each)), default=Sort(currency))


def _rank(sort: Sort) -> tuple[int, int]:
    return list(Condition).index(sort.condition), list(PriceKind).index(sort.kind)


def lows(points: Iterable[Point], now: datetime, *, currency: str | None = None, sort: Sort | None = None) -> Lows:
    """A listing's lowest prices before `now`: what is offered from that very moment on is not among them."""
    return product_lows([points], now, currency=currency, sort=sort)


def product_lows(
    histories: Iterable[Iterable[Point]], now: datetime, *, currency: str | None = None, sort: Sort | None = None
) -> Lows:
    """The same over several listings. Ask with the sort, or at least the currency, of the price to be compared."""
    before = [[point for point in points if point.at < now] for points in histories]
    line = timeline(before, now, currency=currency, sort=sort)
    found = [line.over(WINDOWS[name]).prices for name in ("30d", "90d", "all")]
    month, quarter, ever = (prices.lowest if prices else None for prices in found)
    return Lows(month, quarter, ever, line.since)


def settled(points: Iterable[Point], now: datetime) -> list[Point]:
    """In order, one per moment, only those that change something. Unknown stock says nothing once there was some."""
    kept: list[Point] = []
    for at, same in groupby(sorted((p for p in points if p.at <= now), key=_order), key=lambda point: point.at):
        last = kept[-1] if kept else None
        point = list(same)[-1]
        if at.utcoffset():  # times of a zone with a summer time are not subtracted from each other
            point = point.model_copy(update={"at": at.astimezone(UTC)})
        if last and (point.availability is Availability.UNKNOWN or _state(point) == _state(last)):
            continue
        kept.append(point)
    return kept


def _order(point: Point) -> tuple[object, ...]:
    price = (point.price.currency, point.price.amount) if point.price else ()
    sort = point.price_kind.value, point.condition.value, point.online is False
    return point.at, point.availability is not Availability.UNKNOWN, point.availability.value, price, sort


def _state(point: Point) -> tuple[object, ...]:
    return point.availability, point.price, point.price_kind, point.condition, point.online is False


class _Shelf:
    """All listings at one moment, and the cheapest of them without looking at all."""

    def __init__(self, sort: Sort | None) -> None:
        self._sort, self._serials, self._serial = sort, dict[int, int](), count()
        self._prices: list[tuple[Decimal, int, int, Money]] = []
        self.known, self.in_stock = set[int](), set[int]()

    def put(self, listing: int, point: Point) -> bool:
        """Take a listing's next point; True when the listing came back in stock with it, which first sight is not."""
        stock, price = point.availability, point.price
        came_back = listing in self.known and listing not in self.in_stock and point.is_orderable
        (self.in_stock.add if point.is_orderable else self.in_stock.discard)(listing)
        if stock is not Availability.UNKNOWN:
            self.known.add(listing)
        serial = self._serials[listing] = next(self._serial)
        if price and point.sort == self._sort and (point.is_orderable or stock is Availability.PREORDER):
            heappush(self._prices, (price.amount, serial, listing, price))
        return came_back

    def cheapest(self) -> Money | None:
        """The lowest price it can be ordered at. What a listing no longer asks is thrown away when it comes up."""
        while self._prices and self._serials[self._prices[0][2]] != self._prices[0][1]:
            heappop(self._prices)
        return self._prices[0][3] if self._prices else None


def _stretches(settled: Sequence[Sequence[Point]], now: datetime, sort: Sort | None) -> Iterator[Stretch]:
    moves = sorted((point.at, i, j) for i, points in enumerate(settled) for j, point in enumerate(points))
    together = [(at, list(same)) for at, same in groupby(moves, key=lambda move: move[0])]
    ends = [*[at for at, _ in together], now][1:]
    shelf = _Shelf(sort)
    for (at, same), end in zip(together, ends, strict=True):
        had_some = bool(shelf.in_stock)
        came_back = [shelf.put(i, settled[i][j]) for _, i, j in same]
        is_restock = any(came_back) and not had_some
        yield Stretch(at, end, bool(shelf.known), bool(shelf.in_stock), is_restock, shelf.cheapest())


def _weighed(stretches: Iterable[Stretch], start: datetime) -> list[tuple[Money, timedelta]]:
    """Prices, the lowest first, and how long each was asked."""
    return sorted(((s.price, s.within(start)) for s in stretches if s.price), key=lambda each: each[0].amount)


def _prices(weighed: Sequence[tuple[Money, timedelta]]) -> Prices | None:
    return Prices(weighed[0][0], _median(weighed), weighed[-1][0]) if weighed else None


def _median(weighed: Sequence[tuple[Money, timedelta]]) -> Money:
    sums = accumulate(time for _, time in weighed)
    total = _total(time for _, time in weighed)
    return next(price for (price, _), passed in zip(weighed, sums, strict=True) if 2 * passed >= total)


def _total(times: Iterable[timedelta]) -> timedelta:
    return sum(times, _NONE)


def _worth(price: Money, median: Money, percentile: int) -> Worth:
    """What it mostly costs is never a good price, however long it has been so."""
    if price.amount < median.amount:
        return Worth.GREAT if percentile >= 90 else Worth.GOOD if percentile >= 70 else Worth.USUAL
    return Worth.HIGH if price.amount > median.amount and percentile < 25 else Worth.USUAL


def _usual(restocks: Sequence[datetime]) -> Usual | None:
    if len(restocks) < FEWEST_RESTOCKS:
        return None
    return Usual(*_commonest(at.weekday() for at in restocks), *_commonest(at.hour for at in restocks), len(restocks))


def _commonest(values: Iterable[int]) -> tuple[int, int]:
    return min(Counter(values).items(), key=lambda item: (-item[1], item[0]))
