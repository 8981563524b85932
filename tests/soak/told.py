"""What was owed against what was told, and what memory did meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median
from typing import Any

from benchmarks.whole.told import matched

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a soak went."""

    owed: int
    lost: int
    doubled: int
    uncalled: int


def judged(changes: Sequence[Json], heard: Mapping[int, Sequence[int]], told: Sequence[Json]) -> Verdict:
    """Every change once in each channel that hears of it, and no message of what no shop has done."""
    alerts = matched(changes, heard, told)
    real = {(each["number"], each["price"]) for each in changes}
    uncalled = sum(each["is_new"] and (each["number"], (each["prices"] or [""])[0]) not in real for each in told)
    lost, doubled = sum(each.late is None for each in alerts), sum(each.messages > 1 for each in alerts)
    return Verdict(len(alerts), lost, doubled, uncalled)


def latest(changes: Sequence[Json], heard: Mapping[int, Sequence[int]], told: Sequence[Json]) -> float | None:
    """When the last of these changes was told; None while one is not."""
    alerts = matched(changes, heard, told)
    if any(each.late is None for each in alerts):
        return None
    at = {each["number"]: each["at"] for each in changes}
    return max((at[each.number] + (each.late or 0.0) for each in alerts), default=0.0)


def growth(sizes: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Megabytes that were added from the middle third of the time to the last one, and megabytes an hour since then."""
    third = len(sizes) // 3
    if third < 2:
        return 0.0, 0.0
    middle, last = sizes[third : 2 * third], sizes[2 * third :]
    warm = sizes[third:]
    slope = linear_regression([at for at, _ in warm], [size for _, size in warm]).slope
    return median(size for _, size in last) - median(size for _, size in middle), slope * 3600
