"""Hand whatever is due to the workers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from alerts.domain.heat import tier_of
from alerts.domain.model import Tier
from alerts.domain.priority import Priority
from alerts.domain.slots import next_slot
from alerts.jobs import JobQueue
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.set_back import SetBack
from alerts.store.ports import Due, Timetable
from alerts.store.promises.plans import Plans

_HURRIED = 200  # confirmations handed out by one tick
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """How often products of a tier are due, and how many one tick hands out at most."""

    every: timedelta
    limit: int


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one tick did for a tier, or for `confirmation`: products that were due, handed out, and not handed out.

    What failed is still due, and the next tick hands it out. `duration` is in seconds.
    """

    tier: str
    processed: int
    succeeded: int
    failed: int
    duration: float


class TickStore(Timetable, Plans, Protocol):
    """The parts of memory that ticking needs."""


class Tick:
    """One look at the timetable. Any number of schedulers may tick: the slot makes one job of many ticks."""

    def __init__(
        self,
        *,
        tiers: Mapping[Tier, Pace],
        store: TickStore,
        jobs: JobQueue,
        clock: Clock,
        observer: Observer = SILENT,
    ) -> None:
        self._store, self._jobs, self._clock, self._observer = store, jobs, clock, observer
        self._set_back = SetBack(store=store, clock=clock)
        self.configure(tiers=tiers)

    def configure(self, *, tiers: Mapping[Tier, Pace]) -> None:
        """For whatever is handed out from now on."""
        self._tiers = tiers
        self._every = {tier: pace.every for tier, pace in tiers.items()}

    async def __call__(self) -> int:
        """Queue every due product once, the urgent ones first; say how many."""
        await self._set_back.mend(self._every)
        hurried = await self._store.hurried(self._clock.now(), limit=_HURRIED)
        count = await self._each(Priority.CONFIRMATION.value, hurried, self._confirm)
        for tier, pace in self._tiers.items():
            due = await self._store.due(tier, self._clock.now(), limit=pace.limit)
            planned = await self._store.planned([each.sku for each in due]) if due else {}
            count += await self._each(tier.value, due, partial(self._hand_out, tier, planned))
        return count

    async def _each(self, tier: str, due: Sequence[Due], hand_out: Callable[[Due], Awaitable[None]]) -> int:
        if not due:
            return 0
        began, done = self._clock.monotonic(), 0
        try:
            for each in due:
                await hand_out(each)
                done += 1
        finally:
            took = self._clock.monotonic() - began
            self._report(TickReport(tier, len(due), done, len(due) - done, took))
        return done

    async def _confirm(self, due: Due) -> None:
        await self._jobs.put(due.sku, slot=due.at, priority=Priority.CONFIRMATION)
        await self._store.hurry_done(due)

    async def _hand_out(self, tier: Tier, planned: Mapping[str, timedelta], due: Due) -> None:
        every = planned.get(due.sku, self._tiers[tier].every)
        priority = Priority.of(tier_of(every, self._every))
        await self._jobs.put(due.sku, slot=due.at, priority=priority)
        # After the job is queued: a crash in between queues the same slot again, which is one job.
        await self._store.move(due, tier, next_slot(due.sku, every, self._clock.now()))

    def _report(self, report: TickReport) -> None:
        log.debug(
            "tick",
            tier=report.tier,
            processed=report.processed,
            succeeded=report.succeeded,
            failed=report.failed,
            duration=round(report.duration, 4),
        )
        self._observer.ticked(report.tier, report.succeeded, report.failed, report.duration)
