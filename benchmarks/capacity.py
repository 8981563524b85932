"""What one more of anything needs in the store, and whether a scan costs more when there are more products.

    python benchmarks/capacity.py                            both; 100,000 products take some minutes
    python benchmarks/capacity.py --sizes 100,1000,10000     up to so many
    python benchmarks/capacity.py --only memory              the first table alone (or: growth)

Over the bundled Valkey, one server for each size. Memory is the difference that so many make to `used_memory`, with the
indexes and keys that belong to them. Growth: the real tick and the real scan (lock, snapshot, comparison, commit) with
shops that answer at once, so that the store and Python are all there is; the sizes take turns within the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import structlog
from redis.asyncio import Redis

from alerts.clock import SystemClock
from alerts.domain.audit import AuditEntry
from alerts.domain.deliveries import delivery_for
from alerts.domain.model import (
    Availability,
    Change,
    ChangeKind,
    Evidence,
    Listing,
    Offer,
    Point,
    Product,
    Reading,
    Tier,
)
from alerts.domain.money import Money
from alerts.domain.wishes import Subscription, Target, Watch
from alerts.scan import Scan
from alerts.store import keys
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from alerts.tick import Pace, Tick

NOW = datetime.now(UTC)
AT_ONCE, ROUNDS, SCANS = 16, 7, 300
PAGE = 200  # what one tick hands out
KINDS = (ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP)
Make = Callable[[RedisStore, int], Awaitable[object]]


def product(number: int, listings: int = 1) -> Product:
    sku = f"product-{number:07}"
    shops = tuple(
        Listing(id=f"shop-{n}-1a2b3c4d", sku=sku, product_name=f"Product {number}", vendor=f"Shop {n}",
                url=f"https://shop-{n}.test/products/{sku}")
        for n in range(listings)
    )  # fmt: skip
    return Product(sku=sku, name=f"Product {number}", tier=Tier.WARM, listings=shops)


def offer(number: int, pounds: int = 100) -> Offer:
    return Offer(
        availability=Availability.IN_STOCK if number % 3 else Availability.OUT_OF_STOCK,
        price=Money.of(f"{pounds + number % 900}.99", "GBP"),
        evidence=(
            Evidence(source="json-ld", path="offers.availability", raw="https://schema.org/InStock"),
            Evidence(source="buybox", path="form button", raw="Add to cart"),
        ),
    )


async def at_once(listing: Listing, *, fresh: bool = False) -> Reading:  # noqa: ARG001 - a Look is asked so
    """A shop with the same answer every time."""
    return Reading(url=listing.url, at=datetime.now(UTC), outcome=offer(int(listing.sku[-7:])))


def scanning(store: RedisStore, shops: int = 4) -> Scan:
    looks = {f"Shop {n}": at_once for n in range(shops)}
    return Scan(looks=looks, store=store, clock=SystemClock(), patience=timedelta(seconds=9))


async def each(count: int, do: Callable[[int], Awaitable[object]]) -> None:
    """So many, some at once."""

    async def some(first: int) -> None:
        for number in range(first, count, AT_ONCE):
            await do(number)

    await asyncio.gather(*(some(first) for first in range(AT_ONCE)))


# --- memory -----------------------------------------------------------------------------------------------------------


def change(number: int) -> Change:
    own = product(number).listings[0]
    return Change(
        kind=ChangeKind.RESTOCKED, sku=own.sku, listing=own.id, vendor=own.vendor, url=own.url,
        old=Offer(availability=Availability.OUT_OF_STOCK), new=offer(1), since=NOW - timedelta(hours=1), at=NOW,
    )  # fmt: skip


def subscription(number: int) -> Subscription:
    guild = 10**17 + number // 5
    return Subscription(
        id=f"{number:08x}", guild=guild, sku=product(number % 500).sku, target=Target(id=10**17 + number), kinds=KINDS,
        mention_role=10**17 + number, added_by=10**17 + number, added_at=NOW,
    )  # fmt: skip


async def _scanned(store: RedisStore, number: int, listings: int) -> None:
    await scanning(store)(product(number, listings), max_age=timedelta(0))


async def _product(store: RedisStore, number: int) -> None:
    await _scanned(store, number, 1)
    await store.schedule(product(number).sku, Tier.WARM, NOW)


async def _point(store: RedisStore, number: int) -> None:
    # As the commit keeps it, of a listing with a hundred points.
    at = NOW - timedelta(minutes=number)
    point = Point(at=at, vendor="Shop 0", availability=Availability.IN_STOCK, price=Money.of(f"{number}.99", "GBP"))
    name = keys.history(product(number // 100).sku, "shop-0-1a2b3c4d")
    await store._link.redis.zadd(name, {point.model_dump_json(exclude_defaults=True): at.timestamp() * 1000})  # noqa: SLF001 - one of a commit alone


async def _delivery(store: RedisStore, number: int) -> None:
    wish = subscription(number)
    await store.enqueue(delivery_for(change(number), wish, product_name="Product", now=NOW))


MAKES: dict[str, tuple[int, Make]] = {
    "a product with one listing": (5_000, _product),
    "a product with four listings": (5_000, lambda store, number: _scanned(store, 10_000 + number, 4)),
    "a point of change": (50_000, _point),
    "a server's watch": (
        20_000,
        lambda store, n: store.add_watch(
            Watch(guild=10**17 + n // 10, sku=product(n % 500 + n % 10).sku, added_by=10**17 + n, added_at=NOW)
        ),
    ),
    "an alert (subscription)": (20_000, lambda store, number: store.put_subscription(subscription(number))),
    "a delivery that waits": (5_000, _delivery),
    "an entry of the audit trail": (
        20_000,
        lambda store, n: store.note_audit(
            AuditEntry(guild=10**17 + n // 200, by=10**17 + n % 50, at=NOW, what="alert added", about="Product 1")
        ),
    ),
}


async def memory() -> None:
    print("\n| one more of | bytes | keys |\n|---|---|---|")
    for name, (count, make) in MAKES.items():
        with tempfile.TemporaryDirectory(prefix="hs-capacity-") as folder:
            async with (
                Embedded(Path(folder) / "d") as server,
                RedisStore(server.url) as store,
                Redis.from_url(server.url) as redis,
            ):
                await make(store, 0)  # scripts, groups and buffers are there from the beginning
                before, were = await _used(redis), await redis.dbsize()
                await each(count, lambda n, make=make, store=store: make(store, n + 1))
                more = await _used(redis) - before
                print(f"| {name} | {more / count:,.0f} | {(await redis.dbsize() - were) / count:.2f} |", flush=True)


async def _used(redis: Redis) -> int:
    return int((await redis.info("memory"))["used_memory_dataset"])


# --- growth -----------------------------------------------------------------------------------------------------------


@dataclass
class Costs:
    """Of one size: microseconds of ours and of the store's for a scan, and of both for what a tick hands out."""

    scan: list[float] = field(default_factory=list)
    scan_store: list[float] = field(default_factory=list)
    tick: list[float] = field(default_factory=list)


