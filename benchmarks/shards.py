"""What a bot process needs for many guilds: memory, and the time until it knows them all.

    python benchmarks/shards.py [--guilds 10000] [--shards 10]

The project's own client (bot/client.py), with everything of the program imported, against the project's
Discord-compatible server in a process of its own, which sends a GUILD_CREATE for each guild: 30 channels, 20 roles, and
the rest that Discord sends. Each way in a process of its own, in turns; `as discord.py` keeps all of it, and leaves all
of it to the garbage collector. Ends with 1 at 500 MB or more.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import structlog

import bot.app  # noqa: F401 - a real process has imported all of it
from alerts.clock import SystemClock
from alerts.store.memory import MemoryStore
from benchmarks.other_process import Server
from bot.client import Client
from bot.identify import IdentifyGate

LIMIT = 500.0
KIB = 1024
WAYS = ("as discord.py", "ours")
FOLDER = Path(__file__).parents[1]


def rss() -> float:
    """Megabytes of this process now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * KIB / 1e6
    raise RuntimeError("no /proc here")


async def one(api_base: str, guilds: int, shards: int, way: str) -> None:
    """This process as a bot, until it knows them all; what it needed as a line of JSON."""
    clock = SystemClock()
    store = MemoryStore(clock=clock)
    client = Client(api_base=api_base, notes=store, clock=clock, gate=IdentifyGate(store=store, clock=clock))
    if way == "as discord.py":
        whole(client)
    before, began, cpu = rss(), time.perf_counter(), time.process_time()
    serving = asyncio.create_task(client.serve("playground"))
    while len(client.guilds) < guilds or not client.is_ready():
        await asyncio.wait({serving}, timeout=0.2)
        if serving.done():
            await serving
    took, used = time.perf_counter() - began, time.process_time() - cpu
    assert len(client.shards) == shards
    guild = client.guilds[-1]
    held = {"channels": len(guild.channels), "roles": len(guild.roles), "threads": len(guild.threads)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB / 1e6
    collecting = time.perf_counter()
    gc.collect()
    pause = time.perf_counter() - collecting
    print(
        json.dumps(
            {"before": before, "rss": rss(), "peak": peak, "s": took, "cpu": used, "held": held, "pause": pause}
        ),
        flush=True,
    )
    os._exit(0)  # closing ten thousand guilds is no part of this


def whole(client: Client) -> None:
    """Let discord.py keep what it likes."""
    state = client._connection  # noqa: SLF001 - there is no other way
    for name in ("guild_create", "guild_update", "channel_create", "channel_update"):
        state.parsers[name.upper()] = getattr(state, f"parse_{name}")
    client.settled = lambda: None  # type: ignore[method-assign]


async def measure(guilds: int, shards: int, rounds: int) -> int:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {guilds:,} guilds on {shards} shards of one process")
    worst = 0.0
    async with Server.start("benchmarks.sharding.server", str(shards)) as server:
        size = (await server("build", guilds=guilds))["bytes"]
        print(f"a guild is {size / 1000:.1f} kB of JSON")
        for _ in range(rounds):
            for way in WAYS:
                found = json.loads(
                    await asyncio.to_thread(
                        subprocess.check_output,
                        [sys.executable, __file__, "--one", way, "--api", server.api_base,
                         "--guilds", str(guilds), "--shards", str(shards)],
                        cwd=FOLDER, env={**os.environ, "PYTHONPATH": str(FOLDER)}, timeout=600,
                    )
                )  # fmt: skip
                each = (found["rss"] - found["before"]) * 1000 / guilds
                print(f"{way:>13}: {found['rss']:6.0f} MB (peak {found['peak']:.0f}), {each:5.1f} kB a guild over"
                      f" {found['before']:.0f} MB; ready in {found['s']:.1f} s, {found['cpu']:.1f} s of CPU;"
                      f" a full garbage collection {found['pause'] * 1000:.0f} ms;"
                      f" keeps {found['held']}", flush=True)  # fmt: skip
                worst = max(worst, found["rss"]) if way == "ours" else worst
    print(f"bar: below {LIMIT:.0f} MB; ours {worst:.0f} MB")
    return int(worst >= LIMIT)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guilds", type=int, default=10_000)
    parser.add_argument("--shards", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--api", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if asked.one:
        asyncio.run(one(asked.api, asked.guilds, asked.shards, asked.one))
    return asyncio.run(measure(asked.guilds, asked.shards, asked.rounds))


if __name__ == "__main__":
    sys.exit(main())
