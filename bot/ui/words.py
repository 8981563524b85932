"""Facts in words: stock, money, kinds, ages, in the language of the moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from babel.dates import format_date, get_day_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from discord.utils import format_dt

from alerts.domain.model import Availability, ChangeKind, Condition, Failure, FailureReason, Offer, PriceKind, Sort
from alerts.domain.money import Money
from alerts.domain.stats import Timeline, Usual, Worth
from alerts.domain.thresholds import Threshold
from bot.ui.language import N_, locale, n, spoken, t

_IN_A_URI = ":/?@!$&'()*+,;=%~-._"
_TOO_SHORT = timedelta(days=1)  # of prices that it could be ordered at, to call one of them good
LONGEST_LINK = 800  # a field holds 1024
_STOCK = {
    Availability.IN_STOCK: N_("🟢 In stock"),
    Availability.LIMITED: N_("🟢 Low stock"),
    Availability.PREORDER: N_("🔵 Pre-order"),
    Availability.BACKORDER: N_("🟠 Back-order"),
    Availability.OUT_OF_STOCK: N_("🔴 Sold out"),
    Availability.DISCONTINUED: N_("⚫ Discontinued"),
    Availability.UNKNOWN: N_("❔ Stock unknown"),
}
# The same for the middle of a sentence: no language makes one of the other by its letters alone.
_PLAIN_STOCK = {
    Availability.IN_STOCK: N_("in stock"),
    Availability.LIMITED: N_("low stock"),
    Availability.PREORDER: N_("pre-order"),
    Availability.BACKORDER: N_("back-order"),
    Availability.OUT_OF_STOCK: N_("sold out"),
    Availability.DISCONTINUED: N_("discontinued"),
    Availability.UNKNOWN: N_("stock unknown"),
}
_FAILURE = {
    FailureReason.BLOCKED: N_("the shop blocked us"),
    FailureReason.NOT_FOUND: N_("the page is gone"),
    FailureReason.UNREADABLE: N_("the page could not be read"),
    FailureReason.UNREACHABLE: N_("the shop could not be reached"),
    FailureReason.TIMEOUT: N_("the shop did not answer in time"),
    FailureReason.TOO_LARGE: N_("the page is too large"),
    FailureReason.MISMATCH: N_("the page shows something else"),
}
_HEADLINE = {
    ChangeKind.RESTOCKED: N_("Back in stock"),
    ChangeKind.SOLD_OUT: N_("Sold out"),
    ChangeKind.PRICE_DROP: N_("Price drop"),
    ChangeKind.PRICE_RISE: N_("Price rise"),
    ChangeKind.PREORDER_OPEN: N_("Pre-order open"),
    ChangeKind.BACK_ORDER: N_("On back-order"),
    ChangeKind.DISCONTINUED: N_("Discontinued"),
    ChangeKind.NEW_LOW: N_("New lowest price"),
    ChangeKind.LOW_STOCK: N_("Only a few left"),
    ChangeKind.FLAPPING: N_("Keeps changing"),
    ChangeKind.STABLE: N_("Settled again"),
    ChangeKind.VENDOR_BLIND: N_("Cannot be read"),
    ChangeKind.VENDOR_BACK: N_("Can be read again"),
}
_KIND = {
    ChangeKind.RESTOCKED: N_("back in stock"),
    ChangeKind.SOLD_OUT: N_("sold out"),
    ChangeKind.PRICE_DROP: N_("price drop"),
    ChangeKind.PRICE_RISE: N_("price rise"),
    ChangeKind.PREORDER_OPEN: N_("pre-order open"),
    ChangeKind.BACK_ORDER: N_("on back-order"),
    ChangeKind.DISCONTINUED: N_("discontinued"),
    ChangeKind.NEW_LOW: N_("new lowest price"),
    ChangeKind.LOW_STOCK: N_("only a few left"),
    ChangeKind.FLAPPING: N_("keeps changing"),
    ChangeKind.STABLE: N_("settled again"),
    ChangeKind.VENDOR_BLIND: N_("cannot be read"),
    ChangeKind.VENDOR_BACK: N_("can be read again"),
}
_WORTH = {
    Worth.GREAT: N_("a great price"),
    Worth.GOOD: N_("a good price"),
    Worth.USUAL: N_("a usual price"),
    Worth.HIGH: N_("a high price"),
}
_CONDITION = {
    Condition.NEW: N_("new"),
    Condition.REFURBISHED: N_("refurbished"),
    Condition.USED: N_("used"),
    Condition.DAMAGED: N_("damaged"),
}
_PRICE_KIND = {
    PriceKind.EXACT: N_("exact"),
    PriceKind.FROM: N_("from"),
    PriceKind.MEMBER: N_("member"),
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
        return t("between {low} and {high}", low=money(limit.above), high=money(limit.below))
    return t("below {price}", price=money(limit.below)) if limit.below else t("above {price}", price=money(limit.above))


def number(value: Decimal) -> str:
    """A number as it was given, with the language's own signs: 12.5, 12,5."""
    return str(format_decimal(value, locale=locale(), decimal_quantization=False))


