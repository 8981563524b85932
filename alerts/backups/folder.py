"""What lies in the folder of backups, what is due there, and what may go. The names say when each was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NAME = re.compile(r"hardware-sentry-(\d{8}T\d{6}Z)\.(full|more)\.hsb")
_WHEN = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often there is a full backup and an increment, and how long they are kept."""

    every: timedelta
    increments: timedelta
    keep: timedelta


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """One backup of the folder."""

    at: datetime
    is_full: bool

    @property
    def name(self) -> str:
        return f"hardware-sentry-{self.at.strftime(_WHEN)}.{'full' if self.is_full else 'more'}.hsb"


def copies(names: Iterable[str]) -> Sequence[Copy]:
    """The backups among these files, oldest first; other files are not ours."""
    found = [match for name in names if (match := _NAME.fullmatch(name))]
    return sorted(
        Copy(datetime.strptime(each[1], _WHEN).replace(tzinfo=UTC), is_full=each[2] == "full") for each in found
    )


def due(there: Sequence[Copy], now: datetime, rhythm: Rhythm) -> Copy | None:
    """What to write now: a full one, an increment on the newest full one, or nothing yet.

    One from the future was made under a clock that was wrong, and stands for nothing.
    """
    past = [each for each in there if each.at <= now]
    full = newest_full(past)
    if full is None or now - full.at >= rhythm.every:
        return Copy(now.replace(microsecond=0), is_full=True)
    if now - past[-1].at >= rhythm.increments:
        return Copy(now.replace(microsecond=0), is_full=False)
    return None


def newest_full(there: Sequence[Copy]) -> Copy | None:
    """The one that the next increment adds to."""
    return next((each for each in reversed(there) if each.is_full), None)


def let_go(there: Sequence[Copy], now: datetime, rhythm: Rhythm) -> list[Copy]:
    """Full ones with their increments of which even the newest is too old, but never the newest full one's."""
    chains: list[list[Copy]] = [[]]
    for each in there:
        if each.is_full:
            chains.append([])
        chains[-1].append(each)
    old = [chain for chain in chains[:-1] if chain and now - chain[-1].at > rhythm.keep]
    return [each for chain in old for each in chain]
