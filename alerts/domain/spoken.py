"""How reasons speak of money, time and kinds."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from alerts.domain.model import Availability, ChangeKind, Condition, FailureReason, Offer
from alerts.domain.money import Money
from alerts.domain.said import Said, say

_KINDS = {
    ChangeKind.RESTOCKED: say("restocked"),
    ChangeKind.SOLD_OUT: say("sold out"),
    ChangeKind.PRICE_DROP: say("price drop"),
    ChangeKind.PRICE_RISE: say("price rise"),
    ChangeKind.PREORDER_OPEN: say("preorder open"),
    ChangeKind.BACK_ORDER: say("back order"),
    ChangeKind.DISCONTINUED: say("discontinued"),
    ChangeKind.NEW_LOW: say("new low"),
    ChangeKind.LOW_STOCK: say("low stock"),
    ChangeKind.FLAPPING: say("flapping"),
    ChangeKind.STABLE: say("stable"),
    ChangeKind.VENDOR_BLIND: say("vendor blind"),
    ChangeKind.VENDOR_BACK: say("vendor back"),
}
_STOCK = {
    Availability.IN_STOCK: say("in stock"),
    Availability.LIMITED: say("limited"),
    Availability.PREORDER: say("preorder"),
    Availability.BACKORDER: say("backorder"),
    Availability.OUT_OF_STOCK: say("out of stock"),
    Availability.DISCONTINUED: say("discontinued"),
    Availability.UNKNOWN: say("unknown"),
}
_CONDITIONS = {
    Condition.NEW: say("new"),
    Condition.REFURBISHED: say("refurbished"),
    Condition.USED: say("used"),
    Condition.DAMAGED: say("damaged"),
}
_FAILURES = {
    FailureReason.BLOCKED: say("blocked"),
    FailureReason.NOT_FOUND: say("not found"),
    FailureReason.UNREADABLE: say("unreadable"),
    FailureReason.UNREACHABLE: say("unreachable"),
    FailureReason.TIMEOUT: say("timeout"),
    FailureReason.TOO_LARGE: say("too large"),
    FailureReason.MISMATCH: say("mismatch"),
}


def money(value: Money) -> Said:
    """`£1,499.90`; a currency without a sign of its own keeps its code."""
    return say("{money}", money=value)


def share(percent: Decimal) -> Said:
    """`10 %`, `2.5 %`: at most one decimal."""
    return say("{number} %", number=percent.quantize(Decimal("0.1"), ROUND_HALF_UP))


def span(value: timedelta) -> Said:
    """`12 min`, `1.5 h`, `3 days`: in a unit of which there is more than one or so."""
    seconds = max(int(value.total_seconds()), 0)
    if seconds < 60:
        return say("{number} s", number=seconds)
    if seconds < 3600:
        return say("{number} min", number=seconds // 60)
    if seconds < 2 * 86400:
        return say("{number} h", number=_tenths(seconds, 3600))
    return say("{number} days", number=_tenths(seconds, 86400))


def clock(at: datetime, zone: str, *, day: bool = False) -> str:
    """`07:00 (Europe/London)`, with the date when it may be another day; read the same in every language."""
    wall = at.astimezone(ZoneInfo(zone))
    return f"{wall:%Y-%m-%d %H:%M} ({zone})" if day else f"{wall:%H:%M} ({zone})"


def kind(value: ChangeKind) -> Said:
    """What has happened: `price drop`."""
    return _KINDS[value]


def failure(value: FailureReason) -> Said:
    """Why a listing could not be read, in a word or two: `not found`."""
    return _FAILURES[value]


def stock(value: Availability) -> Said:
    """The stock as people write it: `out of stock`."""
    return _STOCK[value]


def condition(value: str) -> Said:
    """`refurbished`"""
    return _CONDITIONS[Condition(value)]


def offer(value: Offer) -> Said:
    """`in stock at £199.00`"""
    what = stock(value.availability)
    if value.is_in_shops_only:
        what = say("{stock} in shops only", stock=what)
    return say("{stock} at {price}", stock=what, price=value.price) if value.price else what


def _tenths(seconds: int, length: int) -> Decimal:
    return Decimal(seconds * 10 // length) / 10
