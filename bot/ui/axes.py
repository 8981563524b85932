"""Where the lines of a chart's grid are, and what is written beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from babel.dates import format_skeleton
from babel.numbers import format_compact_currency, format_currency

from alerts.domain.money import Money, exponent
from bot.ui.language import locale

_MOST_PRICES, _MOST_TIMES = 5, 6
_STEEP = 6  # from so many times the lowest price on, each step of the axis multiplies
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SPANS = [m * _MINUTE for m in (1, 2, 5, 10, 15, 30)] + [h * _HOUR for h in (1, 2, 3, 4, 6, 12)]
_SPANS += [d * _DAY for d in (1, 2, 4, 7, 14)]
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_A_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PriceAxis:
    """From the lowest to the highest amount with room around them; `ticks` are amounts and their labels."""

    bottom: float
    top: float
    is_log: bool
    ticks: tuple[tuple[float, str], ...]

    def place(self, amount: float | Decimal) -> float:
        """How far up an amount is: 0 at the bottom, 1 at the top."""
        return (_scaled(float(amount), is_log=self.is_log) - self.bottom) / (self.top - self.bottom)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """A window of time; `ticks` are moments and their labels. `has_hours`: some of them are hours of the day, UTC."""

    start: datetime
    end: datetime
    ticks: tuple[tuple[datetime, str], ...]
    has_hours: bool

    def place(self, at: datetime) -> float:
        """How far along a moment is: 0 at the start, 1 at the end."""
        return min(1.0, max(0.0, (at - self.start) / (self.end - self.start)))


def price_axis(amounts: Sequence[Decimal], currency: str) -> PriceAxis:
    """An axis for these amounts, of which there is at least one. Below them is room for a label."""
    low, high = float(min(amounts)), float(max(amounts))
    is_log = low > 0 and high / low >= _STEEP
    first, last = _scaled(low, is_log=is_log), _scaled(high, is_log=is_log)
    finest = 10.0 ** -exponent(currency)
    # A move of a penny does not fill the chart.
    room = last - first if is_log else max(last - first, last * 0.04, 4 * finest)
    slack = (room - (last - first)) / 2
    bottom, top = first - slack - 0.3 * room, last + slack + 0.12 * room
    found = list(_log_ticks(bottom, top, finest) if is_log else _even_ticks(bottom, top, finest))
    return PriceAxis(bottom, top, is_log, tuple(zip(found, _labels(found, currency), strict=True)))


def time_axis(start: datetime, end: datetime) -> TimeAxis:
    """An axis for a window of time that is not empty, with round moments, UTC."""
    span = (end - start).total_seconds()
    seconds = next((each for each in _SPANS if span / each <= _MOST_TIMES), None)
    if seconds:
        step = timedelta(seconds=seconds)
        first = _A_MONDAY + math.ceil((start - _A_MONDAY) / step) * step
        moments = [first + i * step for i in range(_MOST_TIMES + 2) if first + i * step <= end]
        has_hours = seconds < _DAY
        return TimeAxis(start, end, tuple((at, _moment(at, has_hours=has_hours)) for at in moments), has_hours)
    months = next((each for each in _MONTHS if span / (each * 30.4 * _DAY) <= _MOST_TIMES), _MONTHS[-1])
    skeleton = "y" if months >= 12 else "MMM" if span < 300 * _DAY else "yMMM"
    ticks = [(at, _date(at, skeleton)) for at in _firsts(start, end, months)]
    return TimeAxis(start, end, tuple(ticks), has_hours=False)


def short_price(price: Money) -> str:
    """A price where there is little room: large ones without decimals or, from a million on, shortened."""
    if price.amount >= 1_000_000:
        return format_compact_currency(price.amount, price.currency, locale=locale(), fraction_digits=2)
    if price.amount >= 10_000:
        return _whole(price.amount, price.currency)
    return format_currency(price.amount, price.currency, locale=locale())


def _scaled(amount: float, *, is_log: bool) -> float:
    return math.log10(max(amount, 1e-9)) if is_log else amount


def _even_ticks(bottom: float, top: float, finest: float) -> Iterator[float]:
    rough = (top - bottom) / _MOST_PRICES
    power = 10.0 ** math.floor(math.log10(rough))
    step = max(finest, next(each * power for each in (1, 2, 5, 10) if each * power >= rough))
    tick = math.ceil(max(bottom, 0.0) / step) * step
    while tick <= top:
        yield round(tick, 9)
        tick += step


def _log_ticks(bottom: float, top: float, finest: float) -> Iterator[float]:
    powers = range(math.floor(bottom), math.ceil(top) + 1)
    found = [m * 10.0**p for p in powers for m in (1, 2, 5) if bottom <= math.log10(m * 10.0**p) <= top]
    found = [each for each in found if each >= finest]
    every = math.ceil(len(found) / _MOST_PRICES)
    yield from found[::every]


def _labels(amounts: Sequence[float], currency: str) -> Sequence[str]:
    """Shortened where they are long and still differ; without decimals where none of them needs any."""
    exact = [Decimal(str(each)) for each in amounts]
    if max(exact, default=0) >= 1_000_000:
        for digits in (0, 1, 2, 3):
            short = [format_compact_currency(e, currency, locale=locale(), fraction_digits=digits) for e in exact]
            if len(set(short)) == len(short):
                return short
    if any(each != int(each) for each in exact):
        return [format_currency(each, currency, locale=locale()) for each in exact]
    return [_whole(each, currency) for each in exact]


def _whole(amount: Decimal, currency: str) -> str:
    pattern = str(locale().currency_formats["standard"].pattern).replace("0.00", "0")
    return format_currency(amount, currency, pattern, locale=locale(), currency_digits=False)


def _moment(at: datetime, *, has_hours: bool) -> str:
    return f"{at:%H:%M}" if has_hours and (at.hour or at.minute) else _date(at, "MMMd")


def _date(at: datetime, skeleton: str) -> str:
    return str(format_skeleton(skeleton, at, locale=locale()))


def _firsts(start: datetime, end: datetime, months: int) -> Iterator[datetime]:
    """The first of every so many months."""
    number = math.ceil((start.year * 12 + start.month) / months) * months
    while (at := datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)) <= end:
        if at >= start:
            yield at
        number += months
