"""Facts in words: stock, money, kinds, ages. English here; other languages hang themselves in at this file."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from babel.dates import get_day_names
from babel.numbers import format_currency
from discord.utils import format_dt

from alerts.domain.model import Availability, ChangeKind, Condition, Failure, FailureReason, Offer, PriceKind, Sort
from alerts.domain.money import Money
from alerts.domain.stats import Timeline, Usual, Worth
from alerts.domain.thresholds import Threshold
from bot.ui.language import locale, t

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
    return _written(amount.amount, amount.currency, str(locale())) if amount else "—"


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


def window(line: Timeline, days: int | None) -> str:
    """What a history's statistics are of: "In the last 30 days", or since when there is a history."""
    if line.since is None or (days and line.now - line.since >= timedelta(days=days)):
        return t("In the last {days} days", days=days) if days != 1 else t("In the last 24 hours")
    return t("Since {day}", day=f"{line.since:%Y-%m-%d}")


def sort(found: Sort) -> str:
    """What sets a price apart from the plain one of a new thing: "used", "from", "refurbished member"; else nothing."""
    condition = _CONDITION[found.condition]() if found.condition is not Condition.NEW else ""
    kind = _PRICE_KIND[found.kind]() if found.kind is not PriceKind.EXACT else ""
    return f"{condition} {kind}".strip()


def statistics(line: Timeline, days: int | None) -> list[str]:
    """A history's statistics over the last `days` or all of it, in short lines: prices, stock, what is left out."""
    found = line.over(timedelta(days=days) if days else None)
    said = []
    if found.prices:
        low, middle, high = (money(each) for each in (found.prices.lowest, found.prices.median, found.prices.highest))
        which = f" ({sort(line.sort)})" if line.sort and sort(line.sort) else ""
        said.append(t("Lowest {low}, median {middle}, highest {high}", low=low, middle=middle, high=high) + which)
    share = t("Stock unknown") if found.share is None else t("In stock {share} of the time", share=percent(found.share))
    said.append(t("{share}, restocks: {count}", share=share, count=found.restocks) + _usually(found.usual))
    if line.ignored:
        said.append(t("Prices in {currencies} are left out", currencies=", ".join(line.ignored[:5])))
    if line.other_sorts:
        others = ", ".join(sort(each) or t("new") for each in line.other_sorts)
        said.append(t("Left out, as they are of another sort: {sorts}", sorts=others))
    return said


def good_price(line: Timeline, days: int | None) -> str:
    """Is it a good price? In a sentence, and what that rests on; what would be one, where nothing can be ordered."""
    window = timedelta(days=days) if days else None
    found = line.over(window)
    if found.current:
        share = t("{percent}% of the {span} it could be ordered", percent=found.current.percentile,
                  span=span(found.current.over))  # fmt: skip
        worth, price = _WORTH[found.current.worth](), money(found.current.price)
        return t("{price} now is {worth}: it cost as much or more in {share}", price=price, worth=worth, share=share)
    if line.price:
        return t("{price} is the first price known: there is nothing yet to compare it with", price=money(line.price))
    if good := line.good_price(window):
        return t("It cannot be ordered now; {price} or less would be a good price", price=money(good))
    return t("It cannot be ordered now") if found.prices else ""


def percent(share: float) -> str:
    """A part of a whole; neither nothing nor everything is said of what is only nearly so."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def _usually(found: Usual | None) -> str:
    """The weekday and the hour that more than half of the restocks fell on."""
    if found is None:
        return ""
    weekday = get_day_names("abbreviated", locale=locale())[found.weekday] if 2 * found.on_weekday > found.of else ""
    hour = f"{found.hour:02}:00 UTC" if 2 * found.in_hour > found.of else ""
    return t(", usually {when}", when=f"{weekday} {hour}".strip()) if weekday or hour else ""


_WORTH = {
    Worth.GREAT: lambda: t("a great price"),
    Worth.GOOD: lambda: t("a good price"),
    Worth.USUAL: lambda: t("a usual price"),
    Worth.HIGH: lambda: t("a high price"),
}
_CONDITION = {
    Condition.NEW: lambda: t("new"),
    Condition.REFURBISHED: lambda: t("refurbished"),
    Condition.USED: lambda: t("used"),
    Condition.DAMAGED: lambda: t("damaged"),
}
_PRICE_KIND = {
    PriceKind.EXACT: lambda: t("exact"),
    PriceKind.FROM: lambda: t("from"),
    PriceKind.MEMBER: lambda: t("member"),
}
