"""Health says what is wrong, and only memory or the gateway makes us unhealthy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from alerts.analytics import Analytics
from alerts.domain.errors import StoreUnavailable
from alerts.health import Health, State
from alerts.limits import Limits
from alerts.metrics.gauges import Exposition
from alerts.metrics.metrics import CONTENT_TYPE, Metrics
from alerts.ports import BreakerFacts
from alerts.products import Products
from alerts.settings.web import WebSection
from alerts.status import Sight, Status
from alerts.store.memory import MemoryStore
from alerts.tallying import Tallying
from bot.web.gate import Gate
from bot.web.health import HealthRoutes, metrics_page
from bot.web.peers import Peers
from bot.web.server import application, serving
from tests.fakes import FakeClock
from tests.worlds import product

OPEN = BreakerFacts("Acme", "open", 0, 9, 8, 7, 1, 12.34)


class Sick(MemoryStore):
    is_away = False

    async def ping(self) -> None:
        if self.is_away:
            raise StoreUnavailable("The store does not answer: start it.")


class NoKeys:
    """Nobody has a key."""

    async def check(self, text: str) -> None:
        return None


class World:
    def __init__(self, *, needs_gateway: bool = False) -> None:
        self.clock = FakeClock()
        self.store, self.is_draining = Sick(clock=self.clock), False
        products = Products([product("Acme", "Bolt")])
        self.health = Health(
            store=self.store,
            status=Status(store=self.store, products=products, clock=self.clock, blind_after=3),
            analytics=Analytics(store=self.store, products=products, clock=self.clock),
            clock=self.clock,
            version="1.2.3",
            breakers=lambda: [OPEN],
            is_draining=lambda: self.is_draining,
            needs_gateway=needs_gateway,
        )

    @asynccontextmanager
    async def served(self, *, is_public: bool = False) -> AsyncIterator[aiohttp.ClientSession]:
        self.metrics = Metrics(vendors=["Acme"], version="1.2.3")
        text = Exposition(self.metrics, store=self.store, clock=self.clock).text
        async with (
            serving(
                application(
                    HealthRoutes(self.health).endpoints(),
                    gate=Gate(keys=NoKeys(), limits=Limits(store=self.store, clock=self.clock), peers=Peers()),
                    clock=self.clock,
                    pages=[metrics_page(text, CONTENT_TYPE, is_public=is_public)],
                    observe=self.metrics.served,
                ),
                WebSection(port=0),
            ) as port,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
        ):
            yield session


async def status_of(session: aiohttp.ClientSession, path: str, **headers: str) -> int:
    async with session.get(path, headers=headers) as answer:
        return answer.status


async def test_a_vendor_that_is_away_makes_nobody_unhealthy() -> None:
    world = World()
    for _ in range(9):
        await world.store.looked("Acme", world.clock.now(), failed=True, reason="blocked")
    await world.clock.advance(60)

    report = await world.health.detailed()

    assert report.is_healthy
    assert report.is_ready
    assert report.status is State.OK
    assert report.breakers[0].state == "open"
    assert (report.breakers[0].looks, report.breakers[0].trips, report.breakers[0].seconds_until_next_try) == (
        9,
        1,
        12.3,
    )
    assert report.vendors
    assert [(each.vendor, each.sight) for each in report.vendors] == [("Acme", Sight.BLIND), ("Bolt", Sight.UNSEEN)]
    assert report.uptime_seconds == 60
    assert report.version == "1.2.3"


async def test_memory_away_is_said_with_its_cure() -> None:
    world = World()
    world.store.is_away = True

    report = await world.health.detailed()

    assert not report.is_healthy
    assert report.store.reason == "The store does not answer: start it."
    assert (report.vendors, report.queues) == (None, None)


async def test_the_gateway_counts_where_there_is_to_be_one() -> None:
    alone, bot = World(), World(needs_gateway=True)
    assert (await alone.health.report()).gateway is State.UNUSED
    assert not (await bot.health.report()).is_healthy

    bot.health.gateway = lambda: True
    assert (await bot.health.report()).is_healthy


async def test_the_latency_of_each_vendor_is_shown() -> None:
    world = World()
    tallying = Tallying(store=world.store, clock=world.clock, vendors=["Acme"])
    for seconds in (0.1, 0.3):
        tallying.looked("Acme", "in_stock", seconds)
    await tallying.flush()

    report = await world.health.detailed()

    assert report.vendors
    acme = next(each for each in report.vendors if each.vendor == "Acme")
    assert acme.latency_ms
    assert (acme.looks_today, acme.latency_ms.min, acme.latency_ms.avg, acme.latency_ms.max) == (2, 100, 200, 300)


async def test_alive_needs_nothing_ready_needs_all_and_health_needs_no_vendor() -> None:
    world = World()
    paths = ("/live", "/ready", "/health", "/health/detailed")
    async with world.served() as session:
        assert [await status_of(session, path) for path in paths] == [200, 200, 200, 200]

        world.is_draining = True
        assert [await status_of(session, path) for path in paths] == [200, 503, 200, 200]

        world.is_draining, world.store.is_away = False, True
        assert [await status_of(session, path) for path in paths] == [200, 503, 503, 503]


async def test_health_is_json_that_nobody_keeps() -> None:
    async with World().served() as session, session.get("/health") as answer:
        body = await answer.json()
        assert answer.headers["Cache-Control"] == "no-store"

    assert body["status"] == "ok"
    assert body["breakers"][0]["vendor"] == "Acme"
    assert body["store"]["milliseconds"] == 0


@pytest.mark.parametrize(("headers", "status"), [({}, 200), ({"X-Forwarded-For": "9.9.9.9"}, 404), ({"Via": "x"}, 404)])
async def test_metrics_are_for_this_machine_unless_they_are_public(headers: dict[str, str], status: int) -> None:
    async with World().served() as session:
        assert await status_of(session, "/metrics", **headers) == status
    async with World().served(is_public=True) as session:
        assert await status_of(session, "/metrics", **headers) == 200


async def test_requests_are_counted_by_route_and_not_by_address() -> None:
    world = World()
    async with world.served() as session:
        for path in ("/live", "/live", "/secret-1", "/secret-2"):
            await status_of(session, path)
        async with session.get("/metrics") as answer:
            text = await answer.text()
            assert answer.headers["Content-Type"] == CONTENT_TYPE

    assert 'hs_http_requests_total{method="GET",route="/live",status="200"} 2.0' in text
    assert 'hs_http_requests_total{method="GET",route="unmatched",status="404"} 2.0' in text
    assert "secret" not in text
