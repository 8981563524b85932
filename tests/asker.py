"""A process of its own that asks for one product many times at once: `python -m tests.asker STORE ASKERS`.

Says "ready", waits for a line, asks, and says in JSON how often it looked at the shop and how the answers came about.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from alerts.answers import Answers
from alerts.clock import SystemClock
from alerts.domain.freshness import Freshness
from alerts.domain.model import Listing, Reading
from alerts.reach import Reach
from alerts.scan import Scan
from alerts.shelf import Shelf
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.worlds import IN, offer, product

PRODUCT = product("Acme")
SLOW = 0.2  # seconds that the shop takes


class Shop:
    """A Look that takes as long as a shop does, and counts."""

    def __init__(self, clock: SystemClock) -> None:
        self.clock, self.looks = clock, 0

    async def __call__(self, listing: Listing, *, fresh: bool = False) -> Reading:
        self.looks += 1
        await self.clock.sleep(SLOW)
        return Reading(url=listing.url, at=self.clock.now(), outcome=offer(IN, "100"))


def answers_over(store: Store, clock: SystemClock, shop: Shop) -> Answers:
    """As bot/app.py plugs them together."""
    shelf = Shelf(clock)
    scan = Scan(looks={"Acme": shop}, store=store, clock=clock, patience=timedelta(seconds=20), kept=shelf.put)
    return Answers(scan=scan, store=store, clock=clock, freshness=Freshness(), shelf=shelf, reach=Reach(clock))


async def ask(url: str, askers: int) -> None:
    """What the process does."""
    clock = SystemClock()
    async with RedisStore(url) as store:
        shop = Shop(clock)
        answers = answers_over(store, clock, shop)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = clock.monotonic()
        found = await asyncio.gather(*(answers(PRODUCT) for _ in range(askers)))
        took = clock.monotonic() - began
    sources = Counter(each.source.value for each in found)
    print(json.dumps({"looks": shop.looks, "sources": sources, "seconds": round(took, 3)}), flush=True)


def ask_in_processes(url: str, *, processes: int, askers: int) -> list[dict[str, object]]:
    """Have them ask at the same moment; what each says."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.asker", url, str(askers)]
    started = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[1])
        for _ in range(processes)
    ]
    try:
        for each in started:
            assert each.stdout
            assert each.stdout.readline() == "ready\n"
        for each in started:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        return [json.loads(each.communicate(timeout=60)[0]) for each in started]
    finally:
        for each in started:
            each.kill()
            each.communicate()


if __name__ == "__main__":
    asyncio.run(ask(sys.argv[1], int(sys.argv[2])))
