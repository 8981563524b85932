"""How long a chart of /history takes, how large it is, and how long the event loop has to wait meanwhile.

    python benchmarks/charts.py [--each 20]

Histories without any chance in them: so many shops, each with so many points over a hundred days. The first chart of a
process, which loads matplotlib, is told by itself. The lag is how late a task is that wants to wake every millisecond.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

from alerts.domain.model import Availability, Listing, Point, Product
from alerts.domain.money import Money
from alerts.domain.stats import timeline
from alerts.history import Past
from bot.charts import Charts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STATES = (Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.PREORDER, Availability.LIMITED)


def history(shops: int, points: int) -> Past:
    """So many shops with so many points each."""
    name = "Raspberry Pi 5"
    listings = [
        Listing(id=f"l{i}", sku="pi5", product_name=name, vendor=f"Shop {i}", url=f"https://shop{i}.test/pi5")
        for i in range(shops)
    ]
    histories = [[_point(i, n, points) for n in range(points)] for i in range(shops)]
    product = Product(sku="pi5", name=name, listings=tuple(listings))
    return Past(product, listings, histories, timeline(histories, NOW))


def _point(shop: int, number: int, of: int) -> Point:
    return Point(
        at=NOW - timedelta(days=100) * (of - number) / of,
        vendor=f"Shop {shop}",
        availability=STATES[(number * 7 + shop) % 11 % 4],
        price=Money.of(80 + 9 * shop + (number * 37 + shop * 11) % 23, "GBP"),
    )


async def measure(each: int) -> None:
    charts, before, started = Charts(), _memory(), time.perf_counter()
    await charts.draw(history(1, 1), None)
    took = time.perf_counter() - started
    print(f"the first chart of a process: {took:.2f} s, {_memory() - before:.0f} MB more memory")
    print(f"{'shops':>6} {'points':>7} {'median ms':>10} {'p95 ms':>7} {'cpu ms':>7} {'lag p99 ms':>11} {'kB':>6}")
    for shops, points in ((1, 1), (3, 20), (5, 200), (8, 200), (12, 50), (5, 2000), (40, 250)):
        past, late, times, size = history(shops, points), list[float](), list[float](), 0
        watcher, cpu = asyncio.create_task(_watch(late)), time.process_time()
        for _ in range(each):
            started = time.perf_counter()
            drawn = await charts.draw(past, None)
            size = len(drawn.png) if drawn else 0
            times.append((time.perf_counter() - started) * 1000)
        watcher.cancel()
        cpu = (time.process_time() - cpu) * 1000 / each
        figures = f"{median(times):>10.0f} {quantiles(times, n=20)[-1]:>7.0f} {cpu:>7.0f}"
        print(f"{shops:>6} {shops * points:>7} {figures} {quantiles(late, n=100)[-1]:>11.1f} {size / 1000:>6.1f}")
    charts.close()


async def _watch(late: list[float]) -> None:
    while True:
        started = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append((time.perf_counter() - started) * 1000 - 1)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=20)
    asyncio.run(measure(parser.parse_args().each))
