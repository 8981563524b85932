"""The values of rules as people write them: `500 GBP`, `10%`, `30m`, `22:00`, `Europe/London`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer, StringConstraints

from alerts.domain.money import Money, machine_amount
from alerts.domain.said import say

_PRICE = re.compile(r"\s*(\S+)\s+([A-Za-z]{3})\s*")
_SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_DEAREST = 10**11  # Money ends at ten times that, and margins are added to thresholds
_LONGEST = timedelta(days=366)
_NO_SPAN = say("is not a time to wait; write one up to a year, such as 30m, 6h or 1d")


def price(raw: object) -> object:
    """`500 GBP` or an amount and its currency, at that currency's own decimals. Free is no price to wait for."""
    if isinstance(raw, Money):
        return raw
    if isinstance(raw, Mapping) and raw.keys() == {"amount", "currency"}:
        amount, currency = machine_amount(raw["amount"]), str(raw["currency"]).upper()
    elif isinstance(raw, str) and (found := _PRICE.fullmatch(raw)):
        amount, currency = machine_amount(found[1]), found[2].upper()
    else:
        amount, currency = None, ""
    if not amount or amount > _DEAREST:
        raise ValueError(say("is not a price; write an amount above zero and its currency, such as 500 GBP"))
    return Money.of(amount, currency)


def percent(raw: object) -> object:
    """`10`, `2.5` or `10%`."""
    number = machine_amount(raw.strip().removesuffix("%").strip() if isinstance(raw, str) else raw)
    if number is None or number > 100:
        raise ValueError(say("is not a percentage; write a number from 0 to 100, such as 10"))
    return number


def span(raw: object) -> object:
    """`30m` or `1h30m`, or a timedelta as JSON holds it."""
    text = raw.strip() if isinstance(raw, str) else ""
    if not text or text.startswith("P"):
        return raw
    parts = _SPAN.findall(text.lower())
    if len(text) > 30 or not parts or "".join(number + unit for number, unit in parts) != text.lower():
        raise ValueError(_NO_SPAN)
    return sum((timedelta(**{_SPANS[unit]: int(number)}) for number, unit in parts), timedelta(0))


def _sane_span(value: timedelta) -> timedelta:
    if not timedelta(0) <= value <= _LONGEST:
        raise ValueError(_NO_SPAN)
    return value


def time_of_day(raw: object) -> object:
    """`22:00`, by the clock on the wall of the timezone beside it."""
    if isinstance(raw, time) and raw.tzinfo is None:
        return raw
    if not isinstance(raw, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", raw.strip()):
        raise ValueError(say("is not a time of day; write hours and minutes, such as 22:00"))
    hours, minutes = raw.strip().split(":")
    return time(int(hours), int(minutes))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(say("is not a timezone; write one such as Europe/London or UTC")) from None
    return name


def _sane_moment(at: datetime) -> datetime:
    # Near the ends of the calendar a conversion to another timezone fails.
    if not 2000 <= at.year <= 9000:
        raise ValueError(say("is not a time anybody lives to see"))
    return at


def _several(raw: object) -> object:
    return (raw,) if isinstance(raw, str) else raw


Price = Annotated[Money, BeforeValidator(price)]
Percent = Annotated[
    Decimal, BeforeValidator(percent), Field(ge=0, le=100), PlainSerializer(str, return_type=str, when_used="json")
]
Span = Annotated[timedelta, BeforeValidator(span), AfterValidator(_sane_span)]
Moment = Annotated[AwareDatetime, AfterValidator(_sane_moment)]
TimeOfDay = Annotated[
    time, BeforeValidator(time_of_day), PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str, when_used="json")
]
Zone = Annotated[str, AfterValidator(_zone), StringConstraints(max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_several), Field(max_length=50)]


def matches(name: str | None, names: tuple[str, ...]) -> bool:
    """Whether the name is among them; upper and lower case are the same."""
    return name is not None and name.strip().casefold() in {each.casefold() for each in names}
