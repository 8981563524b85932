"""The distributed job engine's face: docket behind two verbs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

import structlog
from docket import Docket, Worker
from redis.exceptions import RedisClusterException, RedisError

from alerts.domain.errors import StoreUnavailable

# A killed worker's jobs start again after this long; scans take seconds.
_REDELIVERY = timedelta(seconds=20)
_RECONNECTION = timedelta(seconds=1)
log = structlog.get_logger()

ScanSlot = Callable[[str, datetime], Awaitable[None]]
DoJob = Callable[[int, str], Awaitable[None]]


class JobQueue(Protocol):
    """Scans to be done by any worker, each slot once."""

    async def put(self, sku: str, *, slot: datetime) -> None:
        """Queue a scan; the same product and slot again is the same job."""

    async def put_job(self, guild: int, job_id: str) -> None:
        """Queue what somebody began in the background; the same id again is the same job, until it is done."""

    async def work(self) -> None:
        """Do what is queued until cancelled."""


class DocketQueue:
    """See JobQueue. A job may run twice, so `scan` must be content with a look taken since its slot.

    That is also why docket's own Cooldown is not used here: it would drop the job of a killed worker
    when it is handed to the next one.
    """

    def __init__(self, url: str, *, scan: ScanSlot, job: DoJob | None = None, concurrency: int = 20) -> None:
        separator = "&" if "?" in url else "?"
        # redis-py's pool raises instead of waiting: leave three connections a job.
        pool = f"max_connections={concurrency * 3 + 20}"
        self._docket = Docket(name="hs-jobs", url=f"{url}{separator}{pool}", execution_ttl=timedelta(0))
        self._concurrency = concurrency

        async def scan_product(sku: str, slot_ms: int) -> None:
            await scan(sku, datetime.fromtimestamp(slot_ms / 1000, UTC))

        async def do_job(guild: int, job_id: str) -> None:
            if job:
                await job(guild, job_id)

        self._job, self._errand = scan_product, do_job

    async def __aenter__(self) -> Self:
        await self._docket.__aenter__()
        self._docket.register(self._job)
        self._docket.register(self._errand)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._docket.__aexit__(None, None, None)

    async def put(self, sku: str, *, slot: datetime) -> None:
        slot_ms = round(slot.timestamp() * 1000)
        with _trouble():
            await self._docket.add(self._job, key=f"scan:{sku}:{slot_ms}")(sku, slot_ms)

    async def put_job(self, guild: int, job_id: str) -> None:
        with _trouble():
            await self._docket.add(self._errand, key=f"job:{guild}:{job_id}")(guild, job_id)

    async def work(self) -> None:
        while True:
            try:
                await self._work()
            except (RedisClusterException, BaseExceptionGroup) as exc:
                # docket waits until its server is back, but does not know that this, too, says that it is away.
                if not _is_cluster_away(exc):
                    raise
                log.warning("job queue is away", reason=str(exc))
                await asyncio.sleep(_RECONNECTION.total_seconds())
            else:
                return

    async def _work(self) -> None:
        async with Worker(
            self._docket,
            concurrency=self._concurrency,
            redelivery_timeout=_REDELIVERY,
            reconnection_delay=_RECONNECTION,
            minimum_check_interval=timedelta(milliseconds=50),
            scheduling_resolution=timedelta(milliseconds=100),
            schedule_automatic_tasks=False,
        ) as worker:
            await worker.run_forever()


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
