"""Scans that nobody waits for: begun with an id, done by any worker, their result kept for a day."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Protocol

from pydantic import AwareDatetime

from alerts.batch import Batch, Found
from alerts.domain.errors import NotFound, SentryError
from alerts.domain.model import Fact
from alerts.ports import Clock
from alerts.scan import Answer
from alerts.store.ports import Pendings

MOST_SKUS = 50
KEPT = timedelta(days=1)


class UsedOtherwise(SentryError):
    """The idempotency key came with another wish before."""


class JobStatus(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ScanJob(Fact):
    """A wish to scan, and what became of it. `result` is JSON, as its reader gets it."""

    id: str
    guild: int
    skus: tuple[str, ...]
    fresh: bool
    asker: str
    created_at: AwareDatetime
    status: JobStatus = JobStatus.QUEUED
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    result: str | None = None
    error: str | None = None


class JobSheet(Pendings, Protocol):
    """The part of memory that jobs need."""


class Queue(Protocol):
    """Hands a job to whichever worker is free."""

    async def put_job(self, guild: int, job_id: str) -> None:
        """Once for each id, however often it is asked."""


Ask = Callable[[ScanJob, str], Awaitable[Answer]]


class ScanJobs:
    """Begin, do and show, always within one guild."""

    def __init__(self, *, store: JobSheet, queue: Queue, batch: Batch, ask: Ask, render: Callable[[Found], str],
                 clock: Clock) -> None:  # fmt: skip
        """`ask` answers with a product at the asker's cost; `render` makes the result what its reader gets."""
        self._store, self._queue, self._batch, self._ask = store, queue, batch, ask
        self._render, self._clock = render, clock

    async def begin(
        self, guild: int, skus: Sequence[str], *, fresh: bool, asker: str, key: str | None = None
    ) -> ScanJob:
        """Queue it; the same idempotency key of the same asker again gives the same job, for a day.

        UsedOtherwise when the key came with another wish. Safe to repeat: what was kept and not queued is queued.
        """
        job = ScanJob(
            id=_id_of(guild, asker, key) if key else _random_id(),
            guild=guild, skus=tuple(skus), fresh=fresh, asker=asker, created_at=self._clock.now(),
        )  # fmt: skip
        known = await self._found(guild, job.id) if key else None
        if known and (known.skus, known.fresh) != (job.skus, job.fresh):
            raise UsedOtherwise("The idempotency key came with another request before.")
        if known is None:
            await self._keep(job)
        if known is None or known.status is JobStatus.QUEUED:
            await self._queue.put_job(guild, job.id)
        return known or job

    async def get(self, guild: int, job_id: str) -> ScanJob:
        """How it stands; NotFound when this guild has none of that id, or no longer."""
        found = await self._found(guild, job_id)
        if found is None:
            raise NotFound("There is no such job here, or it is more than a day old.")
        return found

    async def do(self, guild: int, job_id: str) -> None:
        """Do it, once; again after a worker was killed in the middle, which asks the shops once more at the worst."""
        job = await self._found(guild, job_id)
        if job is None or job.finished_at:
            return
        job = job.model_copy(update={"status": JobStatus.RUNNING, "started_at": self._clock.now()})
        await self._keep(job)

        async def one(query: str) -> Answer:
            return await self._ask(job, query)

        found = await self._batch(job.skus, one)
        done = {"status": JobStatus.DONE, "finished_at": self._clock.now(), "result": self._render(found)}
        if not found.answers:
            done |= {"status": JobStatus.FAILED, "error": "None of the products could be answered; result says why."}
        await self._keep(job.model_copy(update=done))

    async def _found(self, guild: int, job_id: str) -> ScanJob | None:
        body = await self._store.pending(guild, _name(job_id))
        return ScanJob.model_validate_json(body) if body else None

    async def _keep(self, job: ScanJob) -> None:
        await self._store.put_pending(job.guild, _name(job.id), job.model_dump_json(), ttl=KEPT)


def _name(job_id: str) -> str:
    return f"job:{blake2b(job_id.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def _id_of(guild: int, asker: str, key: str) -> str:
    return _text(blake2b(f"{guild}|{asker}|{key}".encode(), digest_size=10).digest())


def _random_id() -> str:
    return _text(secrets.token_bytes(10))


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().lower()
