"""How many people are answered without waiting for a shop, and how often shops are asked for one product at a time.

    python benchmarks/cache.py

1. An hour of fifty users, each with thirty questions for one of 500 products, a few of them asked for much more often
   than the rest (Zipf), over the real code with a clock that is moved by hand, starting with nothing known. Nothing is
   on the timetable, which would only make it better. Beside it the same hour without answers that are refreshed behind
   (only `cache.fresh`, five minutes).
2. Fifty askers in each of three processes, over a Valkey, at the same moment: how many looks at the shop.
3. What an answer costs: from the process's own memory, from the store, and a bare question to the store.

Ends with 1 when fewer than 75 % were answered without waiting, or when a product was looked at more than once in 2.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

import structlog

from alerts.answers import Answers, Tally
from alerts.clock import SystemClock
from alerts.domain.freshness import Freshness
from alerts.ports import Clock
from alerts.reach import Reach
from alerts.scan import Scan
from alerts.shelf import TRUST, Shelf
from alerts.store.embedded import Embedded
from alerts.store.memory import MemoryStore
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.asker import PRODUCT, ask_in_processes
from tests.fakes import FakeClock, Shops
from tests.worlds import IN, offer, product

BAR = 0.75
USERS, PRODUCTS, MINUTES = 50, 500, 60
EACH_ASKS = 30  # questions of a user in the hour
SKEW = 1.0  # Zipf's: the first is asked for twice as often as the second
CATEGORIES = ("boards", "cards", "consoles", None)
FRESH = timedelta(minutes=5)


def _answers(store: Store, clock: Clock, shops: Shops) -> Answers:
    shelf = Shelf(clock)
    scan = Scan(looks={"Acme": shops}, store=store, clock=clock, patience=timedelta(seconds=60), kept=shelf.put)
    rules = Freshness(fresh=FRESH, ttl={"default": timedelta(hours=1), "cards": timedelta(hours=24)})
    return Answers(scan=scan, store=store, clock=clock, freshness=rules, shelf=shelf, reach=Reach(clock))


async def replay(seed: int, *, max_age: timedelta | None) -> tuple[Tally, int, dict[str, Tally]]:
    """The hour. Answers how answers came about, how often shops were looked at, and the same by category."""
    dice, clock = random.Random(seed), FakeClock()
    answers = _answers(MemoryStore(clock=clock), clock, shops := Shops(clock, Acme=offer(IN, "100")))
    products = [
        product("Acme", sku=f"p{rank}").model_copy(update={"category": CATEGORIES[rank % len(CATEGORIES)]})
        for rank in range(PRODUCTS)
    ]
    weights = [1 / (rank + 1) ** SKEW for rank in range(PRODUCTS)]
    moments = sorted(dice.uniform(0, MINUTES * 60) for _ in range(USERS * EACH_ASKS))
    for before, now in zip([0.0, *moments], moments, strict=False):
        await clock.advance(now - before)
        await answers(dice.choices(products, weights)[0], max_age=max_age)
    await clock.advance(0)
    stats = answers.stats()
    return stats.total, shops.looks, dict(stats.by_category)


class _LeapingClock(SystemClock):
    """Each time it is asked, more than the second has passed in which a process trusts what it saw."""

    _ahead = 0.0

    def monotonic(self) -> float:
        self._ahead += 2 * TRUST.total_seconds()
        return super().monotonic() + self._ahead


async def costs(url: str) -> None:
    """Microseconds of an answer."""
    async with RedisStore(url) as store:
        near, far = (_answers(store, clock, _shops(clock)) for clock in (SystemClock(), _LeapingClock()))
        await near(PRODUCT)
        await far(PRODUCT)
        bare = await _microseconds(lambda: store.snapshot(PRODUCT.sku))
        from_store = await _microseconds(lambda: far(PRODUCT))
        from_memory = await _microseconds(lambda: near(PRODUCT))
        reference = min(bare, await _microseconds(lambda: store.snapshot(PRODUCT.sku)))
    print(
        f"3. an answer: {from_memory:.1f} µs from memory (for {TRUST.total_seconds():g} s), {from_store:.0f} µs from"
        f" the store; the store's own snapshot takes {reference:.0f} µs ({from_store / reference:.2f} of it)"
    )


def _shops(clock: Clock) -> Shops:
    shops = Shops(FakeClock(), Acme=offer(IN, "100"))
    shops.clock = clock  # type: ignore[assignment]  # real time, where tests have a fake
    return shops


async def _microseconds(ask: Callable[[], Awaitable[object]], times: int = 200, batches: int = 15) -> float:
    """The median of some batches: the machine may be at other things."""
    took = []
    for _ in range(batches):
        began = time.perf_counter()
        for _ in range(times):
            await ask()
        took.append((time.perf_counter() - began) / times * 1e6)
    return median(took)


async def _over_a_server(processes: int, askers: int) -> int:
    with tempfile.TemporaryDirectory(prefix="hs-cache-") as folder:
        async with Embedded(Path(folder)) as server:
            said = await asyncio.to_thread(ask_in_processes, server.url, processes=processes, askers=askers)
            looks = sum(int(str(each["looks"])) for each in said)
            print(f"2. {askers} askers in each of {processes} processes at once: {looks} look(s) at the shop, all"
                  f" answered within {max(float(str(each['seconds'])) for each in said):.2f} s"
                  " (the shop takes 0.2 s)")  # fmt: skip
        # Its own directory: the other processes' product is known in the first.
        with tempfile.TemporaryDirectory(prefix="hs-cache-") as other:
            async with Embedded(Path(other)) as server:
                await costs(server.url)
    return looks


def main() -> int:
    """Print the figures; 1 when one is worse than asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="so many different hours")
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--askers", type=int, default=50)
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(f"1. {USERS} users, {PRODUCTS} products, {USERS * EACH_ASKS:,} questions in {MINUTES} minutes, nothing known")
    rates = []
    for seed in range(asked.seeds):
        total, looks, by_category = asyncio.run(replay(seed, max_age=None))
        plain, plain_looks, _ = asyncio.run(replay(seed, max_age=FRESH))
        assert total.rate is not None
        assert plain.rate is not None
        rates.append(total.rate)
        each = ", ".join(f"{name} {tally.rate or 0:.0%}" for name, tally in by_category.items())
        print(f"   seed {seed}: {total.rate:.1%} without waiting ({total.hits:,} of {total.hits + total.misses:,};"
              f" {total.refreshes:,} refreshed behind, {looks:,} looks; {each});"
              f" without refreshing behind {plain.rate:.1%}, {plain_looks:,} looks")  # fmt: skip
    looks = asyncio.run(_over_a_server(asked.processes, asked.askers))
    return 0 if min(rates) >= BAR and looks == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
