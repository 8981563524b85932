"""Facts in words for the pages: British English, as the pages are. Templates know these by the name `w`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote, urlsplit

from babel.numbers import format_currency, format_decimal

from alerts.domain.model import Availability, ChangeKind, FailureReason, Known, Offer, Tier
from alerts.domain.money import Money
from alerts.domain.stats import Timeline, Worth
from alerts.domain.text import plain
from alerts.domain.trail import Step
from alerts.domain.wishes import Subscription, Target, TargetKind

_LOCALE = "en_GB"
_IN_A_URI = ":/?@!$&'()*+,;=%~-._[]"
_TOO_SHORT = timedelta(days=1)
_STOCK = {
    Availability.IN_STOCK: "In stock",
    Availability.LIMITED: "Low stock",
    Availability.PREORDER: "Pre-order",
    Availability.BACKORDER: "Back-order",
    Availability.OUT_OF_STOCK: "Sold out",
    Availability.DISCONTINUED: "Discontinued",
    Availability.UNKNOWN: "Stock unknown",
}
_SHELF = {
    Availability.IN_STOCK: "in",
    Availability.LIMITED: "in",
    Availability.PREORDER: "later",
    Availability.BACKORDER: "later",
    Availability.UNKNOWN: "unknown",
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
_KIND = {
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
_STEP = {
    Step.READ: "Read",
    Step.CONFIRMED: "Confirmed",
    Step.COMPARED: "Compared",
    Step.MATCHED: "Matched",
    Step.HELD: "Held",
    Step.SUPPRESSED: "Not told",
    Step.QUEUED: "Queued",
    Step.SENT: "Sent",
    Step.EDITED: "Message changed",
    Step.POSTPONED: "Postponed",
    Step.BURIED: "Given up",
    Step.EXPIRED: "Expired",
}
_TIER = {
    Tier.HOT: "Hot: as often as possible",
    Tier.WARM: "Warm: now and then",
    Tier.COLD: "Cold: rarely",
    Tier.FROZEN: "Frozen: only when somebody asks",
}
_WORTH = {Worth.GREAT: "a great price", Worth.GOOD: "a good price", Worth.USUAL: "a usual price",
          Worth.HIGH: "a high price"}  # fmt: skip
_TARGET = {
    TargetKind.CHANNEL: "Channel",
    TargetKind.FORUM: "Forum",
    TargetKind.DM: "Direct messages",
    TargetKind.WEBHOOK: "A Discord webhook",
    TargetKind.APPRISE: "A service outside of Discord",
    TargetKind.ENDPOINT: "A program's webhook",
}


def text(found: str | None, limit: int = 120) -> str:
    """Somebody else's words, on one line and without what could hide or turn round. The template escapes them."""
    return plain(found or "", limit)


def money(amount: Money | None) -> str:
    """£76.80; a dash when no price is known."""
    return _money(amount.amount, amount.currency) if amount else "—"


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str) -> str:
    return str(format_currency(amount, currency, locale=_LOCALE))


def number(value: Decimal | float) -> str:
    """1,234.5"""
    return str(format_decimal(value, locale=_LOCALE, decimal_quantization=False))


def percent(share: float | None) -> str:
    """A part of a whole; neither nothing nor everything is said of what is only nearly so."""
    if share is None:
        return "—"
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def stock(offer: Offer | None) -> str:
    """Availability, with the count when the shop states one."""
    if offer is None:
        return "Not read yet"
    said = "In shops only" if offer.is_in_shops_only else _STOCK[offer.availability]
    return f"{said} ({offer.stock_count} left)" if offer.stock_count and offer.availability.is_in_stock else said


def shelf(offer: Offer | None) -> str:
    """The name of its colour: in, later, out, unknown."""
    if offer is None:
        return "unknown"
    return "later" if offer.is_in_shops_only else _SHELF.get(offer.availability, "out")


def trouble(known: Known) -> str:
    """Why it could not be read last time; nothing when it could."""
    return _FAILURE[known.failure.reason] if known.failure else ""


def failure(why: FailureReason | None) -> str:
    """A reason alone."""
    return _FAILURE[why] if why else ""


def kind(what: ChangeKind) -> str:
    """What happened, in two words."""
    return _KIND[what]


def kinds(several: Sequence[ChangeKind]) -> str:
    """Back in stock, price drop."""
    said = ", ".join(_KIND[each].lower() for each in several)
    return said[:1].upper() + said[1:]


def step(what: Step) -> str:
    """A stage of a change's way."""
    return _STEP[what]


def tier(which: Tier) -> str:
    """How often."""
    return _TIER[which]


def span(time: timedelta) -> str:
    """A length of time in its largest unit: 12 s, 14 min, 3 h, 2 d."""
    seconds = max(0, round(time.total_seconds()))
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit or (seconds >= unit and seconds % unit == 0):
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def ago(at: datetime | None, now: datetime) -> str:
    """14 min ago; in 3 h; never."""
    if at is None:
        return "never"
    return f"{span(now - at)} ago" if at <= now else f"in {span(at - now)}"


def moment(at: datetime) -> str:
    """22 Nov 2026, 12:00 UTC"""
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def address(url: str | None) -> str:
    """The address to link to; nothing for one that is no plain web page, or that hides where it leads."""
    try:
        parts = urlsplit(url or "")
        named = parts.hostname
        _ = parts.port
    except ValueError:
        return ""
    if url is None or parts.scheme not in ("http", "https") or not named or "@" in parts.netloc or "\\" in url:
        return ""
    return quote(url, safe=_IN_A_URI + "#")


def host(url: str | None) -> str:
    """Where a link really leads, in the letters of the domain system; nothing where nothing is linked."""
    if not address(url):
        return ""
    named = urlsplit(url or "").hostname or ""
    try:
        return named.encode("idna").decode().removeprefix("www.")
    except UnicodeError:
        return ""


def target(where: Target) -> str:
    """Where a message goes; a channel by its id, since names are Discord's."""
    named = _TARGET[where.type]
    return f"{named} {where.id}" if where.type in (TargetKind.CHANNEL, TargetKind.FORUM) else named


def rules(wish: Subscription) -> list[str]:
    """What an alert asks for beside its kinds, in short."""
    said = [f"below {money(wish.below)}"] if wish.below else []
    said += [f"above {money(wish.above)}"] if wish.above else []
    said += [f"drops of {number(wish.drop_percent)}% or more"] if wish.drop_percent else []
    said += [f"drops of {money(wish.drop_amount)} or more"] if wish.drop_amount else []
    said += ["a digest"] if wish.digest else []
    said += ["quiet hours"] if wish.quiet else []
    return said


def good_price(line: Timeline, window: timedelta | None) -> str:
    """Is it a good price? In a sentence, and what that rests on."""
    found = line.over(window)
    if found.current and found.current.over < _TOO_SHORT:
        known = span(found.current.over)
        return f"{money(found.current.price)} has been known for {known}: too short to judge by."
    if found.current:
        worth, over = _WORTH[found.current.worth], span(found.current.over)
        share = f"{found.current.percentile}% of the {over} it could be ordered"
        return f"{money(found.current.price)} now is {worth}: it cost as much or more in {share}."
    if line.price:
        return f"{money(line.price)} is the first price known: there is nothing yet to compare it with."
    if good := line.good_price(window):
        return f"It cannot be ordered now; {money(good)} or less would be a good price."
    return "It cannot be ordered now." if found.prices else "No price is known yet."
