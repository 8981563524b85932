"""`POST /jobs/scan` and `GET /jobs/{id}`: scans that nobody waits for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from alerts.scan_jobs import MOST_SKUS, ScanJob, ScanJobs, UsedOtherwise
from bot.web.api.shapes import JobShape
from bot.web.endpoints import Call, Endpoint, Reply
from bot.web.problems import Code, Problem

_LONGEST_KEY = 128


class JobBody(BaseModel):
    """Which products. The shops are asked now unless `fresh` is false."""

    model_config = ConfigDict(extra="forbid", title="JobRequest")
    skus: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=MOST_SKUS)
    ]
    fresh: bool = True


class JobRoutes:
    """Begins a job and says how it stands, within the guild that the key belongs to."""

    def __init__(self, jobs: ScanJobs) -> None:
        self._jobs = jobs

    def endpoints(self) -> Sequence[Endpoint]:
        """The routes of this file."""
        return (
            Endpoint("POST", "/api/v1/jobs/scan", "Scan in the background", "jobs", self._begin, JobShape, status=202,
                     body=JobBody, scope="scan", refuses=(Code.IDEMPOTENCY_CONFLICT, Code.FRESH_LIMITED),
                     headers={"Idempotency-Key": "The same key again gives the same job, for a day."}),
            Endpoint("GET", "/api/v1/jobs/{id}", "How a job stands", "jobs", self._show, JobShape, scope="scan"),
        )  # fmt: skip

    async def _begin(self, call: Call) -> Reply:
        key = call.request.headers.get("Idempotency-Key")
        if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
            raise Problem(Code.INVALID_FIELD, f"Idempotency-Key: is not 1 to {_LONGEST_KEY} plain characters.",
                          field="Idempotency-Key")  # fmt: skip
        skus = list(dict.fromkeys(call.body.skus))
        try:
            job = await self._jobs.begin(
                call.caller.own_guild,
                skus,
                fresh=call.body.fresh,
                asker=f"{call.caller.name}|{call.caller.plan}",
                key=key,
            )
        except UsedOtherwise:
            raise Problem(Code.IDEMPOTENCY_CONFLICT) from None
        return Reply(orjson.dumps(job_as_public(job)), 202, {"Location": f"/api/v1/jobs/{job.id}"})

    async def _show(self, call: Call) -> Reply:
        job = await self._jobs.get(call.caller.own_guild, call.path("id"))
        return Reply(orjson.dumps(job_as_public(job)))


def job_as_public(job: ScanJob) -> dict[str, Any]:
    """A job as programs read it."""
    return {
        "id": job.id,
        "status": job.status.value,
        "skus": list(job.skus),
        "fresh": job.fresh,
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "result": orjson.Fragment(job.result) if job.result else None,
        "error": job.error,
    }
