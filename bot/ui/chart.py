"""A history as the facts of a chart: everything that is drawn, in words and numbers. `drawing` makes an image of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from babel.dates import format_skeleton

from alerts.domain.money import Money
from alerts.domain.text import cut, plain
from alerts.domain.tracks import Shelf, Step, Track, lowest_of, thinned
from alerts.history import Past
from bot.ui import words
from bot.ui.axes import PriceAxis, TimeAxis, price_axis, short_price, time_axis
from bot.ui.language import locale, n, speaking, spoken, t

MOST_ROWS = 8  # of so many listings each has a colour and a row; the others share one
COLUMNS, FEWER_COLUMNS = 320, 24  # of time, to draw a listing with a colour and one of the others
LONGEST_ALT = 1024  # Discord's limit
_SHORTEST = timedelta(hours=1)
# The font that comes with matplotlib writes Latin, Greek and Cyrillic, and no Japanese.
_NOT_DRAWN = {"ja"}
_DRAWN = (
    *((0x20, 0x7E), (0xA0, 0x2E9), (0x300, 0x34F), (0x370, 0x37E), (0x384, 0x525), (0x1E00, 0x1EFB), (0x1F00, 0x1FFF)),
    *((0x2010, 0x2027), (0x202F, 0x205E), (0x20A0, 0x20B5), (0x2190, 0x22FF)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One listing: its number and name, what it asks now, and its steps. A name that cannot be drawn is empty."""

    number: int
    name: str
    now: str
    is_in: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Low:
    """The lowest price: where it is and what is written there."""

    at: datetime
    amount: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """An image's facts. `alt` says in words what it shows; `unnamed` are the numbers of names that cannot be drawn."""

    title: str
    window: str
    time: TimeAxis
    price: PriceAxis | None
    rows: tuple[Row, ...]
    rest: tuple[tuple[Step, ...], ...]
    rest_name: str
    low: Low | None
    alt: str
    unnamed: tuple[tuple[int, str], ...]


def chart_of(past: Past, days: int | None) -> Chart | None:
    """The chart of the last `days` or of all time; None when nothing is known of any of it."""
    span, line = timedelta(days=days) if days else None, past.line
    found = past.tracks(span)
    if not found:
        return None
    alt = _alt(past, days, found)
    start = min(past.start(span), line.now - _SHORTEST)
    with speaking("en" if spoken() in _NOT_DRAWN else spoken()):
        columns = [COLUMNS] * MOST_ROWS + [FEWER_COLUMNS] * len(found)
        thin = [thinned(track.steps, start, line.now, count) for track, count in zip(found, columns, strict=False)]
        amounts = [step.price.amount for steps in thin for step in steps if step.price]
        lowest = lowest_of(found)
        rest = len(found) - MOST_ROWS
        return Chart(
            title=drawable(plain(past.product.name, 100)),
            window=words.window(line, days),
            time=time_axis(start, line.now),
            price=price_axis(amounts, line.currency or "") if amounts else None,
            rows=tuple(_row(i, track, steps) for i, (track, steps) in enumerate(zip(found, thin, strict=True), 1))[
                :MOST_ROWS
            ],
            rest=tuple(thin[MOST_ROWS:]),
            rest_name=n("{count} more shop", "{count} more shops", rest) if rest > 0 else "",
            low=_low(lowest[1]) if lowest else None,
            alt=alt,
            unnamed=tuple(
                (i, plain(track.vendor, 60))
                for i, track in enumerate(found[:MOST_ROWS], 1)
                if not drawable(plain(track.vendor, 60))
            ),
        )


def drawable(text: str) -> str:
    """What the chart's font can write of a text; nothing when that would be less than half of its letters."""
    kept = "".join(c for c in text if any(low <= ord(c) <= high for low, high in _DRAWN))
    letters, left = sum(map(str.isalnum, text)), sum(map(str.isalnum, kept))
    return " ".join(kept.split()) if left and 2 * left >= letters else ""


def _row(number: int, track: Track, steps: tuple[Step, ...]) -> Row:
    last = track.last
    return Row(
        number, drawable(plain(track.vendor, 60)), drawable(_now(last, short_price)), last.shelf is Shelf.IN, steps
    )


def _now(step: Step, price: Callable[[Money], str] = words.money) -> str:
    if step.is_asked and step.price:
        return price(step.price)
    match step.shelf:
        case Shelf.IN:
            return t("in stock")
        case Shelf.LATER:
            return t("later")
        case Shelf.OUT:
            return t("sold out")
        case Shelf.UNKNOWN:
            return t("unknown")


def _low(step: Step) -> Low:
    assert step.price
    text = t("Lowest {price} · {day}", price=words.money(step.price), day=_day(step.at))
    return Low(step.at, float(step.price.amount), drawable(text))


def _day(at: datetime) -> str:
    return str(format_skeleton("MMMd", at.astimezone(UTC), locale=locale()))


def _alt(past: Past, days: int | None, found: Sequence[Track]) -> str:
    """The chart for whoever does not see it: what it is of, the lowest price, and how each shop stands."""
    name, window = plain(past.product.name, 100), words.window(past.line, days)
    said = [t("Chart of the price and stock of {name}. {window}:", name=name, window=window)]
    prices, lowest = past.line.over(timedelta(days=days) if days else None).prices, lowest_of(found)
    if lowest:
        track, step = lowest
        price, vendor = words.money(step.price), plain(track.vendor, 60)
        said.append(t("lowest {price} at {vendor}, from {day}.", price=price, vendor=vendor, day=_day(step.at)))
    else:
        said.append(t("no price is known."))
    if prices:
        said.append(t("Half of the time it cost {price} or less.", price=words.money(prices.median)))
    stands = "; ".join(f"{i}. {plain(track.vendor, 60)}: {_now(track.last)}" for i, track in enumerate(found, 1))
    said.append(t("Now: {stands}.", stands=stands))
    return cut(" ".join(said), LONGEST_ALT)
