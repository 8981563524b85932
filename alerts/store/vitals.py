"""How the servers of the store are, as they say themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Vitals:
    """One server. What it does not tell is None; `ahead`: its clock before ours."""

    place: str
    make: str
    version: str
    compatible: tuple[int, ...]  # with which Redis
    is_replica: bool
    keeps_log: bool | None
    trouble: str  # with writing down, in its own words; empty for none
    policy: str | None
    used: int
    most: int  # bytes; 0 for no limit
    ahead: timedelta


@dataclass(frozen=True, slots=True)
class Schema:
    """What was written down when the store was made, and what this version knows. None: it is empty."""

    found: int | None
    known: int
    partitions: int | None
    known_partitions: int

    @property
    def is_ours(self) -> bool:
        """Whether this version can work with it."""
        return (self.found or 0) <= self.known and self.partitions in (None, self.known_partitions)


def percentile(sorted_times: Sequence[float], percent: int) -> float:
    """The nearest rank."""
    return sorted_times[min(len(sorted_times) - 1, len(sorted_times) * percent // 100)]
