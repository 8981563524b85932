"""Settings carry their unit: 20s, 5MiB, 1/2s, 40%."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

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


def written(value: Any, reader: Any = None) -> str:
    """A setting's value as people write it; `reader` is the function above that would read it."""
    if reader in _WRITERS and value is not None:
        return _WRITERS[reader](value)
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        units = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1), ("ms", 0.001))
        unit, of = next(((u, n) for u, n in units if seconds % n == 0), ("s", 1))
        return f"{seconds / of:g}{unit}" if seconds != 86400 else "24h"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {written(each)}" for name, each in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(written(each) for each in value) + "]"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)


def _written_size(size: int) -> str:
    return f"{size // 1024**2}MiB" if size % 1024**2 == 0 else str(size)


def _written_pace(gap: timedelta) -> str:
    rate = 1 / gap.total_seconds()
    return f"{round(rate)}/s" if rate >= 1 else f"1/{written(gap)}"


def _written_percent(part: Decimal) -> str:
    return f"{part * 100:f}".rstrip("0").rstrip(".") + "%"


_WRITERS: dict[Any, Callable[[Any], str]] = {size: _written_size, pace: _written_pace, percent: _written_percent}

Duration = Annotated[timedelta, BeforeValidator(duration)]
Every = Annotated[timedelta, BeforeValidator(at_least_a_second)]
Size = Annotated[int, BeforeValidator(size)]
Pace = Annotated[timedelta | None, BeforeValidator(pace)]
Percent = Annotated[Decimal, BeforeValidator(percent)]
