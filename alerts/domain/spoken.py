"""How reasons speak of money, time and kinds."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from alerts.domain.model import ChangeKind, Offer
from alerts.domain.money import Money

_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def money(value: Money) -> str:
    """`£1,499.90`; a currency without a sign of its own keeps its code."""
    sign = _SIGNS.get(value.currency)
    return f"{sign}{value.amount:,}" if sign else f"{value.amount:,} {value.currency}"


def share(percent: Decimal) -> str:
    """`10 %`, `2.5 %`: at most one decimal."""
    return f"{percent.quantize(Decimal('0.1'), ROUND_HALF_UP).normalize():f} %"


def span(value: timedelta) -> str:
    """`12 min`, `1.5 h`, `3 days`: in a unit of which there is more than one or so."""
    seconds = max(int(value.total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    length, unit = (3600, "h") if seconds < 2 * 86400 else (86400, "days")
    return f"{Decimal(seconds * 10 // length) / 10:g} {unit}"


def clock(at: datetime, zone: str, *, day: bool = False) -> str:
    """`07:00 (Europe/London)`, with the date when it may be another day."""
    wall = at.astimezone(ZoneInfo(zone))
    return f"{wall:%Y-%m-%d %H:%M} ({zone})" if day else f"{wall:%H:%M} ({zone})"


def kind(value: ChangeKind | None) -> str:
    return (value or "").replace("_", " ")


def word(value: str) -> str:
    """A word of ours as people write it: `out of stock`."""
    return value.replace("_", " ")


def offer(value: Offer) -> str:
    """`in stock at £199.00`"""
    stock = word(value.availability) + (" in shops only" if value.is_in_shops_only else "")
    return f"{stock} at {money(value.price)}" if value.price else stock
