"""Seats over a real server, held by real processes that are killed and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from tests.guards.project import ROOT
from tests.servers import empty

pytestmark = pytest.mark.valkey
Line = tuple[float, str, int]


class Crew:
    """Processes that want one seat, and what each has done, in order."""

    def __init__(self, url: str) -> None:
        self._url, self.done, self._heard = url, list[Line](), asyncio.Event()

    @asynccontextmanager
    async def member(self, name: str) -> AsyncIterator[Process]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", "-m", "tests.store.seated", self._url, name, cwd=ROOT, stdout=PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        listening = asyncio.create_task(self._listen(process))
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            await listening

    async def _listen(self, process: Process) -> None:
        assert process.stdout
        async for line in process.stdout:
            name, number = line.decode().split()
            self.done.append((time.monotonic(), name, int(number)))
            self._heard.set()

    async def until_done_by(self, name: str, *, after: float) -> float:
        """When this one has done something since then, at the earliest."""
        async with asyncio.timeout(20):
            while True:
                found = next((at for at, who, _ in self.done if who == name and at >= after), None)
                if found is not None:
                    return found
                self._heard.clear()
                await self._heard.wait()


async def test_a_stopped_or_killed_holder_is_followed_within_five_seconds_and_does_nothing_afterwards(
    addresses: dict[str, str],
) -> None:
    empty(addresses["valkey"])
    crew = Crew(addresses["valkey"])
    async with AsyncExitStack() as closing:
        first = await closing.enter_async_context(crew.member("first"))
        await crew.until_done_by("first", after=0)
        second = await closing.enter_async_context(crew.member("second"))
        await asyncio.sleep(2)  # it has come to wait for the seat

        first.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        took_over = await crew.until_done_by("second", after=stopped) - stopped
        await asyncio.sleep(14 - took_over)
        woken = time.monotonic()
        first.send_signal(signal.SIGCONT)
        await asyncio.sleep(2)
        killed = time.monotonic()
        second.kill()
        followed = await crew.until_done_by("first", after=killed) - killed

    by_first = [at for at, name, _ in crew.done if name == "first"]
    numbers = [number for _, _, number in crew.done]
    print(f"taken over {took_over:.1f} s after SIGSTOP, {followed:.1f} s after kill -9")
    assert took_over <= 5
    assert followed <= 5
    assert not [at for at in by_first if woken <= at < killed]
    assert numbers == sorted(numbers)
    assert not {number for _, name, number in crew.done if name == "first"} & {
        number for _, name, number in crew.done if name == "second"
    }