def move(share: Decimal) -> str:
    """How far a price has moved: +12%, -5%."""
    pattern = locale().percent_formats[None].pattern
    return str(format_percent(share, f"+{pattern};-{pattern}", locale=locale()))


def listed(names: Sequence[str]) -> str:
    """Names in a row: "A, B and C"."""
    return str(format_list(names, locale=locale()))


def stock(offer: Offer) -> str:
    """Availability, with the count when the shop states one."""
    return _counted(t("🟠 In shops only") if offer.is_in_shops_only else t(_STOCK[offer.availability]), offer)


def plain_stock(offer: Offer) -> str:
    """The same without the coloured mark, for the middle of a sentence."""
    return _counted(t("in shops only") if offer.is_in_shops_only else t(_PLAIN_STOCK[offer.availability]), offer)


def _counted(stock: str, offer: Offer) -> str:
    if not offer.stock_count or not offer.availability.is_in_stock:
        return stock
    return n("{stock} ({count} left)", "{stock} ({count} left)", offer.stock_count, stock=stock)


def failure(found: Failure) -> str:
    """Why a listing could not be read, for people."""
    return reason(found.reason)


def reason(why: FailureReason) -> str:
    """A reason alone."""
    return t(_FAILURE[why])


def headline(kind: ChangeKind) -> str:
    """What happened, in two words."""
    return t(_HEADLINE[kind])


def kinds(chosen: tuple[ChangeKind, ...]) -> str:
    """A list of kinds: "back in stock, price drop"."""
    return ", ".join(t(_KIND[kind]) for kind in chosen)


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
    if _fills(seconds, 86400):
        return t("{count} d", count=seconds // 86400)
    if _fills(seconds, 3600):
        return t("{count} h", count=seconds // 3600)
    if _fills(seconds, 60):
        return t("{count} min", count=seconds // 60)
    return t("{count} s", count=seconds)


def _fills(seconds: int, unit: int) -> bool:
    return seconds >= 2 * unit or (seconds >= unit and seconds % unit == 0)


def day(at: datetime) -> str:
    """A date where Discord's own marks do not work; in English as it sorts."""
    return f"{at:%Y-%m-%d}" if spoken() == "en" else str(format_date(at, "medium", locale=locale()))


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
    return t("Since {day}", day=day(line.since))


def sort(found: Sort) -> str:
    """What sets a price apart from the plain one of a new thing: "used", "from", "refurbished member"; else nothing."""
    condition = t(_CONDITION[found.condition]) if found.condition is not Condition.NEW else ""
    kind = t(_PRICE_KIND[found.kind]) if found.kind is not PriceKind.EXACT else ""
    if condition and kind:
        return t("{condition} {kind}", condition=condition, kind=kind)
    return condition or kind


def statistics(line: Timeline, days: int | None) -> list[str]:
    """A history's statistics over the last `days` or all of it, in short lines: prices, stock, what is left out."""
    found = line.over(timedelta(days=days) if days else None)
    said = []
    if found.prices:
        low, middle, high = (money(each) for each in (found.prices.lowest, found.prices.median, found.prices.highest))
        which = f" ({sort(line.sort)})" if line.sort and sort(line.sort) else ""
        said.append(t("Lowest {low}, median {middle}, highest {high}", low=low, middle=middle, high=high) + which)
    share = t("Stock unknown") if found.share is None else t("In stock {share} of the time", share=percent(found.share))
    if when := _usually(found.usual):
        said.append(t("{share}, restocks: {count}, usually {when}", share=share, count=found.restocks, when=when))
    else:
        said.append(t("{share}, restocks: {count}", share=share, count=found.restocks))
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
    if found.current and found.current.over < _TOO_SHORT:
        return t("{price} has been known for {span}: too short to judge by", price=money(found.current.price),
                 span=span(found.current.over))  # fmt: skip
    if found.current:
        share = t("{percent}% of the {span} it could be ordered", percent=found.current.percentile,
                  span=span(found.current.over))  # fmt: skip
        worth, price = t(_WORTH[found.current.worth]), money(found.current.price)
        return t("{price} now is {worth}: it cost as much or more in {share}", price=price, worth=worth, share=share)
    if line.price:
        return t("{price} is the first price known: there is nothing yet to compare it with", price=money(line.price))
    if good := line.good_price(window):
        return t("It cannot be ordered now; {price} or less would be a good price", price=money(good))
    return t("It cannot be ordered now") if found.prices else ""


def percent(share: float) -> str:
    """A part of a whole; neither nothing nor everything is said of what is only nearly so."""
    if 0 < share < 0.01:
        return f"<{_whole_percent(0.01)}"
    return f">{_whole_percent(0.99)}" if 0.99 < share < 1 else _whole_percent(share)


def _whole_percent(share: float) -> str:
    return str(format_percent(share, locale=locale()))


def _usually(found: Usual | None) -> str:
    """The weekday and the hour that more than half of the restocks fell on."""
    if found is None:
        return ""
    weekday = get_day_names("abbreviated", locale=locale())[found.weekday] if 2 * found.on_weekday > found.of else ""
    hour = f"{found.hour:02}:00 UTC" if 2 * found.in_hour > found.of else ""
    return f"{weekday} {hour}".strip()
