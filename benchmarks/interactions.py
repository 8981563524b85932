"""How quickly is somebody answered? From INTERACTION_CREATE to the first answer of /scan, from memory.

    python benchmarks/interactions.py                a minute
    python benchmarks/interactions.py --profile      where the bot's time goes
    python benchmarks/interactions.py --seconds 60   longer

The bot as bot/app.py puts it together, over the real discord.py and the bundled Valkey: thirty products in six shops,
all of them young enough to be answered from memory. Discord is the playground's server in another process, over its
real gateway; the time is taken there. A person reads for a second on average before the next scan.

It needs two cores of its own: beside other work the tail shows how long one waits for a turn. Ends with 1 on a miss.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import logging
import pstats
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs as a script from anywhere

from alerts.clock import SystemClock
from alerts.domain.model import Availability, Evidence, Listing, Offer, Reading
from alerts.domain.money import Money
from alerts.settings.model import Settings
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from benchmarks.other_process import Server
from bot import logs
from bot.app import assemble, plug_in
from bot.client import Client
from bot.notify.apprise_worker import AppriseWorker

SHOPS = ("Acme", "Bitwares", "Circuit Corner", "Delta Parts", "Electra", "Fourier")
PRODUCTS = 30
TOKEN = "playground"
_PROOF = (
    Evidence(source="json-ld", path="offers.availability", raw="https://schema.org/InStock"),
    Evidence(source="buybox", path="form button", raw="Add to cart"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `ok` is None where there is no bar."""

    what: str
    value: str
    bar: str = ""
    ok: bool | None = None


def main() -> int:
    """Print the table; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="of the steady part")
    parser.add_argument("--rounds", type=int, default=20, help="of fifty at the same moment")
    parser.add_argument("--profile", action="store_true", help="print where the bot's time goes")
    asked = parser.parse_args()
    figures = asyncio.run(_measure(asked.seconds, asked.rounds, profile=asked.profile))
    for figure in figures:
        verdict = {None: "", True: "pass", False: "MISS"}[figure.ok]
        print(f"  {figure.what:<52} {figure.value:>28}  {figure.bar:<12} {verdict}".rstrip())
    missed = sum(figure.ok is False for figure in figures)
    print(f"\n{missed} missed" if missed else "\nevery bar is held")
    return 1 if missed else 0


async def _measure(seconds: float, rounds: int, *, profile: bool) -> list[Figure]:
    skus = [f"board-{n}" for n in range(PRODUCTS)]
    async with _connected_bot(skus) as discord:
        await discord("join", count=500)
        await discord("steadily", users=10, seconds=2, pause=0.2, products=skus)  # everything is loaded and warm
        profiler = cProfile.Profile() if profile else None
        cpu = time.process_time()
        if profiler:
            profiler.enable()
        steady = await discord("steadily", users=50, seconds=seconds, pause=1.0, products=skus)
        if profiler:
            profiler.disable()
        cpu, took = time.process_time() - cpu, steady["took"]
        rate = len(took) / steady["seconds"]
        restless = await discord("steadily", users=50, seconds=seconds / 4, pause=0.0, products=skus)
        bursts = [each for _ in range(rounds) for each in (await discord("at_once", users=50, products=skus))["took"]]
        crowd = (await discord("at_once", users=500, products=skus))["took"]
        if profiler:
            pstats.Stats(profiler).sort_stats("tottime").print_stats(30)
    return [
        Figure(
            f"50 people, {rate:.0f} scans a second, p50 / p95 / p99", _spread(took), "p95 < 50 ms", _p(took, 95) < 50
        ),
        Figure(
            f"50 who never pause, {len(restless['took']) / restless['seconds']:.0f} a second", _spread(restless["took"])
        ),
        Figure("50 in the same moment, p50 / p95 / p99", _spread(bursts)),
        Figure("500 in the same moment, p50 / p95 / p99", _spread(crowd)),
        Figure("500 in the same moment, the last one", f"{max(crowd):.0f} ms", "< 3,000 ms", max(crowd) < 3000),
        Figure("the bot's CPU per scan", f"{cpu * 1000 / len(took):.2f} ms"),
        Figure("the other side's CPU per scan", f"{steady['cpu'] * 1000 / len(took):.2f} ms"),
        Figure("the bot's largest memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"),
    ]


@asynccontextmanager
async def _connected_bot(skus: Sequence[str]) -> AsyncIterator[Server]:
    """The whole bot but for the shops, ready; every product looked at once."""
    logs.configure(logging.WARNING)
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="hs-interactions-") as folder:
        settings = _settings(skus, Path(folder))
        async with (
            Server.start("benchmarks.interacting.server") as discord,
            Embedded(Path(folder)) as valkey,
            RedisStore(valkey.url) as store,
            Client(api_base=discord.api_base, notes=store, clock=clock) as client,
        ):
            parts = assemble(
                settings,
                clock=clock,
                store=store,
                jobs_url="",
                looks=dict.fromkeys(SHOPS, _look),
                worker=AppriseWorker(),
            )
            await plug_in(client, parts)
            for product in parts.products:
                await parts.scan(product, max_age=timedelta(0))
            serving = asyncio.create_task(client.serve(TOKEN))
            await asyncio.wait_for(client.wait_until_ready(), 60)
            yield discord
            await client.close()
            await asyncio.gather(serving, return_exceptions=True)


def _settings(skus: Sequence[str], folder: Path) -> Settings:
    listings = [{"vendor": shop, "url": f"https://{shop.lower().replace(' ', '-')}.test/p"} for shop in SHOPS]
    products = [{"sku": sku, "name": f"Board {sku}", "listings": listings} for sku in skus]
    cache, store = {"fresh": "1h"}, {"data_dir": folder}
    # Everybody is in one server here, and the limits of one are not what is measured.
    limits = {"commands_per_user": 100_000, "commands_per_guild": 100_000}
    return Settings.model_validate({"cache": cache, "store": store, "limits": limits, "products": products})


async def _look(listing: Listing, *, fresh: bool = False) -> Reading:
    del fresh
    cents = sum(map(ord, listing.vendor + listing.sku)) % 1000
    price = Money.of(Decimal(10000 + cents) / 100, "GBP")
    stock = Availability.IN_STOCK if cents % 3 else Availability.OUT_OF_STOCK
    offer = Offer(availability=stock, price=price, evidence=_PROOF)
    return Reading(url=listing.url, at=datetime.now(UTC), outcome=offer)


def _p(took: Sequence[float], percent: int) -> float:
    return statistics.quantiles(took, n=100, method="inclusive")[percent - 1]


def _spread(took: Sequence[float]) -> str:
    return f"{_p(took, 50):.0f} / {_p(took, 95):.0f} / {_p(took, 99):.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
