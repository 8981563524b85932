"""The distributed job engine's face: docket behind a few verbs, one docket for each class of priority.

docket knows no priorities. With a queue and hands of its own no class waits for another: what is asked for meets free
hands behind thousands of cold scans, and those are never pushed aside for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Protocol, Self

import structlog
from docket import Docket, Worker
from redis.exceptions import RedisClusterException, RedisError

from alerts.domain.errors import StoreUnavailable
from alerts.domain.priority import Priority
from alerts.observing import SILENT, Observer

# A killed worker's jobs start again after this long and a jittered quarter of it; scans take seconds.
REDELIVERY = timedelta(seconds=16)
_RECONNECTION = timedelta(seconds=1)
_ONE_KEY = timedelta(minutes=1)
# How many jobs of each class a worker does at once. A hand is a coroutine that mostly waits for a shop.
HANDS: Mapping[Priority, int] = MappingProxyType(
    {Priority.ASKED: 8, Priority.CONFIRMATION: 8, Priority.HOT: 24, Priority.WARM: 16, Priority.COLD: 8}
)
_CHECKS: Mapping[Priority, timedelta] = MappingProxyType(
    {each: timedelta(milliseconds=ms) for each, ms in zip(Priority, (100, 100, 50, 200, 200), strict=True)}
)
log = structlog.get_logger()

ScanSlot = Callable[[str, datetime], Awaitable[None]]
DoJob = Callable[[int, str], Awaitable[None]]


class JobQueue(Protocol):
    """Scans to be done by any worker, each slot once."""

    async def put(self, sku: str, *, slot: datetime, priority: Priority) -> None:
        """Queue a scan, unless one of the product waits or is at work in that class: it looks after `slot`, or so."""

    async def put_job(self, guild: int, job_id: str) -> None:
        """Queue what somebody began in the background; the same id again is the same job, until it is done."""

    async def work(self) -> None:
        """Do what is queued until cancelled."""


class DocketQueue:
    """See JobQueue. A job may run twice, so `scan` must be content with a look taken since its slot.

    That is also why docket's own Cooldown is not used here: it would drop the job of a killed worker
    when it is handed to the next one. And it is what makes one look of a product that waits in two classes.

    A job is done when `scan` returns, and only then is it acknowledged. While the store is away it waits, since what
    it would report as failed nobody would do again before its next slot.
    """

    def __init__(
        self,
        url: str,
        *,
        scan: ScanSlot,
        job: DoJob | None = None,
        hands: Mapping[Priority, int] = HANDS,
        observer: Observer = SILENT,
    ) -> None:
        self._hands, self._observer, self._is_ending = hands, observer, False
        self._dockets = {each: _docket(url, each, hands[each]) for each in Priority}
        self._closing = AsyncExitStack()

        async def scan_product(priority: str, sku: str, slot_ms: int) -> None:
            slot = datetime.fromtimestamp(slot_ms / 1000, UTC)
            await self._do(Priority(priority), lambda: scan(sku, slot))

        async def do_job(guild: int, job_id: str) -> None:
            if job:
                begun = job
                await self._do(Priority.ASKED, lambda: begun(guild, job_id))

        self._scan, self._job = scan_product, do_job

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            for each in self._dockets.values():
                await opening.enter_async_context(each)
                each.register(self._scan)
                each.register(self._job)
            self._closing = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def put(self, sku: str, *, slot: datetime, priority: Priority) -> None:
        slot_ms = round(slot.timestamp() * 1000)
        add = self._dockets[priority].add(self._scan, key=_key(sku, slot))
        with _trouble():
            await add(priority.value, sku, slot_ms)

    async def put_job(self, guild: int, job_id: str) -> None:
        with _trouble():
            await self._dockets[Priority.ASKED].add(self._job, key=f"job:{guild}:{job_id}")(guild, job_id)

    async def work(self) -> None:
        workers = [asyncio.create_task(self._work(each), name=f"{each} jobs") for each in Priority]
        try:
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()  # none ends by itself but with an error
        finally:
            self._is_ending = True
            for each in workers:
                each.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, priority: Priority) -> None:
        while True:
            try:
                await self._work_connected(priority)
            except (RedisClusterException, BaseExceptionGroup) as exc:
                # docket waits until its server is back, but does not know that this, too, says that it is away.
                if not _is_cluster_away(exc):
                    raise
                log.warning("job queue is away", reason=str(exc))
                await asyncio.sleep(_RECONNECTION.total_seconds())
            else:
                return

    async def _work_connected(self, priority: Priority) -> None:
        async with Worker(
            self._dockets[priority],
            concurrency=self._hands[priority],
            redelivery_timeout=REDELIVERY,
            reconnection_delay=_RECONNECTION,
            # A free worker is woken by a new job at once; a full one looks that often whether a hand is free again.
            minimum_check_interval=_CHECKS[priority],
            scheduling_resolution=timedelta(seconds=5),  # nothing here is queued for later
            schedule_automatic_tasks=False,
        ) as worker:
            await worker.run_forever()

    async def _do(self, priority: Priority, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except StoreUnavailable as exc:
                if self._is_ending:
                    # Not acknowledged: the next worker does it.
                    raise asyncio.CancelledError from exc
                await asyncio.sleep(_RECONNECTION.total_seconds())
            except Exception:  # counted, and given on to the job engine, which logs it
                self._observer.job_done(priority.value, failed=True)
                raise
            else:
                self._observer.job_done(priority.value, failed=False)
                return


def _docket(url: str, priority: Priority, hands: int) -> Docket:
    return Docket(
        name=f"hs-jobs-{priority}",
        url=_with_room(url, hands),
        execution_ttl=timedelta(0),
        heartbeat_interval=timedelta(seconds=15),  # for lists of workers, which nobody asks for here
    )


def _with_room(url: str, concurrency: int) -> str:
    """redis-py's pool raises instead of waiting: leave three connections a job. Of two numbers the first one counts."""
    place, _, query = url.partition("?")
    return f"{place}?max_connections={concurrency * 3 + 20}" + (f"&{query}" if query else "")


def _key(sku: str, slot: datetime) -> str:
    """The same for all slots of a minute.

    With a key for each slot, those of a product that is due every few seconds would pile up before workers that cannot
    keep pace. With one key for all, a job that a killed store has left behind would end its looks.
    """
    return f"scan:{sku}:{slot.timestamp() // _ONE_KEY.total_seconds():.0f}"


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except (RedisError, RedisClusterException, OSError) as exc:
        raise StoreUnavailable(f"The job queue does not answer ({type(exc).__name__}).") from exc


def _is_cluster_away(exc: BaseException) -> bool:
    if isinstance(exc, BaseExceptionGroup):
        return exc.split((RedisClusterException, RedisError, OSError))[1] is None
    return isinstance(exc, RedisClusterException)
