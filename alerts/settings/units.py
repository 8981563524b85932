"""Settings carry their unit: 20s, 5MiB, 1/2s, 40%."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"b": 1, "kb": 1000, "kib": 1024, "mb": 1000**2, "mib": 1024**2}


def duration(raw: object) -> timedelta:
    """`90s`, `5m`, `1h30m`, `28d`; a bare number has no unit and is refused."""
    if isinstance(raw, timedelta):
        return raw
    text = str(raw).strip().lower()
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("is not a duration; write a number with its unit, such as 20s, 5m, 1h or 28d")
    return _span(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def _span(seconds: float) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        raise ValueError("is longer than anybody waits; write a shorter time") from None


def at_least_a_second(raw: object) -> timedelta:
    """A duration from one second up."""
    span = duration(raw)
    if span < timedelta(seconds=1):
        raise ValueError("is too often; write a duration from 1s up")
    return span


def size(raw: object) -> int:
    """`5MiB`, `800KB`; a bare whole number counts bytes."""
    found = re.fullmatch(r"(\d+)\s*(b|kb|kib|mb|mib)?", str(raw).strip().lower())
    if not found or int(found[1]) == 0:
        raise ValueError("is not a size; write a number with its unit, such as 5MiB")
    return int(found[1]) * _BYTES[found[2] or "b"]


def pace(raw: object) -> timedelta | None:
    """The least time between two requests: `1/s`, `1/2s`, `10/m`; `none` lifts it."""
    if raw is None or isinstance(raw, timedelta):
        return raw
    text = str(raw).strip().lower()
    if text in ("none", "null", ""):
        return None
    found = re.fullmatch(r"(\d+)\s*/\s*(\d*)(ms|s|m|h)", text)
    if not found or int(found[1]) == 0:
        raise ValueError("is not a pace; write requests per time, such as 1/s, 1/2s or 10/m, or none")
    return _span(float(found[2] or 1) * _SECONDS[found[3]] / float(found[1]))


def percent(raw: object) -> Decimal:
    """`40%` as the fraction 0.4; a Decimal is one already, since no file holds any."""
    if isinstance(raw, Decimal):
        return raw
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", str(raw).strip())
    if not found or Decimal(found[1]) > 100:
        raise ValueError("is not a percentage; write a number from 0 to 100 with its sign, such as 40%")
    return Decimal(found[1]) / 100


Duration = Annotated[timedelta, BeforeValidator(duration)]
Every = Annotated[timedelta, BeforeValidator(at_least_a_second)]
Size = Annotated[int, BeforeValidator(size)]
Pace = Annotated[timedelta | None, BeforeValidator(pace)]
Percent = Annotated[Decimal, BeforeValidator(percent)]
