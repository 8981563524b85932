"""What is asked when somebody reads the metrics, not counted as it happens: depths, ages, breakers; and the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from alerts.domain.agenda import NOTE as AGENDA
from alerts.domain.agenda import Agenda, read_agenda
from alerts.domain.errors import StoreError
from alerts.domain.model import Tier
from alerts.domain.standing import may_go
from alerts.metrics.metrics import OTHER, Metrics
from alerts.ports import BreakerFacts, Clock
from alerts.store.ports import Notes, Server, Snapshots, Standings, Timetable
from alerts.store.promises.archive import LAST_BACKUP
from alerts.store.promises.tallies import Tallies

_FRESH = 1.0  # seconds: several who read at once ask the store once
_SAMPLE = 0.5
_OPENNESS = {"closed": 0, "half_open": 1, "open": 2}
log = structlog.get_logger()


class GaugeStore(Snapshots, Timetable, Tallies, Notes, Standings, Server, Protocol):
    """The parts of memory that are measured."""


class Exposition:
    """The metrics as text, with what the store says now."""

    def __init__(
        self,
        metrics: Metrics,
        *,
        store: GaugeStore,
        clock: Clock,
        breakers: Callable[[], Sequence[BreakerFacts]] = list,
        invalid: Callable[[], int] | None = None,
    ) -> None:
        """`invalid`: how many requests Discord has refused lately, where there is a connection to it."""
        self.metrics, self.invalid = metrics, invalid
        self.connected: Callable[[], bool] | None = None  # whether the gateway is, where there is a connection to it
        self._store, self._clock, self._breakers = store, clock, breakers
        self._refreshed = float("-inf")

    async def text(self) -> bytes:
        """Everything as Prometheus reads it. A store that is away leaves the last depths, and an error is counted."""
        await self.refresh()
        return await asyncio.to_thread(self.metrics.text)

    async def refresh(self) -> None:
        """Ask for what is not counted as it happens."""
        now = self._clock.monotonic()
        if now - self._refreshed < _FRESH:
            return
        self._refreshed = now
        self._ask_ourselves()
        try:
            await self._ask_the_store(self._clock.now())
        except StoreError as exc:
            log.info("depths are not known", reason=str(exc))

    def _ask_ourselves(self) -> None:
        worst: dict[str, int] = {}
        for each in self._breakers():
            vendor = self.metrics.vendor(each.vendor)
            worst[vendor] = max(worst.get(vendor, 0), _OPENNESS[each.state])
        for vendor, openness in {OTHER: 0, **worst}.items():
            self.metrics.set("hs_breaker_state", openness, vendor)
        if self.invalid:
            self.metrics.set("hs_discord_invalid_requests_10m", self.invalid())
        if self.connected:
            self.metrics.set("hs_discord_connected", self.connected())

    async def _ask_the_store(self, now: datetime) -> None:
        depths, standings, server, upcoming, looks, (agenda, backup) = await asyncio.gather(
            self._store.depths(),
            self._store.standings(),
            self._store.server(),
            self._store.upcoming(now),
            self._store.last_looks(self.metrics.vendors),
            asyncio.gather(self._store.note(AGENDA), self._store.note(LAST_BACKUP)),
        )
        if plan := read_agenda(agenda):
            self._show(plan)
        put = self.metrics.set
        if backup:
            put("hs_backup_last_success_timestamp_seconds", datetime.fromisoformat(backup).timestamp())
        oldest = depths.first_that(lambda target: may_go(standings.get(target), now))
        for stage, depth, since in (
            ("changes", depths.changes, depths.changes_since),
            ("held", depths.held, depths.held_since),
            ("queue", depths.queued, oldest),
        ):
            put("hs_outbox_depth", depth, stage)
            put("hs_outbox_oldest_age_seconds", max(0.0, (now - since).total_seconds()) if since else 0, stage)
        put("hs_dlq_depth", depths.dead)
        put("hs_store_durable", server.keeps_log, "log")
        put("hs_store_durable", server.keeps_all, "eviction")
        put("hs_store_durable", server.writes_arrive, "writes")
        due = sum(each.due for each in upcoming.values())
        put("hs_watches", due, "due")
        put("hs_watches", sum(each.products for each in upcoming.values()) - due, "waiting")
        successes = [each.since if each.failed and each.since else each.at for each in looks.values() if each.at]
        if successes:
            put("hs_watch_oldest_success_timestamp_seconds", min(each.timestamp() for each in successes if each))

    def _show(self, plan: Agenda) -> None:
        for tier in Tier:
            found = plan.tiers.get(tier)
            self.metrics.set("hs_plan_products", found.products if found else 0, tier.value)
            self.metrics.set("hs_plan_looks_per_hour", found.looks if found else 0, tier.value)
        requests, stretch = dict[str, float](), dict[str, float]()
        for name, each in plan.shops.items():
            vendor = self.metrics.vendor(name)
            requests[vendor] = requests.get(vendor, 0) + each.requests
            stretch[vendor] = max(stretch.get(vendor, 1), each.stretch)
        for vendor in (*self.metrics.vendors, OTHER):
            self.metrics.set("hs_plan_requests_per_hour", requests.get(vendor, 0), vendor)
            self.metrics.set("hs_plan_stretch", stretch.get(vendor, 1), vendor)


class LoopLag:
    """Sleeps a little, again and again, and notes how late it wakes."""

    def __init__(self, metrics: Metrics, *, clock: Clock) -> None:
        self._metrics, self._clock = metrics, clock

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            began = self._clock.monotonic()
            await self._clock.sleep(_SAMPLE)
            lag = max(0.0, self._clock.monotonic() - began - _SAMPLE)
            self._metrics.time("hs_event_loop_lag_seconds", lag)
