"""Three schedulers and two workers, as programs of their own, over one Valkey: whatever happens to them, no slot is
lost and none looked at twice. A shop on loopback counts the looks.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web

from alerts.domain.wishes import OPERATOR, Watch
from alerts.store.redis.store import RedisStore
from tests.guards.project import ROOT
from tests.servers import Node
from tests.store.conftest import bundled
from tests.worlds import START

pytestmark = pytest.mark.valkey
EVERY, PRODUCTS = 4.0, 12
PAGE = """<html><head><title>{sku}</title><script type="application/ld+json">{{"@context": "https://schema.org",
"@type": "Product", "name": "{sku}", "offers": {{"@type": "Offer", "price": "10.00", "priceCurrency": "EUR",
"availability": "https://schema.org/InStock"}}}}</script></head><body><h1>{sku}</h1><p>10.00 EUR</p>
<button>Add to cart</button></body></html>"""


class CountingShop:
    """Serves every product and notes when each was looked at."""

    def __init__(self) -> None:
        self.looks = defaultdict[str, list[float]](list)
        self.authority = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_get("/{sku}", self._serve)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.authority = f"{host}:{port}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        sku = request.match_info["sku"]
        self.looks[sku].append(time.monotonic())
        return web.Response(text=PAGE.format(sku=sku), content_type="text/html")

    async def until_all_are_looked_at(self, times: int, *, within: float) -> None:
        async with asyncio.timeout(within):
            while len(self.looks) < PRODUCTS or min(map(len, self.looks.values())) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    def gaps(self, start: float, end: float) -> list[float]:
        """Between one look of a product and the next, of all that reach into this time; the last one until `end`."""
        return [
            after - before
            for looks in self.looks.values()
            for before, after in pairwise([*(at for at in looks if at <= end), end])
            if after >= start
        ]


def _config(shop: CountingShop, store: str, folder: Path) -> Path:
    products = [
        f"  - {{sku: p{number}, name: Product {number}, tier: hot, listings: [{{vendor: Shop,"
        f" url: 'http://{shop.authority}/p{number}'}}]}}"
        for number in range(PRODUCTS)
    ]
    lines = [
        f"store: {{url: '{store}'}}",
        f"fetch: {{pace: none, concurrency: 64, allow_private: ['{shop.authority}'], respect_robots: false}}",
        f"tiers: {{hot: {{every: {EVERY:g}s}}}}",
        "products:",
        *products,
    ]
    file = folder / "config.yaml"
    file.write_text("\n".join(lines))
    return file


@asynccontextmanager
async def _program(config: Path, role: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "bot", "run", "--config", str(config), "--roles", role, cwd=ROOT,
        stdout=DEVNULL, stderr=DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_no_slot_is_lost_and_none_looked_at_twice_whatever_happens_to_schedulers_and_the_store(
    tmp_path: Path,
) -> None:
    shop, node = CountingShop(), Node(bundled(), tmp_path / "valkey")
    async with AsyncExitStack() as closing:
        await closing.enter_async_context(shop.open())
        node.start()
        closing.callback(node.kill)
        async with RedisStore(node.url) as store:
            for number in range(PRODUCTS):
                await store.add_watch(Watch(guild=OPERATOR, sku=f"p{number}", added_by=0, added_at=START))
        config = _config(shop, node.url, tmp_path)
        roles = ["scheduler"] * 3 + ["worker"] * 2
        programs = [await closing.enter_async_context(_program(config, role)) for role in roles]
        killed, paused, *_ = programs
        await shop.until_all_are_looked_at(3, within=90)

        began = time.monotonic()
        killed.kill()
        await asyncio.sleep(6)
        paused.send_signal(signal.SIGSTOP)
        await asyncio.sleep(14)
        paused.send_signal(signal.SIGCONT)
        await asyncio.sleep(6)
        stalled = time.monotonic()
        assert node._process
        node._process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(12)
        node._process.send_signal(signal.SIGCONT)
        back = time.monotonic()
        await asyncio.sleep(14)
        ended = time.monotonic()
        assert [each.returncode for each in programs[1:]] == [None] * 4  # nobody gave up

    undisturbed, stall = shop.gaps(began, stalled), shop.gaps(stalled, back + EVERY)
    shortest = min(b - a for looks in shop.looks.values() for a, b in pairwise(at for at in looks if at >= began))
    counts = [sum(began <= at <= ended for at in looks) for looks in shop.looks.values()]
    print(f"every {EVERY:g} s: longest gap {max(undisturbed):.1f} s, over the stall of 12 s {max(stall):.1f} s,"
          f" shortest {shortest:.1f} s; {sum(counts)} looks in {ended - began:.0f} s")  # fmt: skip
    assert max(undisturbed) < 1.75 * EVERY  # a lost slot would be a gap of two
    assert max(stall) < 12 + 3 * EVERY
    assert shortest > EVERY / 8  # the same slot twice would follow at once
    assert max(counts) <= (ended - began) / EVERY + 1
