"""What a person has begun or just ended here: kept in memory for minutes, and gone with the process."""

from __future__ import annotations

from secrets import token_hex
from typing import Generic, TypeVar

from alerts.ports import Clock

T = TypeVar("T")
_MOST = 1000


class Lately(Generic[T]):
    """Keeps the newest thousand things, each for so many seconds after it was last kept."""

    def __init__(self, clock: Clock, *, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds
        self._kept: dict[str, tuple[float, T]] = {}

    def keep(self, value: T, key: str = "") -> str:
        """Keep it, under the key that it has already or a new one that nobody guesses."""
        key = key or token_hex(8)
        now = self._clock.monotonic()
        self._kept.pop(key, None)
        self._kept[key] = (now + self._seconds, value)
        for old in [each for each, (until, _) in self._kept.items() if until <= now]:
            del self._kept[old]
        while len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]
        return key

    def find(self, key: str) -> T | None:
        """It, unless its time is over."""
        until, value = self._kept.get(key, (0.0, None))
        return value if until > self._clock.monotonic() else None

    def take(self, key: str) -> T | None:
        """It, and keep it no longer: of two who press at once, one gets it."""
        value = self.find(key)
        self._kept.pop(key, None)
        return value
