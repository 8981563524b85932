"""How much does a request cost? The web face beside a handler that only says hello, in the same process and run.

    python benchmarks/http_api.py                 two minutes
    python benchmarks/http_api.py --profile scan  where the time of cached scans goes (or: history)

The web face is put together by bot/app.py over the bundled Valkey, with 30 products at six shops that answer by
themselves. The askers are another process: 50 programs, each on a connection of its own, with an API key of its own and
never a pause. Every key is checked, every request counted against its plan and every answer made into JSON. Rounds of
the two handlers take turns, since other work comes and goes on most machines, and the median of each counts.

"For one core" is requests by second of CPU of the process that serves; what the Valkey needs stands beside it.
Ends with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs as a script from anywhere

from benchmarks.other_process import Server
from benchmarks.requesting.rig import LONG, PRODUCTS, SLOW, Rig, rig
from bot.web.api.rendered import rendered_point

USERS, POINTS = 50, 10_000
_TIMES = 400  # requests of a user in a round: the largest plan allows 500 a minute
_LEAST_SHARE, _MOST_MS, _MOST_HISTORY_MS, _MOST_BATCH = 0.5, 50.0, 20.0, 1.3


@dataclass(frozen=True, slots=True)
class Round:
    """What came of some thousand requests."""

    took: Sequence[float]  # milliseconds
    rate: float  # by second
    per_core: float  # by second of the serving process's CPU
    store_share: float  # seconds of the store's CPU for a second of ours
    said: dict[str, Any]


def request(method: str, path: str, key: str = "", body: object = None, *more: str) -> str:
    """As a program sends it."""
    text = "" if body is None else json.dumps(body)
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: benchmark", "Accept: */*", *more]
    head += [f"Authorization: Bearer {key}"] if key else []
    head += ["Content-Type: application/json", f"Content-Length: {len(text)}"] if text else []
    return "\r\n".join([*head, "", text])


async def asked(askers: Server, at: Rig, port: int, plans: list[list[str]], times: int) -> Round:
    """One round; all of them have to be answered."""
    cpu, store = time.process_time(), await at.store_seconds()
    said = await askers("ask", port=port, plans=plans, times=times)
    cpu, store = time.process_time() - cpu, await at.store_seconds() - store
    count = len(said["took"])
    if set(said["statuses"]) - {"200", "304"}:
        raise SystemExit(f"not all were answered: {said['statuses']}\n{said['head']}\n{said['body']}")
    return Round(said["took"], count / said["seconds"], count / cpu, store / cpu, said)


def scans(key: str, user: int) -> list[str]:
    """A user's scans of all products, each beginning with another one."""
    skus = [f"board-{(user + n) % PRODUCTS}" for n in range(PRODUCTS)]
    return [request("POST", "/api/v1/scan", key, {"sku": sku}) for sku in skus]


