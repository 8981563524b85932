"""How often something may be done: so often in any window of so long, wherever the window begins."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

_SWEEP_AT = 1000


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` times in any `period`."""

    limit: int
    period: timedelta

    def __post_init__(self) -> None:
        if self.limit < 1 or self.period < timedelta(seconds=1):
            raise ValueError(f"{self.limit} in {self.period} is no allowance: at least once, in at least a second")


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether it may be done now, and how it stands after that.

    `reset_after`: when all of the limit is there again; `retry_after`: when it may be done again, 0 if it may now.
    """

    is_allowed: bool
    limit: int
    remaining: int
    reset_after: timedelta
    retry_after: timedelta = timedelta(0)


class Windows:
    """Sliding windows by name. Nobody ever gets more than the limit in any window; what was refused is not counted."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = {}
        self._until: dict[str, float] = {}
        self._sweep_at = _SWEEP_AT

    def __len__(self) -> int:
        return len(self._times)

    def take(self, wanted: Mapping[str, Allowance], now: float) -> dict[str, Taken]:
        """Count one in each window, or in none of them when any is full. `now` in seconds that only go forward."""
        is_allowed = all(len(self._recent(name, each, now)) < each.limit for name, each in wanted.items())
        if is_allowed:
            self._sweep(now)
            for name, allowance in wanted.items():
                self._times.setdefault(name, deque()).append(now)
                self._until[name] = now + allowance.period.total_seconds()
        return self._standing(wanted, now, is_counted=is_allowed)

    def give_back(self, wanted: Mapping[str, Allowance], taken_at: float) -> None:
        """Uncount what was counted at that moment: it was not done after all."""
        for name in wanted:
            with suppress(KeyError, ValueError):  # it has left its window meanwhile
                self._times[name].remove(taken_at)

    def _standing(self, wanted: Mapping[str, Allowance], now: float, *, is_counted: bool) -> dict[str, Taken]:
        found = {}
        for name, allowance in wanted.items():
            period, limit, times = allowance.period.total_seconds(), allowance.limit, self._recent(name, allowance, now)
            free = limit - len(times)
            reset = times[-1] + period - now if times else 0.0
            retry = times[-limit] + period - now if not is_counted and free <= 0 else 0.0
            found[name] = Taken(
                is_allowed=is_counted or free > 0,
                limit=limit,
                remaining=max(0, free),
                reset_after=timedelta(seconds=reset),
                retry_after=timedelta(seconds=retry),
            )
        return found

    def _recent(self, name: str, allowance: Allowance, now: float) -> deque[float]:
        times = self._times.get(name, deque())
        while times and times[0] <= now - allowance.period.total_seconds():
            times.popleft()
        return times

    def _sweep(self, now: float) -> None:
        """Forget who has not asked for a while, each time that there are twice as many."""
        if len(self._times) >= self._sweep_at:
            for name in [name for name, until in self._until.items() if until <= now]:
                del self._times[name], self._until[name]
            self._sweep_at = max(_SWEEP_AT, 2 * len(self._times))
