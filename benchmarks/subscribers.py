"""One change and its many subscribers, among many other wishes: what fan-out needs for each of them.

    python benchmarks/subscribers.py [--most 50000] [--others 100000]

The real fan-out over the bundled Valkey: a price that falls, which each guild's floor is asked for; the first 1,000
subscribers, then ten times, then all of them, so that the cost of one can be compared. Beside them other products'
alerts lie in the store. A second task measures how long the event loop was held up.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from redis.asyncio import Redis

from alerts import crash
from alerts.clock import SystemClock
from alerts.domain.model import Availability, Change, ChangeKind, Listing, Offer, Product
from alerts.domain.money import Money
from alerts.domain.wishes import Subscription, Target, Watch
from alerts.fanout import Fanout
from alerts.products import Products
from alerts.store import keys
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore

NOW = datetime.now(UTC)
AT_ONCE = 16


@dataclass
class Lag:
    """How long the loop let a task wait that wanted to run every 5 ms."""

    waits: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            self.waits.append(time.perf_counter() - before - 0.005)


def offer(pounds: int) -> Offer:
    return Offer(availability=Availability.IN_STOCK, price=Money.of(pounds, "GBP"))


def product(sku: str) -> Product:
    shop = Listing(id="shop", sku=sku, product_name=sku, vendor="Shop", url=f"https://shop.test/{sku}")
    return Product(sku=sku, name=sku, listings=(shop,))


def change(sku: str) -> Change:
    return Change(
        kind=ChangeKind.PRICE_DROP, sku=sku, listing="shop", vendor="Shop", url=f"https://shop.test/{sku}",
        old=offer(100), new=offer(80), since=NOW - timedelta(hours=1), at=NOW,
    )  # fmt: skip


async def subscribe(store: RedisStore, sku: str, count: int, first: int) -> None:
    async def some(start: int) -> None:
        for guild in range(first + start, first + count, AT_ONCE):
            await store.add_watch(Watch(guild=guild, sku=sku, added_by=1, added_at=NOW))
            await store.put_subscription(
                Subscription(id="a", guild=guild, sku=sku, target=Target(id=guild), kinds=(ChangeKind.PRICE_DROP,),
                             added_by=1, added_at=NOW)
            )  # fmt: skip

    await asyncio.gather(*(some(start) for start in range(AT_ONCE)))


async def measure(most: int, others: int) -> None:
    sizes = sorted({min(most, 1_000), min(most, 10_000), most})
    products = [product(f"p{size}") for size in sizes]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="hs-subscribers-") as folder:
        async with (
            Embedded(Path(folder) / "d") as server,
            RedisStore(server.url) as store,
            Redis.from_url(server.url) as redis,
        ):
            for number, size in enumerate(sizes):
                await subscribe(store, f"p{size}", size, (number + 1) * 1_000_000)
            await subscribe(store, "another", others, 50_000_000)
            print(f"{await redis.dbsize():,} keys")
            fanout = Fanout(store=store, products=Products(products), clock=SystemClock(), name="a")
            for size in sizes:
                await spread(fanout, redis, f"p{size}", size)


async def spread(fanout: Fanout, redis: Redis, sku: str, size: int) -> None:
    told = change(sku).model_dump_json(exclude_defaults=True)
    before = int(await redis.xlen(keys.QUEUE))
    await redis.xadd(keys.CHANGES, {"v": "1", "change": told})
    asked: list[str] = []
    lag, server = Lag(), await redis.info("cpu")
    watching = asyncio.create_task(lag.watch())
    crash.arm(asked.append)
    began, cpu = time.perf_counter(), time.process_time()
    await fanout()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    crash.disarm()
    watching.cancel()
    after = await redis.info("cpu")
    theirs = sum(after[f"used_cpu_{each}"] - server[f"used_cpu_{each}"] for each in ("user", "sys"))
    queued = int(await redis.xlen(keys.QUEUE)) - before
    waits = sorted(lag.waits)
    trips = sum(not name.endswith(".done") for name in asked)
    print(f"{size:>7,} subscribers: {took:6.2f} s, {used / size * 1e6:5.0f} µs of CPU each and"
          f" {theirs / size * 1e6:4.0f} µs of the store's; {trips:,} round trips; loop held up"
          f" {waits[int(len(waits) * 0.99)] * 1000:.0f} ms (p99), {waits[-1] * 1000:.0f} ms (most);"
          f" {queued:,} deliveries queued", flush=True)  # fmt: skip
    assert queued == size
    assert not [name for name in asked if "SCAN" in name or "KEYS" in name]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=50_000)
    parser.add_argument("--others", type=int, default=100_000)
    wanted = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(30), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    asyncio.run(measure(wanted.most, wanted.others))
