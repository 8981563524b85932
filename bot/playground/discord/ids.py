"""Ids: fixed ones for the world at start, snowflakes with the time in them for what happens later."""

from collections.abc import Callable
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000

Time = Callable[[], float]
"""Seconds since 1970; tests hand in a clock they can turn."""


def stable(number: int) -> str:
    """The same id on every run, below 2**53, with a shard number of its own for every number."""
    return str((10_000_000 + number) << 22)


def iso(seconds: float) -> str:
    """The way Discord writes a moment."""
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="microseconds")


class Snowflakes:
    """Hands out ids that grow, and that discord.py can read the time from."""

    def __init__(self, now: Time) -> None:
        self._now = now
        self._last = 0

    def next(self) -> str:
        """A fresh id, larger than every earlier one."""
        timed = (int(self._now() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(timed, self._last + 1)
        return str(self._last)


def moment(snowflake: str) -> float:
    """When the id was made, in seconds since 1970."""
    return ((int(snowflake) >> 22) + DISCORD_EPOCH_MS) / 1000