async def beside(askers: Server, at: Rig, rounds: int) -> tuple[list[Round], list[Round], list[Round]]:
    """Rounds of hello, of hello to the very requests of scans, and of cached scans, in turns."""
    found: tuple[list[Round], list[Round], list[Round]] = ([], [], [])
    for n in range(-1, rounds):  # the first is for warming up
        keys = await at.keys(USERS)
        plans = [scans(key, user) for user, key in enumerate(keys)]
        hello = await asked(askers, at, at.bare_port, [[request("GET", "/")]] * USERS, _TIMES)
        same = await asked(askers, at, at.bare_port, plans, _TIMES // PRODUCTS)
        ours = await asked(askers, at, at.port, plans, _TIMES // PRODUCTS)
        assert '"source":"cached"' in ours.said["body"], ours.said["body"]
        for kept, one in zip(found, (hello, same, ours), strict=True):
            kept.extend([one] if n >= 0 else [])
    return found


async def histories(askers: Server, at: Rig, rounds: int, *more: str) -> Round:
    """One program that asks for 10,000 points again and again."""
    (key,) = await at.keys(1)
    plan = [request("GET", f"/api/v1/history?sku={LONG}&limit={POINTS}", key, None, *more)]
    found = await asked(askers, at, at.port, [plan], 20 * rounds)
    if not more:
        assert found.said["bytes"] > 150 * POINTS, found.said["bytes"]
    return found


async def first_histories(askers: Server, at: Rig, rounds: int) -> tuple[list[float], float]:
    """The same when the process has not said any of these points before; and milliseconds of its CPU."""
    (key,) = await at.keys(1)
    plan, took, cpu = [request("GET", f"/api/v1/history?sku={LONG}&limit={POINTS}", key)], list[float](), list[float]()
    for _ in range(3 * rounds):
        rendered_point.cache_clear()
        one = await asked(askers, at, at.port, [plan], 1)
        took += one.took
        cpu.append(1000 / one.per_core)
    return took, median(cpu)


async def batches(askers: Server, at: Rig, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of the slowest of five products alone, of all five one after the other, and of a batch of them."""
    slowest, sums, together = list[float](), list[float](), list[float]()
    (key,) = await at.keys(1)
    for _ in range(rounds):
        alone = [request("POST", "/api/v1/scan", key, {"sku": sku, "fresh": True}) for sku in SLOW]
        one_by_one = await asked(askers, at, at.port, [alone], 1)
        batch = request("POST", "/api/v1/scan/batch", key, {"skus": SLOW, "fresh": True})
        whole = await asked(askers, at, at.port, [[batch]], 1)
        assert '"successful":5' in whole.said["body"], whole.said["body"]
        slowest.append(max(one_by_one.took))
        sums.append(sum(one_by_one.took))
        together.append(whole.took[0])
    return slowest, sums, together


def spread(took: Sequence[float]) -> str:
    """p50 / p95 / p99."""
    return f"{_p(took, 50):.1f} / {_p(took, 95):.1f} / {_p(took, 99):.1f} ms"


def _p(took: Sequence[float], percent: int) -> float:
    return quantiles(took, n=100, method="inclusive")[percent - 1]


class Table:
    """Prints a line for each figure, and counts the bars that are missed."""

    def __init__(self) -> None:
        self.missed = 0

    def __call__(self, what: str, value: str, bar: str = "", *, ok: bool | None = None) -> None:
        verdict = {None: "", True: "pass", False: "MISS"}[ok]
        print(f"  {what:<58} {value:>30}  {bar:<10} {verdict}".rstrip())
        self.missed += ok is False


def _speed(table: Table, name: str, rounds: Sequence[Round]) -> None:
    rate, core = median(each.rate for each in rounds), median(each.per_core for each in rounds)
    share = median(each.store_share for each in rounds)
    table(f"{name}: requests a second", f"{rate:,.0f}")
    table("   for one core (and the Valkey's CPU beside it)", f"{core:,.0f} ({share:.2f})")
    table(f"   p50 / p95 / p99 of {USERS} at once", spread([each for one in rounds for each in one.took]))


async def measure(rounds: int) -> int:
    """All of it; answers how many bars were missed."""
    table = Table()
    async with Server.start("benchmarks.requesting.client") as askers, rig(POINTS) as at:
        hello, same, cached = await beside(askers, at, rounds)
        _speed(table, "a bare handler", hello)
        _speed(table, "a bare handler, asked for scans and reading nothing", same)
        _speed(table, "a cached scan", cached)
        shares = [ours.rate / bare.rate for ours, bare in zip(cached, hello, strict=True)]
        cores = [ours.per_core / bare.per_core for ours, bare in zip(cached, hello, strict=True)]
        share, slow = median(shares), median(_p(each.took, 95) for each in cached)
        table("   of the bare handler's requests a second", f"{share:.2f}", "≥ 0.5", ok=share >= _LEAST_SHARE)
        likes = [ours.per_core / each.per_core for ours, each in zip(cached, same, strict=True)]
        table("   the same for one core; beside hello to a scan", f"{median(cores):.2f}; {median(likes):.2f}")
        table("   p95, the median of the rounds", f"{slow:.1f} ms", "< 50 ms", ok=slow < _MOST_MS)
        print(f"  (shares by round: {', '.join(f'{each:.2f}' for each in shares)})")
        whole = await histories(askers, at, rounds)
        middle = _p(whole.took, 50)
        table(f"history of {POINTS:,} points, p50 / p95 / p99", spread(whole.took))
        table("   p50", f"{middle:.1f} ms", "< 20 ms", ok=middle < _MOST_HISTORY_MS)
        first, cpu = await first_histories(askers, at, rounds)
        table(f"   for the first time ({cpu:.0f} ms of CPU; else {1000 / whole.per_core:.0f})", spread(first))
        packed = await histories(askers, at, rounds, "Accept-Encoding: zstd")
        table(f"   in zstd ({packed.said['bytes'] / 1024:,.0f} of {whole.said['bytes'] / 1024:,.0f} KB)",
              spread(packed.took))  # fmt: skip
        mark = next(line for line in whole.said["head"].split("\r\n") if line.startswith("ETag: "))
        known = await histories(askers, at, rounds, mark.replace("ETag", "If-None-Match"))
        table("   nothing new (304)", spread(known.took))
        slowest, sums, together = await batches(askers, at, rounds)
        ratio = median(whole / most for whole, most in zip(together, slowest, strict=True))
        table("a batch of five uncached, by its slowest alone", f"{ratio:.2f}", "≤ 1.3", ok=ratio <= _MOST_BATCH)
        table("   saved against one after the other", f"{1 - median(together) / median(sums):.0%}")
    return table.missed


async def profiled(what: str) -> None:
    """Where the serving process's time goes."""
    async with Server.start("benchmarks.requesting.client") as askers, rig(POINTS) as at:
        keys = await at.keys(USERS)
        plans = [scans(key, user) for user, key in enumerate(keys)]
        profiler = cProfile.Profile(time.thread_time)  # what waits for its turn is no cost of ours
        for part in (2, _TIMES // PRODUCTS - 2):
            if part > 2:
                profiler.enable()
            if what == "scan":
                await asked(askers, at, at.port, plans, part)
            else:
                await histories(askers, at, 1)
        profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def main() -> int:
    """Print the figures; 1 when one is worse than asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="of each handler")
    parser.add_argument("--profile", choices=["scan", "history"], help="print where the time goes")
    told = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {', '.join(f'{each:.2f}' for each in os.getloadavg())}")
    if told.profile:
        asyncio.run(profiled(told.profile))
        return 0
    missed = asyncio.run(measure(told.rounds))
    print(f"load {', '.join(f'{each:.2f}' for each in os.getloadavg())}")
    print(f"{missed} missed" if missed else "every bar is held")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
