"""What unchanged reads cost: the store after the first read of every listing, and after the last.

    python benchmarks/memory.py                                  10,000 listings x 25 reads, about a minute
    python benchmarks/memory.py --listings 10000 --reads 1000    all that issue 4 asks for, about an hour

A bundled Valkey in a directory of its own; each read goes as a scan does: lock, snapshot, `advance`, commit, unlock.
Ends with 1 when there are more keys, points of history or bytes in keys than after the first read, or more data.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from redis.asyncio import Redis

from alerts.domain.changes import advance
from alerts.domain.model import Availability, Evidence, Listing, Offer, Reading
from alerts.domain.money import Money
from alerts.store.embedded import Embedded
from alerts.store.ports import Commit
from alerts.store.redis.store import RedisStore

SHOPS = 4  # listings of one product, committed together
AT_ONCE = 16
# used_memory_dataset is what is left when the server takes its guess at clients' buffers off; between two looks at idle
# data it was seen to move by 80 KB either way. The sum over the keys is exact.
NOISE = 256 * 1024
FIRST = datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is, as the server counts it. `held` is the sum of MEMORY USAGE over all our keys."""

    dataset: int
    held: int
    keys: int
    points: int

    def __str__(self) -> str:
        return f"{self.dataset:>12,} B dataset, {self.held:>12,} B in {self.keys:,} keys, {self.points:,} points"


def products(listings: int) -> list[list[Listing]]:
    """So many listings, four to a product."""
    made = [
        Listing(id=f"shop-{n % SHOPS}", sku=f"product-{n // SHOPS:05}", product_name=f"Product {n // SHOPS}",
                vendor=f"Shop {n % SHOPS}", url=f"https://shop-{n % SHOPS}.test/products/{n // SHOPS:05}")
        for n in range(listings)
    ]  # fmt: skip
    return [made[at : at + SHOPS] for at in range(0, listings, SHOPS)]


def offer(listing: Listing) -> Offer:
    """What the shop says at every read: a price, stock, and the usual evidence of two layers."""
    number = int(listing.sku[-5:])
    return Offer(
        availability=Availability.OUT_OF_STOCK if number % 3 else Availability.IN_STOCK,
        price=Money.of(f"{10 + number % 990}.99", "GBP"),
        name=listing.product_name,
        evidence=(
            Evidence(source="json-ld", path="offers.availability", raw="https://schema.org/InStock"),
            Evidence(source="buybox", path="form button", raw="Add to cart"),
        ),
    )


async def read_once(store: RedisStore, listings: Sequence[Listing], at: datetime) -> None:
    """One scan of one product, as alerts/scan.py keeps it."""
    lock = await store.lock(listings[0].sku, ttl=timedelta(seconds=15))
    assert lock
    before = await store.snapshot(lock.sku)
    readings = [Reading(url=each.url, at=at, outcome=offer(each)) for each in listings]
    steps = {
        each.id: advance(each, before.known(each.id), reading) for each, reading in zip(listings, readings, strict=True)
    }
    after = before.model_copy(update={"scanned_at": at, "listings": tuple(step.known for step in steps.values())})
    points = {listing: step.point for listing, step in steps.items() if step.point}
    changes = [change for step in steps.values() for change in step.changes]
    assert await store.commit(Commit(lock, after, points, changes))
    await store.unlock(lock)


async def read_all(store: RedisStore, asked: Sequence[Sequence[Listing]], at: datetime) -> None:
    """One round over all products."""

    async def some(first: int) -> None:
        for listings in asked[first::AT_ONCE]:
            await read_once(store, listings, at)

    await asyncio.gather(*(some(first) for first in range(AT_ONCE)))


async def size(redis: Redis) -> Size:
    """Measure while nobody writes."""
    names = [name async for name in redis.scan_iter(count=1000)]
    held = points = 0
    for at in range(0, len(names), 1000):
        pipe = redis.pipeline(transaction=False)
        for name in names[at : at + 1000]:
            pipe.execute_command("MEMORY USAGE", name, "SAMPLES", 0)
        held += sum(await pipe.execute())
        for name in names[at : at + 1000]:
            if b":hist:" in name:
                pipe.zcard(name)
        points += sum(await pipe.execute())
    await redis.slowlog_reset()  # what the server keeps of slow commands is none of ours
    memory = await redis.info("memory")
    return Size(int(memory["used_memory_dataset"]), held, int(await redis.dbsize()), points)


async def measure(asked: Sequence[Sequence[Listing]], reads: int, folder: Path) -> list[Size]:
    """After the first read of everything, after the last, and a few times between."""
    sizes: list[Size] = []
    async with Embedded(folder) as server, RedisStore(server.url) as store, Redis.from_url(server.url) as redis:
        for read in range(reads):
            await read_all(store, asked, FIRST + read * timedelta(minutes=5))
            if read + 1 in (1, 2, 10, 100, 1000, reads):
                sizes.append(await size(redis))
                print(f"after read {read + 1:>5}: {sizes[-1]}", flush=True)
    return sizes


def main() -> int:
    """Print the sizes; 1 when unchanged reads made the store larger."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=10_000)
    parser.add_argument("--reads", type=int, default=25, help="how often each listing is read, the first included")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(f"{asked.listings:,} listings, {SHOPS} to a product, {asked.reads:,} reads of each, none with a change")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="hs-memory-") as folder:
        sizes = asyncio.run(measure(products(asked.listings), asked.reads, Path(folder)))
    took, first, last = time.perf_counter() - began, sizes[0], sizes[-1]
    data, held = last.dataset - first.dataset, last.held - first.held
    print(f"from the first read to the last: {data:+,} B dataset ({data / first.dataset:+.2%}), {held:+,} B in keys,"
          f" {last.keys - first.keys:+} keys, {last.points - first.points:+} points")  # fmt: skip
    print(f"{took:.0f} s, {asked.listings * asked.reads / took:,.0f} reads a second")
    is_larger = last.dataset > first.dataset + NOISE or last.held > first.held
    return 1 if is_larger or last.keys > first.keys or last.points > first.points else 0


if __name__ == "__main__":
    sys.exit(main())
