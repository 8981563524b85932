"""Hand whatever is due to the workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.domain.model import Tier
from alerts.jobs import JobQueue
from alerts.ports import Clock
from alerts.store.ports import Due, Timetable


@dataclass(frozen=True, slots=True)
class Pace:
    """How often products of a tier are due, and how many one tick hands out at most."""

    every: timedelta
    limit: int


class Tick:
    """One look at the timetable. Any number of schedulers may tick: the slot makes one job of many ticks."""

    def __init__(self, *, tiers: Mapping[Tier, Pace], store: Timetable, jobs: JobQueue, clock: Clock) -> None:
        self._tiers, self._store, self._jobs, self._clock = tiers, store, jobs, clock

    async def __call__(self) -> int:
        """Queue every due product once; say how many."""
        now, count = self._clock.now(), 0
        for tier, pace in self._tiers.items():
            for due in await self._store.due(tier, now, limit=pace.limit):
                await self._jobs.put(due.sku, slot=due.at)
                # After the job is queued: a crash in between queues the same slot again, which is one job.
                await self._store.move(due, tier, _next(due, pace, now))
                count += 1
        return count


def _next(due: Due, pace: Pace, now: datetime) -> datetime:
    """One step on, without drift; slots missed while nobody ticked are not made up for."""
    return due.at + pace.every if due.at + pace.every > now else now + pace.every
