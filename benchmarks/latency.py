"""How soon after a page has changed does the message stand in its channel? Everything in processes of its own.

    python benchmarks/latency.py                           500 and 5,000 listings, about six minutes
    python benchmarks/latency.py --listings 500 --changes 30
    python benchmarks/latency.py --peer-python /tmp/peer/bin/python    changedetection.io beside it, on the same shop

A shop (150 KB pages, gzip, ETag), a Valkey, `hardware-sentry run` with the roles bot, scheduler and worker, and the
Discord-compatible server. Every listing is due each second and no pace is kept, so that they are swept at full speed.
Random listings come back in stock, get a tenth cheaper, or cost half of what they did, which is believed only when a
second look agrees; none twice. The time of a change and of its message are by the same clock; a sweep is the time
between two looks at the same listing, by the shop's own notes. Bar: p95 <= 2 x the sweep, and for what waits for a
second look the confirmation delay on top.

The peer's Python: python3.11 -m venv /tmp/peer && /tmp/peer/bin/pip install changedetection.io
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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs as a script from anywhere

import structlog

from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from benchmarks.other_process import Server
from benchmarks.whole import seed
from benchmarks.whole.peer import peer_latency
from benchmarks.whole.program import Program, running
from benchmarks.whole.shop import Plan
from benchmarks.whole.told import Alert, gaps, matched, percentile, uncalled

KINDS = ("restock", "drop", "deep")
DELAY = 10.0  # confirm.restock_delay, as it is by default
_CHANNELS = 10
_BASELINE = 300.0  # seconds until everything has to be known
_LATEST = 120.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run gave. `sweep` is the median of times between two looks, `slowest` their p95."""

    who: str
    sweep: float
    slowest: float
    alerts: Sequence[Alert]
    uncalled: int
    cpu: float  # seconds for a second
    waited: float  # seconds without a core, for a second


async def ours(plan: Plan, changes: int, choose: random.Random, *, profile: Path | None = None) -> Figures:
    """One run of the whole program; `profile` is where to say what its time went into."""
    with tempfile.TemporaryDirectory(prefix="hs-latency-") as name:
        folder = Path(name)
        async with (
            Server.start("benchmarks.whole.shop", json.dumps(asdict(plan))) as shop,
            Server.start("benchmarks.whole.discord") as discord,
            Embedded(folder / "d") as valkey,
            RedisStore(valkey.url) as store,
        ):
            ((guild, channels),) = (await discord("build", guilds=1, channels=_CHANNELS))["guilds"]
            heard = await seed.fill(store, plan, shop.port, [(int(guild), [int(each) for each in channels])])
            config = seed.config(
                folder, plan=plan, port=shop.port, store=valkey.url, api_base=discord.api_base,
                discord={"api_base": discord.api_base, "pace": "none"},
                tiers={"hot": {"every": "1s", "limit": plan.products}},
            )  # fmt: skip
            program = Program("program", "bot,scheduler,worker", config, folder, profile=profile)
            async with running(program):
                await _looked_at(shop, plan.products)
                began, before = time.time(), program.usage()
                await changed(shop, plan, changes, choose)
                owed = sum(len(heard[each["number"]]) for each in (await shop("noted"))["changes"])
                await _told(discord, owed)
                took, after = time.time() - began, program.usage()
                noted, told = await shop("noted"), (await discord("told"))["told"]
    between = gaps(noted["looks"], since=began, until=began + took)
    alerts = matched(noted["changes"], heard, told)
    return Figures("hardware-sentry", percentile(between, 50), percentile(between, 95), alerts,
                   uncalled(noted["changes"], told), (after.cpu - before.cpu) / took,
                   (after.waited - before.waited) / took)  # fmt: skip


async def changed(shop: Server, plan: Plan, changes: int, choose: random.Random) -> None:
    """One thing after the other happens to listings that nothing has happened to."""
    is_out = [number for number in range(plan.products) if number % 2]
    is_in = [number for number in range(plan.products) if number % 2 == 0]
    choose.shuffle(is_out)
    choose.shuffle(is_in)
    for n in range(changes):
        kind = KINDS[n % len(KINDS)]
        await shop("change", number=(is_out if kind == "restock" else is_in).pop(), kind=kind)
        await asyncio.sleep(choose.uniform(0.1, 0.9))


async def _looked_at(shop: Server, products: int) -> None:
    """Return when everything was looked at, and the last of it is kept."""
    deadline = time.monotonic() + _BASELINE
    while time.monotonic() < deadline:
        count = await shop("count")
        if count["least"]:
            await asyncio.sleep(3)
            return
        await asyncio.sleep(0.5)
    raise RuntimeError(f"of {products} listings {count['products']} were looked at in {_BASELINE:.0f} s: {count}")


async def _told(discord: Server, owed: int) -> None:
    """Return when so much was told, or when it is too late for more."""
    deadline = time.monotonic() + _LATEST
    while time.monotonic() < deadline:
        told = (await discord("told"))["told"]
        if len({(each["number"], each["channel"]) for each in told}) >= owed:
            return
        await asyncio.sleep(0.5)


def shown(found: Figures, listings: int) -> bool:
    """Print it; whether the bar is held."""
    lost = sum(each.late is None for each in found.alerts)
    twice = sum(each.messages > 1 for each in found.alerts)
    print(
        f"\n{found.who}, {listings} listings: a sweep {found.sweep:.2f} s (p95 {found.slowest:.2f});"
        f" {len(found.alerts)} alerts, {lost} lost, {twice} doubled, {found.uncalled} uncalled for;"
        f" {found.cpu:.2f} cores used, {found.waited:.2f} s of each second waiting for one"
    )
    is_held = not lost and not twice and not found.uncalled
    for kind in KINDS:
        late = [each.late for each in found.alerts if each.kind == kind and each.late is not None]
        if not late:
            continue
        bar = 2 * found.sweep + (DELAY if kind == "deep" else 0.0)
        p95 = percentile(late, 95)
        is_held &= p95 <= bar
        print(
            f"  {kind:<8} p50 {percentile(late, 50):6.2f}  p95 {p95:6.2f}  max {max(late):6.2f} s"
            f"   bar p95 <= {bar:.2f}  {'pass' if p95 <= bar else 'MISS'}"
        )
    return is_held


async def measured(asked: argparse.Namespace) -> bool:
    """All runs; whether every bar is held."""
    is_held = True
    for listings in asked.listings:
        plan = Plan(listings, vendors=10, kilobytes=asked.kilobytes)
        found = await ours(plan, asked.changes, random.Random(8), profile=asked.profile)
        is_held &= shown(found, listings)
    if asked.peer_python is None:
        print("\nchangedetection.io was not run beside it: name a Python that has it with --peer-python.")
        return is_held
    plan = Plan(asked.peer_listings, vendors=10, kilobytes=asked.kilobytes)
    print(await peer_latency(asked.peer_python, plan, asked.changes, changed))
    return is_held


def main() -> int:
    """Print the table; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--changes", type=int, default=90)
    parser.add_argument("--kilobytes", type=int, default=150, help="of a page")
    parser.add_argument("--peer-python", type=Path, help="a Python that has changedetection.io")
    parser.add_argument("--peer-listings", type=int, default=500)
    parser.add_argument("--profile", type=Path, help="a file for cProfile's figures of the program, for pstats")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, pages of {asked.kilobytes} KB,"
          f" {asked.changes} changes")  # fmt: skip
    is_held = asyncio.run(measured(asked))
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
