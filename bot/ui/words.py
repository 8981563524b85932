"""Facts in words: stock, money, kinds, ages. English here; other languages hang themselves in at this file."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from babel.numbers import format_currency
from discord.utils import format_dt

from alerts.domain.model import Availability, ChangeKind, Condition, Failure, FailureReason, Offer, PriceKind, Sort
from alerts.domain.money import Money
from alerts.domain.stats import Grade, Timeline, Usual, Worth
from alerts.domain.thresholds import Threshold

_IN_A_URI = ":/?@!$&'()*+,;=%~-._"
LONGEST_LINK = 800  # a field holds 1024
_STOCK = {
    Availability.IN_STOCK: "🟢 In stock",
    Availability.LIMITED: "🟢 Low stock",
    Availability.PREORDER: "🔵 Pre-order",
    Availability.BACKORDER: "🟠 Back-order",
    Availability.OUT_OF_STOCK: "🔴 Sold out",
    Availability.DISCONTINUED: "⚫ Discontinued",
    Availability.UNKNOWN: "❔ Stock unknown",
}
_FAILURE = {
    FailureReason.BLOCKED: "the shop blocked us",
    FailureReason.NOT_FOUND: "the page is gone",
    FailureReason.UNREADABLE: "the page could not be read",
    FailureReason.UNREACHABLE: "the shop could not be reached",
    FailureReason.TIMEOUT: "the shop did not answer in time",
    FailureReason.TOO_LARGE: "the page is too large",
    FailureReason.MISMATCH: "the page shows something else",
}
_HEADLINE = {
    ChangeKind.RESTOCKED: "Back in stock",
    ChangeKind.SOLD_OUT: "Sold out",
    ChangeKind.PRICE_DROP: "Price drop",
    ChangeKind.PRICE_RISE: "Price rise",
    ChangeKind.PREORDER_OPEN: "Pre-order open",
    ChangeKind.BACK_ORDER: "On back-order",
    ChangeKind.DISCONTINUED: "Discontinued",
    ChangeKind.NEW_LOW: "New lowest price",
    ChangeKind.LOW_STOCK: "Only a few left",
    ChangeKind.FLAPPING: "Keeps changing",
    ChangeKind.STABLE: "Settled again",
    ChangeKind.VENDOR_BLIND: "Cannot be read",
    ChangeKind.VENDOR_BACK: "Can be read again",
}


def money(amount: Money | None) -> str:
    """£76.80; a dash when no price is known."""
    return _written(amount.amount, amount.currency, "en_GB") if amount else "—"


# The same prices are written again and again, and babel takes a twentieth of a millisecond for each.
@lru_cache(maxsize=4096)
def _written(amount: Decimal, currency: str, locale: str) -> str:
    return format_currency(amount, currency, locale=locale)


def within(limit: Threshold) -> str:
    """What a threshold asks for: "below £500.00", "above £300.00", "between £300.00 and £500.00"."""
    if limit.below and limit.above:
        return f"between {money(limit.above)} and {money(limit.below)}"
    return f"below {money(limit.below)}" if limit.below else f"above {money(limit.above)}"


def stock(offer: Offer) -> str:
    """Availability, with the count when the shop states one."""
    count = f" ({offer.stock_count} left)" if offer.stock_count and offer.availability.is_in_stock else ""
    return ("🟠 In shops only" if offer.is_in_shops_only else _STOCK[offer.availability]) + count


def plain_stock(offer: Offer) -> str:
    """The same without the coloured mark, for the middle of a sentence."""
    return stock(offer).partition(" ")[2].lower()


def failure(found: Failure) -> str:
    """Why a listing could not be read, for people."""
    return reason(found.reason)


def reason(why: FailureReason) -> str:
    """A reason alone."""
    return _FAILURE[why]


def headline(kind: ChangeKind) -> str:
    """What happened, in two words."""
    return _HEADLINE[kind]


def kinds(chosen: tuple[ChangeKind, ...]) -> str:
    """A list of kinds: "back in stock, price drop"."""
    return ", ".join(headline(kind).lower() for kind in chosen)


def address(url: str) -> str:
    """A web address as Discord takes it: what a URI cannot hold is encoded, what is encoded already stays."""
    before, mark, fragment = url.partition("#")
    return quote(before, safe=_IN_A_URI) + mark + quote(fragment, safe=_IN_A_URI)


def link(label: str, url: str) -> str:
    """A masked link; what could end it early is encoded. An address too long for Discord leaves the label alone."""
    safe = address(url).replace("(", "%28").replace(")", "%29")
    return f"[{label}]({safe})" if len(safe) <= LONGEST_LINK else label


def span(time: timedelta) -> str:
    """A length of time in its largest unit: 12 s, 14 min, 3 h, 2 d."""
    seconds = round(time.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def moment(at: datetime) -> str:
    """A date and time, in the reader's own words and zone."""
    return format_dt(at, "f")


def ago(at: datetime) -> str:
    """A time that every reader sees in their own words and zone."""
    return format_dt(at, "R")


_WORTH = {
    Worth.GREAT: "a great price",
    Worth.GOOD: "a good price",
    Worth.USUAL: "a usual price",
    Worth.HIGH: "a high price",
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def window(line: Timeline, days: int | None) -> str:
    """What a history's statistics are of: "In the last 30 days", or since when there is a history."""
    if line.since is None or (days and line.now - line.since >= timedelta(days=days)):
        return f"In the last {days} days" if days != 1 else "In the last day"
    return f"Since {line.since:%Y-%m-%d}"


def sort(found: Sort) -> str:
    """What sets a price apart from the plain one of a new thing: "used", "from", "refurbished member"; else nothing."""
    condition = found.condition.value if found.condition is not Condition.NEW else ""
    kind = found.kind.value if found.kind is not PriceKind.EXACT else ""
    return f"{condition} {kind}".strip()


def statistics(line: Timeline, days: int | None) -> list[str]:
    """A history's statistics over the last `days` or all of it, in two to four short lines."""
    found = line.over(timedelta(days=days) if days else None)
    said = []
    if found.prices:
        low, middle, high = (money(each) for each in (found.prices.lowest, found.prices.median, found.prices.highest))
        which = f" ({sort(line.sort)})" if line.sort and sort(line.sort) else ""
        said.append(f"Lowest {low}, median {middle}, highest {high}{which}")
    if found.current:
        said.append(grade(found.current))
    stock_time = "Stock unknown" if found.share is None else f"In stock {percent(found.share)} of the time"
    said.append(f"{stock_time}, restocks: {found.restocks}{_usually(found.usual)}")
    if line.ignored:
        said.append(f"Prices in {', '.join(line.ignored[:5])} are left out")
    if line.other_sorts:
        said.append(
            f"Left out, as they are of another sort: {', '.join(sort(each) or 'new' for each in line.other_sorts)}"
        )
    return said


def grade(found: Grade) -> str:
    """Whether it is a good price, and what that rests on."""
    share = f"{found.percentile}% of the {span(found.over)} it could be ordered"
    return f"{money(found.price)} now is {_WORTH[found.worth]}: it cost as much or more in {share}"


def percent(share: float) -> str:
    """A part of a whole; neither nothing nor everything is said of what is only nearly so."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def _usually(found: Usual | None) -> str:
    """The weekday and the hour that more than half of the restocks fell on."""
    if found is None:
        return ""
    weekday = _WEEKDAYS[found.weekday] if 2 * found.on_weekday > found.of else ""
    hour = f"{found.hour:02}:00 UTC" if 2 * found.in_hour > found.of else ""
    return f", usually {weekday} {hour}".rstrip().replace("  ", " ") if weekday or hour else ""
