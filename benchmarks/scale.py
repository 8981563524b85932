"""Ten thousand watches, a thousand guilds, five thousand channels, ten minutes: is anything lost, late, or told twice?

    python benchmarks/scale.py                                   twelve minutes
    python benchmarks/scale.py --minutes 2 --watches 2000 --every 60 --guilds 200
    python benchmarks/scale.py --workers 2 --calm                nobody is killed

The roles are processes of their own, and so are the shops, the Valkey and the Discord-compatible server, with Discord's
limits on. One in twenty vendors is faulty (500, 403, or never an answer), one in fifty slow. Prices fall and boards
come back at listings of the others, each once and each for two channels; meanwhile a worker and then a scheduler are
killed with SIGKILL and started again. At the end what the shops changed is held against what was told.

Lag is from a slot on the timetable to the look at the shop, by the shop's own notes; the timetable is read each second.
Of faulty vendors it is not asked: they are left in peace. Ends with 1 when a bar is missed.

    python benchmarks/scale.py --ratio      how much more two workers do than one, by a queue that is never empty
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs as a script from anywhere

import structlog
from redis.asyncio import Redis

from alerts.domain.model import Tier
from alerts.store import keys
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from benchmarks.other_process import Server
from benchmarks.whole import seed
from benchmarks.whole.program import Program, Usage, running, share_within
from benchmarks.whole.shop import Plan
from benchmarks.whole.told import lags, matched, percentile, uncalled

_PER_PRODUCT = 2  # channels that hear of each
_CHANNELS = 5  # of a guild
_MEMORY, _LOOP, _LAG = 300.0, 0.1, 1.5  # bars: MB, seconds, intervals
_PATIENCE = 150.0  # seconds for what was changed last to be told
_LOOP_LAG = "hs_event_loop_lag_seconds"


@dataclass(slots=True)
class Stage:
    """Everything around the processes, and what was seen."""

    plan: Plan
    shop: Server
    discord: Server
    bystander: Server
    redis: Redis
    number_of: dict[str, int]
    heard: dict[int, list[int]]
    folder: Path
    config: Path
    slots: dict[int, set[float]] = field(default_factory=dict)
    loops: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)

    async def read_timetable(self) -> None:
        """Every slot that a product has, until cancelled."""
        while True:
            for sku, due in await self.redis.zrange(keys.due(Tier.HOT), 0, -1, withscores=True):
                self.slots.setdefault(self.number_of[sku.decode()], set()).add(due / 1000)
            await asyncio.sleep(1)

    async def note(self, program: Program) -> None:
        """How it does, at the end of it or before it is killed."""
        usage = program.usage()
        self.peaks[program.name] = max(self.peaks.get(program.name, 0.0), usage.peak)
        self.loops.setdefault(program.name, []).append(share_within(await program.metrics(), _LOOP_LAG, _LOOP))


@asynccontextmanager
async def stage(asked: argparse.Namespace) -> AsyncIterator[Stage]:
    """The shops, the store and Discord, with everything that is watched."""
    vendors = 100
    plan = Plan(asked.watches, vendors=vendors, kilobytes=asked.kilobytes, faulty=vendors // 20, slow=vendors // 50)
    with tempfile.TemporaryDirectory(prefix="hs-scale-") as name:
        folder = Path(name)
        async with (
            Server.start("benchmarks.whole.shop", json.dumps(asdict(plan))) as shop,
            Server.start("benchmarks.whole.discord") as discord,
            Server.start("benchmarks.whole.bystander") as bystander,
            Embedded(folder / "d") as valkey,
            RedisStore(valkey.url) as store,
            Redis.from_url(valkey.url) as redis,
        ):
            built = (await discord("build", guilds=asked.guilds, channels=_CHANNELS))["guilds"]
            places = [(int(guild), [int(each) for each in channels]) for guild, channels in built]
            heard = await seed.fill(store, plan, shop.port, places, per_product=_PER_PRODUCT)
            await discord("limits")
            config = seed.config(
                folder, plan=plan, port=shop.port, store=valkey.url, api_base=discord.api_base,
                # Lags are told from the written timetable; what products earn besides is not asked here.
                tiers={"hot": {"every": f"{asked.every}s", "limit": plan.products}, "adapt": False},
            )  # fmt: skip
            number_of = {sku: number for number, sku in enumerate(seed.skus(plan, shop.port))}
            yield Stage(plan, shop, discord, bystander, redis, number_of, heard, folder, config)


async def rehearsed(asked: argparse.Namespace) -> bool:
    """The whole of it; whether every bar is held."""
    async with stage(asked) as here:
        workers = [Program(f"worker {n + 1}", "worker,web", here.config, here.folder) for n in range(asked.workers)]
        scheduler = Program("scheduler", "scheduler,web", here.config, here.folder)
        bot = Program("bot", "bot,web", here.config, here.folder)
        programs = [*workers, scheduler, bot]
        async with running(*programs):
            print("started in " + ", ".join(f"{each.name} {each.started:.1f} s" for each in programs), flush=True)
            watching = asyncio.create_task(here.read_timetable())
            try:
                await _first_looks(here, asked.every)
                before, began = {each.name: each.usage() for each in programs}, time.time()
                changing = asyncio.create_task(_changing(here, asked.minutes * 60, asked.changes))
                if not asked.calm:
                    await _killing(here, workers[0], scheduler, asked.minutes * 60)
                await changing
                ended = time.time()
                await _all_told(here, ended)
            finally:
                watching.cancel()
            for each in programs:
                await here.note(each)
            after = {each.name: each.usage() for each in programs}
            killed = () if asked.calm else (workers[0].name, scheduler.name)
            _print_usage(here, before, after, time.time() - began, killed)
        return await _judged(here, asked.every, began, ended)


async def _first_looks(here: Stage, every: float) -> None:
    """Return when all that can be read was looked at once."""
    deadline = time.monotonic() + max(300.0, 2 * every)
    well = here.plan.products - sum(map(here.plan.is_faulty, range(here.plan.products)))
    began = time.monotonic()
    while (await here.shop("count"))["well"] < well:
        if time.monotonic() > deadline:
            raise RuntimeError(f"not all was looked at in time: {await here.shop('count')}")
        await asyncio.sleep(1)
    print(f"everything was looked at once after {time.monotonic() - began:.0f} s", flush=True)
    await asyncio.sleep(5)  # the last ones are kept


async def _changing(here: Stage, seconds: float, changes: int) -> None:
    """Something happens to a listing that can be read, over and over, to none twice."""
    choose, plan = random.Random(8), here.plan
    numbers = [number for number in range(plan.products) if not plan.is_faulty(number)]
    choose.shuffle(numbers)
    for number in numbers[:changes]:
        await here.shop("change", number=number, kind="restock" if number % 2 else "drop")
        await asyncio.sleep(seconds / min(changes, len(numbers)))


async def _killing(here: Stage, worker: Program, scheduler: Program, seconds: float) -> None:
    """At a third of the time a worker, at two thirds a scheduler; each is started again at once."""
    for victim in (worker, scheduler):
        await asyncio.sleep(seconds / 3)
        await here.note(victim)
        await victim.kill()
        print(f"{victim.name} was killed, and is back after {await victim.start():.1f} s", flush=True)


async def _all_told(here: Stage, since: float) -> None:
    deadline = time.monotonic() + _PATIENCE + 1.5 * _every(here)
    changes = (await here.shop("noted"))["changes"]
    owed = {(each["number"], channel) for each in changes for channel in here.heard[each["number"]]}
    while time.monotonic() < deadline:
        told = (await here.discord("told"))["told"]
        if owed <= {(each["number"], int(each["channel"])) for each in told}:
            print(f"the last was told {time.time() - since:.0f} s after the last change", flush=True)
            return
        await asyncio.sleep(1)


def _every(here: Stage) -> float:
    span: dict[str, Any] = json.loads(here.config.read_text())["tiers"]["hot"]
    return float(span["every"].removesuffix("s"))


def _print_usage(
    here: Stage, before: Mapping[str, Usage], after: Mapping[str, Usage], took: float, killed: tuple[str, ...]
) -> None:
    for name, now in after.items():
        since = Usage(0.0, 0.0, 0.0, 0.0) if name in killed else before[name]
        note = " (since it was started again)" if name in killed else ""
        print(f"  {name:<10} {now.cpu - since.cpu:6.1f} s of CPU, {now.waited - since.waited:6.1f} s waiting for a core"
              f" of {took:.0f} s{note}; {now.rss:.0f} MB, at most {here.peaks[name]:.0f}")  # fmt: skip


async def _judged(here: Stage, every: float, began: float, ended: float) -> bool:
    noted, told = await here.shop("noted"), (await here.discord("told"))["told"]
    alerts = matched(noted["changes"], here.heard, told)
    lost = [each for each in alerts if each.late is None]
    twice = [each for each in alerts if each.messages > 1]
    wolves = uncalled(noted["changes"], told)
    late = [each.late for each in alerts if each.late is not None]
    well = {n: s for n, s in here.slots.items() if not here.plan.is_faulty(n)}
    # A slot that was due too late to be looked at within its time is not asked for.
    asked = {n: [at for at in due if began <= at <= ended] for n, due in well.items()}
    found = lags(asked, noted["looks"], until=time.time())
    idle = await here.bystander("within", limit=_LOOP)
    rows = [
        ("lag p50 / p99, s", f"{percentile(found, 50):.1f} / {percentile(found, 99):.1f}", f"p99 < {_LAG * every:.0f}",
         percentile(found, 99) < _LAG * every),
        ("slots", f"{len(found)}", "", None),
        ("alerts owed", f"{len(alerts)}", "", None),
        ("lost / doubled / uncalled for", f"{len(lost)} / {len(twice)} / {wolves}", "0 / 0 / 0",
         not lost and not twice and not wolves),
        ("change to message p50 / p95 / max, s",
         f"{percentile(late, 50):.0f} / {percentile(late, 95):.0f} / {max(late, default=0):.0f}", "", None),
        *((f"{name}: at most, MB", f"{peak:.0f}", f"< {_MEMORY:.0f}", peak < _MEMORY)
          for name, peak in here.peaks.items()),
        *((f"{name}: loop lags within {_LOOP * 1000:.0f} ms", f"{share:.2%} of {count}", ">= 99 %", share >= 0.99)
          for name, spans in here.loops.items() for share, count in spans),
        ("the same of a process that does nothing", f"{idle['share']:.2%} of {idle['count']}", "", None),
    ]  # fmt: skip
    for what, value, bar, ok in rows:
        print(f"  {what:<42} {value:>22}  {bar:<12} {({None: '', True: 'pass', False: 'MISS'})[ok]}".rstrip())
    print(f"  Discord answered {dict(Counter((await here.discord('answers'))['answers']))}")
    return all(ok is not False for *_, ok in rows)


async def ratio(asked: argparse.Namespace) -> bool:
    """Looks a second with one worker and with two, in turns; everything is due each second."""
    asked.every = 1
    async with stage(asked) as here:
        scheduler = Program("scheduler", "scheduler", here.config, here.folder)
        rates: dict[int, list[float]] = {1: [], 2: []}
        async with running(scheduler):
            for _ in range(asked.rounds):
                for count, found in rates.items():
                    names = [f"worker {n + 1}" for n in range(count)]
                    async with running(*(Program(each, "worker", here.config, here.folder) for each in names)):
                        await asyncio.sleep(5)
                        began, before = time.monotonic(), (await here.shop("count"))["looks"]
                        await asyncio.sleep(asked.seconds)
                        looks = (await here.shop("count"))["looks"] - before
                        found.append(looks / (time.monotonic() - began))
        one, two = (percentile(rates[count], 50) for count in (1, 2))
        cores = os.cpu_count() or 1
        bar = ">= 1.7" if cores >= 4 else f"no bar: {cores} cores are shared by six processes"
        print(f"  one worker {one:.0f} looks/s, two {two:.0f}: {two / one:.2f} x   {bar}")
        return cores < 4 or two / one >= 1.7


def main() -> int:
    """Print the table; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--watches", type=int, default=10_000)
    parser.add_argument("--guilds", type=int, default=1_000)
    parser.add_argument("--every", type=float, default=300, help="seconds between two looks at a product")
    parser.add_argument("--changes", type=int, default=1_000)
    parser.add_argument("--kilobytes", type=int, default=30, help="of a page")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=1)
    parser.add_argument("--calm", action="store_true", help="kill nobody")
    parser.add_argument("--ratio", action="store_true", help="only compare one worker with two")
    parser.add_argument("--rounds", type=int, default=3, help="of --ratio")
    parser.add_argument("--seconds", type=float, default=20, help="of a round of --ratio")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; {asked.watches} watches each"
        f" {asked.every:g} s, {asked.guilds} guilds, {asked.guilds * _CHANNELS} channels, {asked.minutes:g} minutes,"
        f" {asked.workers} worker(s)",
        flush=True,
    )
    is_held = asyncio.run(ratio(asked) if asked.ratio else rehearsed(asked))
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
