"""What a version of this program reads and writes: shapes of what is stored, and how older data are brought up to it.

`hs:{p0}:meta` holds `schema`, the newest version that has ever written here, and `migrated`, the one that everything
has been brought up to. A program refuses a store whose `schema` is newer than its own. It reads the shapes of the one
before its own, so it can work while migration goes on beside it; what is older is brought up before it starts.

A version whose shapes an older program cannot read raises the number in the field `v` of what it writes. An older
process that still runs leaves that alone: news and deliveries wait for a process that understands them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.store.redis.traced import PATTERNS, traced

# One key, by its name: brought up to the newer shape. Safe to repeat; True when something was changed.
Bring = Callable[[Any, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Migration:
    """From one schema to the next: every key whose name fits a pattern, one after the other."""

    to: int
    says: str
    patterns: Sequence[str]
    bring: Bring


@dataclass(frozen=True, slots=True)
class Version:
    """`shapes`: the numbers `v` that can be read. `migrations`: all there ever were, in order."""

    shapes: frozenset[str]
    migrations: Sequence[Migration]

    @property
    def schema(self) -> int:
        """What it writes. The first schema needed no migration."""
        return self.migrations[-1].to if self.migrations else 1


OURS = Version(
    shapes=frozenset({"1"}),
    migrations=(Migration(2, "people's traces, by which /me finds what bears their id", PATTERNS, traced),),
)
