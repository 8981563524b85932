"""What is wrong with the bot itself, if anything: for whoever tells of it, and for the heartbeat that stops then."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerts.domain.agenda import NOTE as AGENDA
from alerts.domain.agenda import read_agenda
from alerts.domain.latency import percentile
from alerts.domain.model import Tier
from alerts.domain.standing import may_go
from alerts.domain.troubles import Finding, of_failures, of_queue, of_silence, of_slowness, of_vendor
from alerts.store.ports import LastLooks, Notes, Snapshots, Standings, Timetable
from alerts.store.promises.tallies import SLICE, Slot, Span, Tallies
from alerts.tallying import began

_WINDOW = timedelta(minutes=15)


class FindingsStore(Snapshots, Standings, Timetable, Tallies, Notes, Protocol):
    """The parts of memory that are looked at."""


class Findings:
    """One look at everything that can be wrong."""

    def __init__(
        self,
        *,
        store: FindingsStore,
        vendors: Sequence[str],
        every: Mapping[Tier, timedelta],
        silence: timedelta,
        since: datetime,
    ) -> None:
        """`vendors`: those that are watched; `every`: how often products of a tier are due; `since`: when we began.

        `silence`: so long after the quickest tier's next look should have come, nobody looks any more.
        """
        self._store, self._since = store, since
        self.configure(vendors=vendors, every=every, silence=silence)

    def configure(self, *, vendors: Sequence[str], every: Mapping[Tier, timedelta], silence: timedelta) -> None:
        """For looks from now on."""
        self._vendors, self._every, self._silence = vendors, every, silence

    async def __call__(self, now: datetime) -> list[Finding]:
        """Each that there is, whether it is bad or not."""
        slots = [Slot(Span.SLICE, began(Span.SLICE, now) - SLICE * back) for back in range(_WINDOW // SLICE + 1)]
        numbers, looks, upcoming, depths, standings, agenda = await asyncio.gather(
            self._store.tallies(slots),
            self._store.last_looks(self._vendors),
            self._store.upcoming(now),
            self._store.depths(),
            self._store.standings(),
            self._store.note(AGENDA),
        )
        good, failed = (sum(each.get(name, 0) for each in numbers) for name in ("looks", "failed"))
        buckets: dict[int, int] = {}
        for each in numbers:
            for name, number in each.items():
                if name.startswith("b|"):
                    buckets[int(name[2:])] = buckets.get(int(name[2:]), 0) + number
        found = [of_failures(good + failed, failed), of_slowness(good + failed, percentile(buckets, 0.95))]
        for name in self._vendors:
            seen = looks[name]
            lasted = now - seen.since if seen.since and seen.failed else timedelta(0)
            found.append(of_vendor(name, seen.failed, lasted, seen.reason))
        quickest = [self._every[tier] for tier, each in upcoming.items() if each.products and tier in self._every]
        plan = read_agenda(agenda)
        if quickest and plan and plan.adapts and plan.quickest:
            quickest = [plan.quickest]
        # Shops of products that people added are none of ours by name, but looks at them are counted.
        counted = [min(now, slot.at + SLICE) for slot, each in zip(slots, numbers, strict=True) if _looks(each)]
        found.append(self._silent(now, [*_times(looks), *counted], min(quickest, default=None)))
        oldest = depths.first_that(lambda target: may_go(standings.get(target), now))
        found.append(of_queue(now - oldest if oldest else None, depths.queued))
        return found

    def _silent(self, now: datetime, looks: Sequence[datetime], quickest: timedelta | None) -> Finding:
        # What was not looked at while nobody ran is no silence of ours, and a start is no proof that somebody looks.
        last = max([self._since, *looks])
        limit = self._silence + (quickest or timedelta(0))
        silent = of_silence(now - last, limit, is_anything_due=quickest is not None)
        return silent if silent.is_bad or last > self._since else Finding(name="silent", is_bad=None)


def _times(looks: Mapping[str, LastLooks]) -> list[datetime]:
    return [each.at for each in looks.values() if each.at]


def _looks(numbers: Mapping[str, int]) -> int:
    return numbers.get("looks", 0) + numbers.get("failed", 0)
