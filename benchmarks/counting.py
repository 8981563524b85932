"""What counting costs: per scan, per read of /metrics, and in the store.

    python benchmarks/counting.py [--scans 2000] [--vendors 20]

The same scans of a product with three listings, over the bundled Valkey, with nobody listening and with everybody who
listens in the real program, in turns; the shops answer at once, so that nothing hides the cost.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from redis.asyncio import Redis

from alerts.clock import SystemClock
from alerts.domain.model import Availability, Evidence, Listing, Offer, Product
from alerts.domain.money import Money
from alerts.metrics.gauges import Exposition
from alerts.metrics.metrics import Metrics
from alerts.observing import SILENT, Everybody, Observer
from alerts.reading.manners import polite
from alerts.scan import Scan
from alerts.store.embedded import Embedded
from alerts.store.promises.tallies import Batch
from alerts.store.redis.store import RedisStore
from alerts.tallying import Tallying

OFFER = Offer(
    availability=Availability.IN_STOCK,
    price=Money.of(100, "GBP"),
    evidence=(Evidence(source="json-ld", path="a", raw="b"), Evidence(source="buybox", path="a", raw="b")),
)


class Reader:
    async def read(self, _: Listing) -> Offer:
        return OFFER


def product(vendors: Sequence[str]) -> Product:
    listings = [
        Listing(id=f"l{i}", sku="pi5", product_name="Pi", vendor=name, url=f"https://s{i}.test/pi5")
        for i, name in enumerate(vendors)
    ]
    return Product(sku="pi5", name="Pi", listings=tuple(listings))


def scanning(store: RedisStore, observer: Observer, vendors: Sequence[str]) -> Scan:
    clock = SystemClock()
    looks = {
        name: polite(Reader(), clock=clock, vendor=name, observe=observer.looked, tripped=observer.tripped)
        for name in vendors
    }
    return Scan(looks=looks, store=store, clock=clock, patience=timedelta(seconds=9), observer=observer)


async def measure(scans: int, vendors: int) -> None:
    names, clock = [f"Vendor {i}" for i in range(vendors)], SystemClock()
    metrics = Metrics(vendors=names, version="1")
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Embedded(Path(folder) / "d") as server,
            RedisStore(server.url) as silent,
            RedisStore(server.url, observer=metrics, clock=clock) as tapped,
            Redis.from_url(server.url) as redis,
        ):
            tallying = Tallying(store=tapped, clock=clock, vendors=names)
            both = Everybody(metrics, tallying)
            _told(metrics, tallying, both)
            await _scans(
                scans, scanning(silent, SILENT, names[:3]), scanning(tapped, both, names[:3]), product(names[:3])
            )
            await tallying.flush()
            await _kept(tapped, tallying, names, redis)
            exposition = Exposition(metrics, store=tapped, clock=clock)
            began = time.perf_counter()
            text = await exposition.text()
            print(f"/metrics: {len(text) / 1000:.0f} kB in {(time.perf_counter() - began) * 1000:.1f} ms")


def _told(metrics: Metrics, tallying: Tallying, both: Observer) -> None:
    for name, observer in (("nobody", SILENT), ("metrics", metrics), ("tallying", tallying), ("both", both)):
        began = time.perf_counter()
        for number in range(20_000):
            observer.looked("Vendor 1", "in_stock", number % 900 / 1000)
        print(f"told of a look, {name}: {(time.perf_counter() - began) / 20_000 * 1e6:.1f} µs")


async def _scans(scans: int, silent: Scan, counted: Scan, what: Product) -> None:
    times: dict[str, list[float]] = {"silent": [], "counted": []}
    for _ in range(scans):
        for name, scan in (("silent", silent), ("counted", counted)):
            began = time.process_time()
            await scan(what, max_age=timedelta(0))
            times[name].append(time.process_time() - began)
    before, after = (median(times[name]) * 1e6 for name in ("silent", "counted"))
    print(f"a scan of 3 listings, processor time: {before:.0f} µs; counted {after:.0f} µs, {after - before:+.0f} µs")


async def _kept(store: RedisStore, tallying: Tallying, names: Sequence[str], redis: Redis) -> None:
    """The numbers of one busy day: each vendor with latencies from 100 ms to 20 s."""
    for name in names:
        for number in range(2_000):
            tallying.looked(name, "in_stock" if number % 9 else "timeout", 0.1 * 1.0027**number)
    for number in range(5_000):
        tallying.scanned(f"product-{number}", [])
        tallying.active(number % 400, number)
    began = time.perf_counter()
    await tallying.flush()
    took = (time.perf_counter() - began) * 1000
    today = datetime.now(UTC).date()
    await store.add_tallies(Batch("over", today + timedelta(days=1), over=today))
    found: dict[str, int] = {}
    async for key in redis.scan_iter("hs:{stats}:*", count=500):
        kind = key.decode().split(":")[2]
        found[kind] = found.get(kind, 0) + int(await redis.memory_usage(key, samples=0) or 0)
    by_day = sum(found.get(kind, 0) for kind in ("day", "products", "guilds", "users"))
    print(f"a batch of everything: {took:.1f} ms")
    print(f"a busy day of {len(names)} vendors: {by_day / 1000:.0f} kB kept, {by_day * 400 / 1e6:.0f} MB in 400 days")
    print("of it " + ", ".join(f"{kind} {size / 1000:.1f} kB" for kind, size in found.items()))


if __name__ == "__main__":
    asking = argparse.ArgumentParser()
    asking.add_argument("--scans", type=int, default=2_000)
    asking.add_argument("--vendors", type=int, default=20)
    asked = asking.parse_args()
    asyncio.run(measure(asked.scans, asked.vendors))
