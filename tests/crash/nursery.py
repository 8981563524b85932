"""The zygote, seen from the test: start a worker, wait for what it says, end it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[2]
_LIMIT = 30.0  # seconds that a worker may take; it takes a fifth of one


@dataclass(slots=True)
class Worker:
    """One forked process."""

    pid: int = 0
    said: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, facts: dict[str, Any]) -> None:
        self.pid = facts.get("pid", self.pid)
        self.status = facts.get("status", self.status)
        self.said |= facts
        self._heard.set()

    async def until(self, *facts: str) -> None:
        """Return when it has said one of these things; one that takes too long is ended."""
        try:
            async with asyncio.timeout(_LIMIT):
                while not any(fact in self.said for fact in facts):
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            raise AssertionError(f"a worker said neither of {facts} within {_LIMIT} s: {self.said}") from None

    async def ended(self) -> None:
        """Return when it has, or raise what went wrong within it."""
        await self.until("status")
        if self.status not in (0, -signal.SIGKILL):
            raise AssertionError(self.said.get("error", f"a worker ended with status {self.status}"))

    def send(self, number: signal.Signals) -> None:
        """To a process that may have ended meanwhile."""
        if self.status is None and self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    @property
    def was_struck(self) -> bool:
        """Whether it came to the point where it was to be struck."""
        return "struck" in self.said


class Nursery:
    """Where workers come from."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._workers, self._count = process, dict[int, Worker](), 0

    async def start(self, **job: object) -> Worker:
        """A worker for a job, running."""
        assert self._process.stdin
        self._count += 1
        worker = self._workers[self._count] = Worker()
        facts = {"id": self._count, "name": f"worker {self._count}", **job}
        self._process.stdin.write(orjson.dumps(facts) + b"\n")
        await worker.until("pid", "status")
        return worker

    async def listen(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            facts = orjson.loads(line)
            self._workers[facts.pop("id")].hear(facts)


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """The zygote, running; it ends with whatever it has started."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "tests.crash.zygote", cwd=ROOT, limit=1 << 24,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    found = Nursery(process)
    listening = asyncio.create_task(found.listen())
    try:
        yield found
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
        await listening
