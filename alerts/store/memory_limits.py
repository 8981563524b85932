"""Sliding windows, in a dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.domain.limits import Allowance, Taken, Windows
from alerts.store.memory_outbox import MemoryOutbox


@dataclass
class MemoryLimits(MemoryOutbox):
    """See promises.limits.LimitStore. It has the clock of the rest of memory."""

    _windows: Windows = field(default_factory=Windows, init=False)

    async def take_turns(self, wanted: Mapping[str, Allowance]) -> Mapping[str, Taken]:
        return self._windows.take(wanted, self.clock.monotonic())

    async def take_turns_each(self, attempts: Sequence[Mapping[str, Allowance]]) -> Sequence[Mapping[str, Taken]]:
        return [await self.take_turns(wanted) for wanted in attempts]
