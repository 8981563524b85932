"""What a scan costs, all of it: fetch, read, compare, keep; beside the least it could cost, and beside a peer.

    python benchmarks/scan.py [--pages 400] [--rounds 5] [--plain] [--peer-python /tmp/peer/bin/python]

A shop in a process of its own sends pages of 150 KB with JSON-LD, gzipped, over connections that stay open. One
process on one core looks at them, 64 at once: (a) fetching only, by the bot's own client; (b) bare aiohttp,
selectolax, json and one script call in the store; and the bot itself, its scan over its readers and its store, by its
own composition root. All take turns, round by round. What counts is CPU of that process, without the shop and store.

(c), changedetection.io, runs on the same pages when a Python that has it is named:
    python3.11 -m venv /tmp/peer && /tmp/peer/bin/pip install changedetection.io
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import structlog

from alerts.store.embedded import Embedded
from benchmarks.other_process import Server
from benchmarks.scanning.peer import peer_cost
from benchmarks.scanning.ways import Cost, measured, ways
from bot.cli.shared import quick_loop

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Case:
    """How the shop's pages differ from one visit to the next."""

    name: str
    told: str
    etag: bool = False
    salted: bool = False
    share: float = 0.0
    kind: str = "token"
    ways: tuple[str, ...] = ("door",)


CASES = (
    Case("scripts", "every answer has new tokens in its scripts and forms, as between any two visits", salted=True,
         ways=("fetch", "floor", "door")),
    Case("visible", "a visible text of every page is new, too: everything is read anew", salted=True, share=1.0,
         kind="visible", ways=("floor", "door")),
    Case("same", "95 % of the pages have the same bytes as before, without ETags", share=0.05, kind="visible"),
    Case("etag", "the same with ETags", etag=True, share=0.05, kind="visible"),
)  # fmt: skip


async def compared(pages: int, rounds: int, core: int, peer: Path | None) -> Mapping[tuple[str, str], list[Cost]]:
    """What each way took in each case, a list of rounds; the first two, in which everything is new, are not counted."""
    found: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="hs-scan-") as folder:
        async with (
            Embedded(Path(folder)) as server,
            Server.start("benchmarks.scanning.shop", str(pages)) as shop,
            ways(f"127.0.0.1:{shop.port}", server.url, pages) as known,
        ):
            if peer:
                await shop("turn", etag=False, salted=True)
                found["scripts", "peer"] = await peer_cost(peer, shop, min(pages, 100), min(rounds, 3))
            os.sched_setaffinity(0, {core})
            for case in CASES:
                for turn in range(rounds + 2):
                    for name in case.ways:
                        await shop(
                            "turn", etag=case.etag, salted=case.salted, share=case.share, kind=case.kind, first=turn
                        )
                        cost = await measured(known[name], pages)
                        if turn > 1:
                            found[case.name, name].append(cost)
    return found


def _cpu(found: Mapping[tuple[str, str], list[Cost]], case: str, way: str) -> float:
    return median(cost.cpu for cost in found[case, way])


def report(found: Mapping[tuple[str, str], list[Cost]]) -> None:
    """The table and the ratios."""
    print(f"\n{'pages':<10}{'way':<10}{'CPU ms/page':>14}{'from-to':>16}{'pages/s':>10}")
    for (case, way), costs in found.items():
        cpu = sorted(cost.cpu for cost in costs)
        print(f"{case:<10}{way:<10}{median(cpu):>14.3f}{f'{cpu[0]:.3f}-{cpu[-1]:.3f}':>16}"
              f"{median(cost.rate for cost in costs):>10.0f}")  # fmt: skip
    print()
    for case in CASES:
        print(f"{case.name + ':':<10}{case.told}")
    floor, door = _cpu(found, "scripts", "floor"), _cpu(found, "scripts", "door")
    print(f"\ndoor / (b), scripts: {door / floor:.2f} (bar: at most 1.6)")
    print(f"door / (b), visible: {_cpu(found, 'visible', 'door') / _cpu(found, 'visible', 'floor'):.2f}")
    print(f"door / (a), scripts: {door / _cpu(found, 'scripts', 'fetch'):.2f}")
    if ("scripts", "peer") in found:
        peer = _cpu(found, "scripts", "peer")
        print(f"changedetection.io / door, scripts: {peer / door:.1f} x the CPU a check (bar: at least 25)")
        print(f"changedetection.io / door, visible: {peer / _cpu(found, 'visible', 'door'):.1f} x")
    else:
        print("changedetection.io was not measured: name a Python that has it with --peer-python")
    etag = _cpu(found, "etag", "door")
    for case in ("visible", "scripts", "same"):
        print(f"95 % unchanged with ETags against {case}: {_cpu(found, case, 'door') / etag:.1f} x cheaper in CPU")


def _run(work: Coroutine[Any, Any, T], *, is_plain: bool) -> T:
    with asyncio.Runner(loop_factory=None if is_plain else quick_loop()) as runner:
        return runner.run(work)


def main() -> int:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plain", action="store_true", help="asyncio's own loop, even where uvloop is installed")
    parser.add_argument("--peer-python", type=Path, help="a Python that has changedetection.io")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    core = max(os.sched_getaffinity(0))
    extras = [name for name in ("uvloop", "isal") if find_spec(name) and not (asked.plain and name == "uvloop")]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f},"
          f" {' and '.join(extras) or 'no extras'}, {asked.pages} pages, medians of {asked.rounds} rounds")  # fmt: skip
    found = _run(compared(asked.pages, asked.rounds, core, asked.peer_python), is_plain=asked.plain)
    report(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
