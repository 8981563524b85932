"""`hardware-sentry run` in a process of its own, with what can be seen of it from outside: CPU, memory, metrics.

Linux only. A program ends with the benchmark, however that ends.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from alerts.store import embedded_child
from benchmarks.delivering.rig import TOKEN, cpu_of

_START = 180.0  # seconds until it has to be there
_STOP = 30.0
_LINE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of CPU, seconds in which it had work and no core, megabytes now and at most."""

    cpu: float
    waited: float
    rss: float
    peak: float


@dataclass(slots=True)
class Program:
    """One process. `roles` as on the command line; with `web` among them it has metrics, on a port of its own."""

    name: str
    roles: str
    config: Path
    folder: Path
    lags: Counter[str] = field(default_factory=Counter)  # event loop lags by bucket, of those that have ended, too
    profile: Path | None = None  # where cProfile writes what the time went into
    module: str = "bot"  # what `python -m` runs: the program, or the program with something planted in it
    words: Mapping[str, str] = field(default_factory=dict)  # more of the environment
    port: int = 0
    started: float = 0.0
    _process: asyncio.subprocess.Process | None = None
    _peak: float = 0.0

    async def start(self) -> float:
        """Come back when it runs; how many seconds that took."""
        began = time.monotonic()
        self.port, self._peak = _free_port(), 0.0
        words = {"HS_WEB__PORT": str(self.port), "DISCORD_TOKEN": TOKEN, "PYTHONPATH": str(_ROOT), **self.words}
        with (self.folder / f"{self.name}.log").open("ab") as log:
            follow = [sys.executable, embedded_child.__file__, "follow", str(os.getpid())]
            run = [sys.executable, *self._profiled, "-m", self.module, "run"]
            run += ["--config", str(self.config), "--roles", self.roles]
            self._process = await asyncio.create_subprocess_exec(
                *follow, *run,
                env={**os.environ, **words}, cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            async with asyncio.timeout(_START):
                await self._there()
        except TimeoutError:
            raise RuntimeError(f"{self.name} did not start in {_START:.0f} s: {self.last_words()}") from None
        self.started = time.monotonic() - began
        return self.started

    @property
    def _profiled(self) -> list[str]:
        return ["-m", "cProfile", "-o", str(self.profile)] if self.profile else []

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def kill(self) -> None:
        """End it at once, as a power cut does."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), _STOP)
        except TimeoutError:
            await self.kill()

    def usage(self) -> Usage:
        """What it has used since it was started."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        now, peak = (int(line.split()[1]) / 1024 for line in _lines(status, "VmRSS:", "VmHWM:"))
        self._peak = max(self._peak, peak)
        waited = int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9
        return Usage(cpu_of(self.pid), waited, now, self._peak)

    async def metrics(self) -> Mapping[str, float]:
        """Every line of its /metrics that is a number, by name and labels."""
        async with aiohttp.ClientSession() as session, session.get(f"{self._base}/metrics") as answer:
            text = await answer.text()
        found = (_LINE.match(line) for line in text.splitlines())
        return {f"{each[1]}{{{each[2] or ''}}}": float(each[3]) for each in found if each}

    def last_words(self, lines: int = 5) -> str:
        """The end of its log."""
        return "\n".join((self.folder / f"{self.name}.log").read_text(errors="replace").splitlines()[-lines:])

    async def _there(self) -> None:
        while True:
            if await self._is_there():
                return
            await asyncio.sleep(0.1)

    @property
    def _base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _is_there(self) -> bool:
        assert self._process
        if self._process.returncode is not None:
            raise RuntimeError(f"{self.name} ended with {self._process.returncode}: {self.last_words()}")
        if "web" not in self.roles:
            return "running" in self.last_words(200)
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self._base}/live") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


@asynccontextmanager
async def running(*programs: Program) -> AsyncIterator[None]:
    """All of them, started together; ended by their ids, whatever happens."""
    try:
        await asyncio.gather(*(each.start() for each in programs))
        yield
    finally:
        await asyncio.gather(*(each.stop() for each in programs), return_exceptions=True)


def share_within(metrics: Mapping[str, float], name: str, limit: float) -> tuple[float, int]:
    """Which share of a histogram's samples lies within one of its buckets' limits, and how many there are."""
    count = metrics.get(f"{name}_count{{}}", 0.0)
    within = metrics.get(f'{name}_bucket{{le="{limit}"}}', 0.0)
    return (within / count if count else 1.0), int(count)


def _lines(text: str, *starts: str) -> list[str]:
    return [line for start in starts for line in text.splitlines() if line.startswith(start)]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
