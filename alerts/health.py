"""Whether we can work: memory, the gateway, and beside them what is worth knowing. No vendor makes us unhealthy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict

from alerts.analytics import Analytics, Latency
from alerts.domain.errors import StoreError
from alerts.ports import BreakerFacts, Clock
from alerts.status import Sight, Status
from alerts.store.promises.tallies import Depths

_PATIENCE = 3.0  # seconds for memory to answer; whoever asks wants to know now
log = structlog.get_logger()


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    DOWN = "down"
    UNUSED = "unused"  # this process has no such part


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class StoreHealth(_Fact):
    """Whether memory answers, how soon, and else why not."""

    state: State
    milliseconds: float | None = None
    reason: str = ""


class BreakerHealth(_Fact):
    """A vendor's breaker in this process, and its counts since the start."""

    vendor: str
    state: str
    failures_in_a_row: int
    looks: int
    failed: int
    left_in_peace: int
    trips: int
    seconds_until_next_try: float


class VendorHealth(_Fact):
    """How a vendor can be read, for all processes, and how quickly today."""

    vendor: str
    sight: Sight
    looked_at: AwareDatetime | None
    failing_since: AwareDatetime | None
    failed_in_a_row: int
    reason: str | None
    looks_today: int = 0
    failed_today: int = 0
    latency_ms: Latency | None = None


class QueueHealth(_Fact):
    """What waits, and for how many seconds the first of the queue has."""

    changes: int
    held: int
    queued: int
    dead: int
    oldest_seconds: float | None


class HealthReport(_Fact):
    """`is_healthy` by memory and the gateway alone; `is_ready` also needs that we are not on our way out."""

    status: State
    is_healthy: bool
    is_ready: bool
    is_draining: bool
    store: StoreHealth
    gateway: State
    breakers: tuple[BreakerHealth, ...]
    uptime_seconds: float
    version: str


class DetailedReport(HealthReport):
    """The same with what only memory knows; None while it is away."""

    vendors: tuple[VendorHealth, ...] | None
    queues: QueueHealth | None


class HealthStore(Protocol):
    """The parts of memory that health asks."""

    async def ping(self) -> None:
        """Return when memory answers, or raise StoreError."""

    async def depths(self) -> Depths:
        """How much waits."""


class Health:
    """Asks each part how it is. The gateway and the end of the process are told to it from outside."""

    def __init__(
        self,
        *,
        store: HealthStore,
        status: Status,
        analytics: Analytics,
        clock: Clock,
        version: str,
        breakers: Callable[[], Sequence[BreakerFacts]] = list,
        is_draining: Callable[[], bool] = lambda: False,
        needs_gateway: bool = False,
    ) -> None:
        """`needs_gateway`: this process is to be connected to Discord; until `gateway` is set it is not."""
        self._store, self._status, self._analytics, self._clock = store, status, analytics, clock
        self._version, self._breakers, self.is_draining = version, breakers, is_draining
        self._needs_gateway, self._started = needs_gateway, clock.monotonic()
        self.gateway: Callable[[], bool] | None = None

    async def report(self) -> HealthReport:
        """What a watcher asks every few seconds: one PING, nothing else leaves the process."""
        store, gateway = await self._ping(), self._gateway()
        is_healthy = store.state is State.OK and gateway is not State.DOWN
        is_draining = self.is_draining()
        return HealthReport(
            status=State.OK if is_healthy else State.DOWN,
            is_healthy=is_healthy,
            is_ready=is_healthy and not is_draining,
            is_draining=is_draining,
            store=store,
            gateway=gateway,
            breakers=tuple(_breaker(each) for each in self._breakers()),
            uptime_seconds=round(self._clock.monotonic() - self._started, 1),
            version=self._version,
        )

    async def detailed(self) -> DetailedReport:
        """The report, the vendors and what waits."""
        report = await self.report()
        vendors, queues = None, None
        if report.store.state is State.OK:
            try:
                vendors, queues = await asyncio.gather(self._vendors(), self._queues())
            except StoreError as exc:
                log.info("details are not known", reason=str(exc))
        return DetailedReport(**dict(report), vendors=vendors, queues=queues)

    def _gateway(self) -> State:
        if not self._needs_gateway:
            return State.UNUSED
        return State.OK if self.gateway and self.gateway() else State.DOWN

    async def _ping(self) -> StoreHealth:
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._store.ping()
        except StoreError as exc:
            return StoreHealth(state=State.DOWN, reason=str(exc))
        except TimeoutError:
            return StoreHealth(state=State.DOWN, reason=f"The store does not answer within {_PATIENCE:g} s.")
        return StoreHealth(state=State.OK, milliseconds=round((self._clock.monotonic() - began) * 1000, 2))

    async def _vendors(self) -> tuple[VendorHealth, ...]:
        seen, today = await asyncio.gather(self._status.vendors(), self._analytics.stats(days=1))
        by_name = {each.vendor: each for each in today.vendors}
        return tuple(
            VendorHealth(
                vendor=each.name,
                sight=each.sight,
                looked_at=each.at,
                failing_since=each.since,
                failed_in_a_row=each.failed,
                reason=each.reason.value if each.reason else None,
                looks_today=stats.looks if stats else 0,
                failed_today=stats.failed if stats else 0,
                latency_ms=stats.latency if stats else None,
            )
            for each in seen
            for stats in (by_name.get(each.name),)
        )

    async def _queues(self) -> QueueHealth:
        depths = await self._store.depths()
        oldest = depths.front[0].since if depths.front else None
        return QueueHealth(
            changes=depths.changes,
            held=depths.held,
            queued=depths.queued,
            dead=depths.dead,
            oldest_seconds=max(0.0, (self._clock.now() - oldest).total_seconds()) if oldest else None,
        )


def _breaker(facts: BreakerFacts) -> BreakerHealth:
    return BreakerHealth(
        vendor=facts.vendor,
        state=facts.state,
        failures_in_a_row=facts.failures,
        looks=facts.looks,
        failed=facts.failed,
        left_in_peace=facts.rested,
        trips=facts.trips,
        seconds_until_next_try=round(facts.rests_for, 1),
    )
