"""Everything that runs in a soak, each in a process of its own: a shop, a Discord, a Valkey and the program."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alerts.store.redis.store import RedisStore
from benchmarks.other_process import Server
from benchmarks.whole import seed
from benchmarks.whole.program import Program, running
from benchmarks.whole.shop import Plan
from tests.servers import Node, asked, binary_of
from tests.soak.shop import words

PLAN = Plan(products=96, vendors=24, kilobytes=10)
_CHANNELS = 6
_BASELINE = 180.0  # seconds until everything has to be known
Json = dict[str, Any]


class Memory(Node):
    """A Valkey with a file for what it is told, whose disk can be full."""

    def start(self) -> None:
        """As it is started; a file that may not grow is an error to it and no signal."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, restore_signals=False)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if asked(self.url, "PING"):
                    return
            except OSError:
                pass
            except Exception as exc:
                if "loading" not in str(exc).lower() and "connect" not in str(exc).lower():
                    raise
            time.sleep(0.02)
        raise AssertionError("the Valkey of the soak did not start")

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def stop(self) -> None:
        """It hangs."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """It hangs no more."""
        os.kill(self.pid, signal.SIGCONT)

    def fill_disk(self) -> None:
        """No file of it can grow."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))

    def free_disk(self) -> None:
        """There is room again."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def is_writing(self) -> bool:
        """Whether it can write its file, as far as it knows."""
        return "aof_last_write_status:ok" in str(asked(self.url, "INFO", "persistence"))


@dataclass(slots=True)
class Rig:
    """What a trouble may strike, and what was owed and told."""

    shop: Server
    discord: Server
    memory: Memory
    program: Program
    skew: Path
    heard: dict[int, list[int]]
    plan: Plan = PLAN
    skewed: float = 0.0
    sizes: list[tuple[float, float]] = field(default_factory=list)

    def set_clock(self, by: float) -> None:
        """Turn the program's clock by so many seconds."""
        self.skewed += by
        new = self.skew.with_suffix(".new")
        new.write_text(str(self.skewed))
        new.replace(self.skew)

    def weigh(self) -> None:
        """Note how much memory the program has."""
        self.sizes.append((time.time(), self.program.usage().rss))

    async def changes(self) -> list[Json]:
        """What has become of which product when."""
        found: list[Json] = (await self.shop("noted"))["changes"]
        return found

    async def told(self) -> list[Json]:
        """Every message and every change of one."""
        found: list[Json] = (await self.discord("told"))["told"]
        return found


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    """All of it, running, and every product looked at."""
    binary = binary_of("valkey")
    assert binary
    memory = Memory(binary, folder / "memory")
    skew = folder / "skew"
    skew.write_text("0")
    memory.start()
    try:
        async with (
            Server.start("tests.soak.shop", words(PLAN)) as shop,
            Server.start("tests.soak.discord") as discord,
        ):
            ((guild, channels),) = (await discord("build", guilds=1, channels=_CHANNELS))["guilds"]
            async with RedisStore(memory.url) as store:
                places = [(int(guild), [int(each) for each in channels])]
                heard = await seed.fill(store, PLAN, shop.port, places)
            config = seed.config(
                folder, plan=PLAN, port=shop.port, store=memory.url, api_base=discord.api_base,
                discord={"api_base": discord.api_base, "pace": "none"},
                fetch={"timeout": "2s"},
                # A shop of four listings is doubted as soon as two of them turn, and not for minutes.
                confirm={"mass_least": 2, "suspicious_span": "6s"},
                tiers={"hot": {"every": "1s", "limit": PLAN.products}},
            )  # fmt: skip
            program = Program("program", "bot,scheduler,worker,web", config, folder, module="tests.soak.program",
                              words={"SKEW": str(skew)})  # fmt: skip
            async with running(program):
                made = Rig(shop, discord, memory, program, skew, heard)
                await _looked_at(made)
                yield made
    finally:
        memory.go_on()
        memory.kill()


async def _looked_at(made: Rig) -> None:
    """Return when every product was looked at twice."""
    deadline = time.monotonic() + _BASELINE
    while time.monotonic() < deadline:
        if (await made.shop("count"))["least"] >= 2:
            return
        await asyncio.sleep(0.2)
    raise RuntimeError(f"not everything was looked at: {await made.shop('count')}; {made.program.last_words()}")
