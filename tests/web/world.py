"""The whole web face over a dictionary: the real composition, shops that play, and keys to ask with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import ClientSession, web

from alerts.domain.api_keys import Plan, Scope
from alerts.domain.model import Failure, FailureReason, Listing, Offer, Reading
from alerts.ports import Look
from alerts.scan_jobs import ScanJobs
from alerts.settings.model import Settings
from alerts.settings.web import WebSection
from alerts.store.memory import MemoryStore
from bot.app import Engine, assemble, health_of, web_application
from bot.notify.apprise_worker import AppriseWorker
from bot.web.api.all import scan_jobs
from bot.web.problems import KINDS, Code
from bot.web.reload import Reload
from bot.web.server import serving
from tests.fakes import FakeClock, Shops
from tests.worlds import failure, offer

HERE, ELSEWHERE = 7, 8
ALL = tuple(Scope)


def settings(**more: Any) -> Settings:
    """Three products at two shops."""
    return Settings.model_validate({
        "store": {"secret_key": "A" * 43 + "="},
        "products": [
            {"sku": sku, "name": name, "aliases": [sku[:2]], "category": "single-board",
             "listings": [{"vendor": each, "url": f"https://{each.lower()}.test/{sku}"} for each in ("Acme", "Bolt")]}
            for sku, name in (("pi5", "Raspberry Pi 5"), ("deck", "Steam Deck"), ("jetson", "Jetson Orin"))
        ],
        **more,
    })  # fmt: skip


class Looks(dict[str, Look]):
    """Any other shop cannot be reached."""

    def __missing__(self, vendor: str) -> Look:
        async def look(listing: Listing, *, fresh: bool = False) -> Reading:
            return Reading(
                url=listing.url, at=datetime(2026, 11, 22, tzinfo=UTC), outcome=failure(FailureReason.UNREACHABLE)
            )

        return look


class HandQueue:
    """Jobs wait until the test lets a worker do them."""

    def __init__(self) -> None:
        self.put = list[tuple[int, str]]()

    async def put_job(self, guild: int, job_id: str) -> None:
        self.put.append((guild, job_id))


@dataclass
class World:
    """What a test holds. `app` is what is served."""

    clock: FakeClock
    store: MemoryStore
    shops: Shops
    parts: Engine
    queue: HandQueue
    jobs: ScanJobs
    app: web.Application
    ending: asyncio.Event
    place: str = ""
    session: ClientSession = field(default=None)  # type: ignore[assignment]  # until it is served

    async def key(self, *scopes: Scope, guild: int = HERE, plan: Plan = Plan.ENTERPRISE) -> dict[str, str]:
        """The header of a new key."""
        _, text = await self.parts.api_keys.create(guild, "test", scopes=scopes or ALL, plan=plan)
        return {"Authorization": f"Bearer {text}"}

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any, Any]:
        """Status, JSON (or the text), headers."""
        async with self.session.request(method, self.place + path, **options) as answer:
            body = await answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return answer.status, orjson.loads(body) if is_json and body else body, answer.headers

    async def refused(self, code: Code, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The problem, which is the one that was expected, in the form that all have."""
        status, said, headers = await self.ask(method, path, **options)
        assert isinstance(said, dict), said
        assert (said["code"], status) == (code, KINDS[code].status), said
        assert headers["Content-Type"].startswith("application/problem+json")
        assert said["request_id"] == headers["X-Request-ID"]
        return said

    async def work(self) -> None:
        """A worker does what is queued."""
        while self.queue.put:
            await self.jobs.do(*self.queue.put.pop(0))


@asynccontextmanager
async def world(
    told: Settings | None = None, *, reload: Reload | None = None, **vendors: Offer | Failure
) -> AsyncIterator[World]:
    """Served on loopback until closed."""
    told, clock = told or settings(), FakeClock()
    store, shops = MemoryStore(clock), Shops(clock, **{"Acme": offer(), "Bolt": offer(price="90"), **vendors})
    worker = AppriseWorker(allow_private=())
    parts = assemble(told, clock=clock, store=store, jobs_url="", looks=Looks(Acme=shops, Bolt=shops), worker=worker)
    queue = HandQueue()
    jobs = scan_jobs(store=store, queue=queue, answers=parts.answers, products=parts.products.offered,
                     limits=parts.limits, clock=clock)  # fmt: skip
    ending = asyncio.Event()
    health = health_of(parts, ending, needs_gateway=False)

    async def metrics() -> bytes:
        return b"hs_up 1\n"

    app = web_application(parts, health=health, metrics=metrics, jobs=jobs, reload=reload)
    made = World(clock, store, shops, parts, queue, jobs, app, ending)
    async with serving(app, WebSection(port=0)) as port, ClientSession() as made.session:
        made.place = f"http://127.0.0.1:{port}"
        yield made
    await worker.aclose()
