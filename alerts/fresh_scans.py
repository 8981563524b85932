"""How often people may have the shops asked anew. Counted in this process; an answer from memory costs nothing."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

from alerts.domain.errors import TooSoon
from alerts.ports import Clock

WINDOW = timedelta(minutes=1)
PER_MEMBER, PER_GUILD = 10, 60
_SWEEP_AT = 1000


class FreshScans:
    """So many in a minute per member and per guild."""

    def __init__(self, clock: Clock, *, per_member: int = PER_MEMBER, per_guild: int = PER_GUILD) -> None:
        self._clock, self._per_member, self._per_guild = clock, per_member, per_guild
        self._taken: dict[tuple[str, int], deque[float]] = {}

    def take(self, member: int, guild: int | None) -> None:
        """Count one; TooSoon says when the next may be asked. What was refused is not counted."""
        limits = {("member", member): self._per_member}
        if guild is not None:
            limits["guild", guild] = self._per_guild
        self._sweep()
        for key, limit in limits.items():
            times = self._recent(key)
            if len(times) >= limit:
                left = times[-limit] + WINDOW.total_seconds() - self._clock.monotonic()
                raise TooSoon(self._clock.now() + timedelta(seconds=left), is_guilds=key[0] == "guild")
        for key in limits:
            self._taken.setdefault(key, deque()).append(self._clock.monotonic())

    def _recent(self, key: tuple[str, int]) -> deque[float]:
        times = self._taken.get(key, deque())
        while times and times[0] <= self._clock.monotonic() - WINDOW.total_seconds():
            times.popleft()
        return times

    def _sweep(self) -> None:
        """Forget who has not asked for a while."""
        if len(self._taken) >= _SWEEP_AT:
            self._taken = {key: times for key in list(self._taken) if (times := self._recent(key))}
