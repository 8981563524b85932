"""After the machine's clock was set back everything would be due only once it has caught up: bring it forward."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.domain.model import Tier
from alerts.domain.slots import next_slot
from alerts.ports import Clock
from alerts.store.ports import Timetable
from alerts.store.promises.plans import Plans

_NOTICED = timedelta(seconds=5)  # a clock that is kept right by little and little is none that was set
_FAR = timedelta(days=3650)
_ALL = 1_000_000
log = structlog.get_logger()


class SetBackStore(Timetable, Plans, Protocol):
    """The parts of memory that say when something is due."""


class SetBack:
    """Compares the time on the wall with the time that passes. Doing it in several processes does it once."""

    def __init__(self, *, store: SetBackStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._began = self._beginning()

    async def mend(self, every: Mapping[Tier, timedelta]) -> None:
        """Nothing, as long as nobody has set the clock back. `every`: the interval of each tier."""
        began = self._beginning()
        by = self._began - began
        if by > _NOTICED:
            log.warning("the clock was set back", seconds=round(by.total_seconds()), cure="looks go on by the new time")
            for each in await self._store.hurried(self._clock.now() + _FAR, limit=_ALL):
                await self._store.hurry(each.sku, each.at - by)
            for tier, of_tier in every.items():
                await self._bring_forward(tier, of_tier)
        self._began = began  # only now: what the store did not take is tried again

    async def _bring_forward(self, tier: Tier, every: timedelta) -> None:
        now = self._clock.now()
        due = await self._store.due(tier, now + _FAR, limit=_ALL)
        planned = await self._store.planned([each.sku for each in due]) if due else {}
        for each in due:
            own = planned.get(each.sku, every)
            if each.at > now + 2 * own:  # a slot is an interval and a half away at most
                await self._store.move(each, tier, next_slot(each.sku, own, now))

    def _beginning(self) -> datetime:
        """When the time that passes began, by the clock on the wall: the same until somebody sets that clock."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic())
