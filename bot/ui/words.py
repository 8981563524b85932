"""Facts in words: stock, money, kinds, ages. English here; other languages hang themselves in at this file."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.numbers import format_currency
from discord.utils import format_dt

from alerts.domain.model import Availability, ChangeKind, Failure, FailureReason, Offer
from alerts.domain.money import Money

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
    ChangeKind.LOW_STOCK: "Only a few left",
    ChangeKind.FLAPPING: "Keeps changing",
    ChangeKind.STABLE: "Settled again",
}


def money(amount: Money | None) -> str:
    """£76.80; a dash when no price is known."""
    return format_currency(amount.amount, amount.currency, locale="en_GB") if amount else "—"


def stock(offer: Offer) -> str:
    """Availability, with the count when the shop states one."""
    count = f" ({offer.stock_count} left)" if offer.stock_count and offer.availability.is_in_stock else ""
    return _STOCK[offer.availability] + count


def plain_stock(offer: Offer) -> str:
    """The same without the coloured mark, for the middle of a sentence."""
    return stock(offer).partition(" ")[2].lower()


def failure(found: Failure) -> str:
    """Why a listing could not be read, for people."""
    return _FAILURE[found.reason]


def headline(kind: ChangeKind) -> str:
    """What happened, in two words."""
    return _HEADLINE[kind]


def kinds(chosen: tuple[ChangeKind, ...]) -> str:
    """A list of kinds: "back in stock, price drop"."""
    return ", ".join(headline(kind).lower() for kind in chosen)


def link(label: str, url: str) -> str:
    """A masked link; what could end it early is encoded. An address too long for Discord leaves the label alone."""
    safe = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
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
