"""Latencies in buckets that grow by a quarter: small to keep, easy to add up, and exact enough for percentiles."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log2

LAST = 45  # holds everything from 5 minutes on
_FIRST, _PER_DOUBLING = 10.0, 3  # the first bucket ends at 10 ms and a quarter


def bucket(ms: float) -> int:
    """Where a latency in milliseconds belongs."""
    return min(LAST, floor(log2(max(ms, _FIRST) / _FIRST) * _PER_DOUBLING))


def bounds(at: int) -> tuple[float, float]:
    """From and to how many milliseconds a bucket goes."""
    return (0.0 if at <= 0 else _FIRST * 2 ** (at / _PER_DOUBLING)), _FIRST * 2 ** ((at + 1) / _PER_DOUBLING)


def percentile(buckets: Mapping[int, int], share: float) -> float | None:
    """So many milliseconds at most took this share; within a bucket as if they were spread evenly. None of nothing."""
    wanted, seen = share * sum(buckets.values()), 0.0
    for at, number in sorted(buckets.items()):
        if number > 0 and seen + number >= wanted:
            low, high = bounds(at)
            return low + (high - low) * max(0.0, wanted - seen) / number
        seen += number
    return None