class Jobs:
    """A queue that takes everything: docket's own cost does not depend on how many products there are."""

    async def put(self, sku: str, *, slot: datetime) -> None: ...

    async def put_job(self, guild: int, job_id: str) -> None: ...

    async def work(self) -> None: ...


async def growth(sizes: Sequence[int]) -> None:
    dice = random.Random(7)
    async with AsyncExitStack() as closing:
        worlds: list[tuple[int, RedisStore, Redis, Costs]] = []
        for size in sizes:
            folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="hs-growth-"))
            server = await closing.enter_async_context(Embedded(Path(folder) / "d"))
            store = await closing.enter_async_context(RedisStore(server.url))
            redis = await closing.enter_async_context(Redis.from_url(server.url))
            began = time.perf_counter()
            await each(size, lambda n, store=store: _product(store, n))
            print(f"{size:,} products made in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
            worlds.append((size, store, redis, Costs()))
        for _ in range(ROUNDS):
            for size, store, redis, costs in worlds:
                await _round(size, store, redis, costs, dice)
        first = worlds[0][3]
        print("\n| products | a scan: our CPU | the store's | both, of the first | a product handed out by a tick |")
        print("|---|---|---|---|---|")
        for size, _, _, costs in worlds:
            ours, theirs = median(costs.scan), median(costs.scan_store)
            share = (ours + theirs) / (median(first.scan) + median(first.scan_store))
            print(f"| {size:,} | {ours:.0f} µs | {theirs:.0f} µs | {share:.2f} | {median(costs.tick):.0f} µs |")


async def _round(size: int, store: RedisStore, redis: Redis, costs: Costs, dice: random.Random) -> None:
    scan = scanning(store, 1)
    asked = [product(dice.randrange(size)) for _ in range(SCANS)]
    before, cpu = await _cpu(redis), time.process_time()
    for one in asked:
        await scan(one, max_age=timedelta(0))
    costs.scan.append((time.process_time() - cpu) / SCANS * 1e6)
    costs.scan_store.append((await _cpu(redis) - before) / SCANS * 1e6)
    tick = Tick(tiers={Tier.WARM: Pace(timedelta(seconds=1), PAGE)}, store=store, jobs=Jobs(), clock=SystemClock())
    before, cpu = await _cpu(redis), time.process_time()
    count = await tick()
    if count:
        costs.tick.append((time.process_time() - cpu + await _cpu(redis) - before) / count * 1e6)


async def _cpu(redis: Redis) -> float:
    found = await redis.info("cpu")
    return float(found["used_cpu_user"] + found["used_cpu_sys"])


async def measure(only: str | None, sizes: Sequence[int]) -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if only != "growth":
        await memory()
    if only != "memory":
        await growth(sizes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("memory", "growth"))
    parser.add_argument("--sizes", default="100,1000,10000,100000")
    wanted = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(30), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    asyncio.run(measure(wanted.only, [int(size) for size in wanted.sizes.split(",")]))
