"""The web face as bot/app.py puts it together, over the bundled Valkey, with shops that answer by themselves."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from aiohttp import web

from alerts.clock import SystemClock
from alerts.domain.api_keys import Plan, Scope
from alerts.domain.model import Availability, Evidence, Known, Listing, Offer, Reading, Snapshot, point_of
from alerts.domain.money import Money
from alerts.metrics.metrics import Metrics
from alerts.observing import Everybody
from alerts.settings.model import Settings
from alerts.settings.web import WebSection
from alerts.store.embedded import Embedded
from alerts.store.ports import Commit
from alerts.store.redis.store import RedisStore
from alerts.tallying import Tallying
from bot import logs
from bot.app import Engine, assemble, health_of, web_application
from bot.notify.apprise_worker import AppriseWorker
from bot.web.api.all import scan_jobs
from bot.web.server import serving

SHOPS = ("Acme", "Bitwares", "Circuit Corner", "Delta Parts", "Electra", "Fourier")
PRODUCTS = 30
LONG = "long-history"
SLOW = tuple(f"slow-{n}" for n in range(5))
_PATIENCE = (0.20, 0.25, 0.30, 0.35, 0.40)  # seconds of the shops of each slow product
_GUILDS = range(1, 11)  # a guild may have ten keys
_PROOF = (
    Evidence(source="json-ld", path="offers.availability", raw="https://schema.org/InStock"),
    Evidence(source="buybox", path="form button", raw="Add to cart"),
)


@dataclass(frozen=True, slots=True)
class Rig:
    """`port` is the bot's, `bare_port` that of the same server with nothing but a handler that says hello."""

    port: int
    bare_port: int
    parts: Engine
    store: RedisStore
    made: list[str]

    async def keys(self, count: int) -> list[str]:
        """New keys of the largest plan, by so many programs of ten servers. Those before are revoked."""
        for text in self.made:
            guild, _, key_id = text.partition("|")
            await self.parts.api_keys.revoke(int(guild), key_id)
        self.made.clear()
        texts = []
        for n in range(count):
            guild = _GUILDS[n % len(_GUILDS)]
            key, text = await self.parts.api_keys.create(guild, f"k{n}", scopes=tuple(Scope), plan=Plan.ENTERPRISE)
            self.made.append(f"{guild}|{key.id}")
            texts.append(str(text))
        return texts

    async def store_seconds(self) -> float:
        """CPU that the Valkey has used."""
        found = await self.store._link.redis.info("cpu")  # noqa: SLF001 - only a benchmark asks this
        return float(found["used_cpu_user"] + found["used_cpu_sys"])


@asynccontextmanager
async def rig(points: int) -> AsyncIterator[Rig]:
    """Listening, every product looked at once, and `points` points of change of one product."""
    logs.configure(logging.WARNING)
    clock = SystemClock()
    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="hs-http-")))
        settings = _settings(folder)
        metrics = Metrics(vendors=SHOPS, version="0")
        valkey = await closing.enter_async_context(Embedded(folder))
        store = await closing.enter_async_context(RedisStore(valkey.url, observer=metrics, clock=clock))
        tallying = Tallying(store=store, clock=clock, vendors=SHOPS)
        worker = AppriseWorker()
        closing.push_async_callback(worker.aclose)
        parts = assemble(settings, clock=clock, store=store, jobs_url="", looks=dict.fromkeys(SHOPS, _look),
                         worker=worker, observer=Everybody(metrics, tallying))  # fmt: skip
        closing.push_async_callback(parts.answers.aclose)
        jobs = scan_jobs(store=store, queue=_NoQueue(), answers=parts.answers, products=parts.products.offered,
                         limits=parts.limits, clock=clock)  # fmt: skip

        async def text() -> bytes:
            return metrics.text()

        health = health_of(parts, asyncio.Event(), needs_gateway=False)
        app = web_application(parts, health=health, metrics=text, jobs=jobs)
        await _remember(parts, store, points)
        for product in parts.products:
            if product.sku not in (LONG, *SLOW):
                await parts.scan(product, max_age=timedelta(0))
        port = await closing.enter_async_context(serving(app, WebSection(port=0)))
        bare_port = await closing.enter_async_context(serving(_bare(), WebSection(port=0)))
        yield Rig(port, bare_port, parts, store, [])


def _bare() -> web.Application:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    app.router.add_post("/api/v1/scan", hello)
    return app


class _NoQueue:
    async def put_job(self, guild: int, job_id: str) -> None:
        raise AssertionError("nobody begins a job in this benchmark")


def _settings(folder: Path) -> Settings:
    def product(sku: str, shops: Sequence[str]) -> dict[str, object]:
        listings = [{"vendor": shop, "url": f"https://{shop.lower().replace(' ', '-')}.test/{sku}"} for shop in shops]
        return {"sku": sku, "name": f"Board {sku}", "listings": listings}

    products = [product(f"board-{n}", SHOPS) for n in range(PRODUCTS)]
    products += [product(LONG, SHOPS[:2]), *(product(sku, SHOPS[:1]) for sku in SLOW)]
    return Settings.model_validate({"cache": {"fresh": "1h"}, "store": {"data_dir": folder}, "products": products})


async def _look(listing: Listing, *, fresh: bool = False) -> Reading:
    del fresh
    if listing.sku in SLOW:
        await asyncio.sleep(_PATIENCE[SLOW.index(listing.sku)])
    return Reading(url=listing.url, at=datetime.now(UTC), outcome=_offer(sum(map(ord, listing.vendor + listing.sku))))


def _offer(cents: int) -> Offer:
    price = Money.of(Decimal(10000 + cents % 1000) / 100, "GBP")
    stock = Availability.IN_STOCK if cents % 3 else Availability.OUT_OF_STOCK
    return Offer(availability=stock, price=price, evidence=_PROOF)


async def _remember(parts: Engine, store: RedisStore, points: int) -> None:
    """A long history as scans write it: half of the points at each of two shops, a quarter of an hour apart."""
    product = parts.products.get(LONG)
    assert product
    lock = await store.lock(LONG, ttl=timedelta(minutes=5))
    assert lock
    began = datetime.now(UTC) - timedelta(minutes=15) * points / 2
    for revision in range(points // 2):
        at = began + timedelta(minutes=15) * revision
        offer = _offer(revision)
        known = [Known(listing=each.id, vendor=each.vendor, url=each.url, offer=offer, observed_at=at)
                 for each in product.listings]  # fmt: skip
        snapshot = Snapshot(sku=LONG, revision=revision, scanned_at=at, listings=tuple(known))
        found = {each.id: point_of(offer, at=at, vendor=each.vendor) for each in product.listings}
        assert await store.commit(Commit(snapshot=snapshot, lock=lock, points=found))
    await store.unlock(lock)
