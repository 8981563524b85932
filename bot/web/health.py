"""/live, /ready, /health, /health/detailed and /metrics: does it run, can it work, what is wrong, in figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from alerts.health import DetailedReport, Health, HealthReport, State
from bot.web.api.shapes import Shape
from bot.web.endpoints import Call, Cost, Endpoint, Reply
from bot.web.gate import is_from_here

_NEVER_KEPT = {"Cache-Control": "no-store"}


class LiveShape(Shape):
    """It runs."""

    status: Literal["ok"] = "ok"


class ReadyShape(Shape):
    """Whether work may be sent here."""

    status: Literal["ok", "down"]
    store: State
    gateway: State
    draining: bool


class HealthRoutes:
    """`/live` depends on nothing, so that a sick store never gets a healthy process restarted.

    `/ready` says no while this process is not to be sent any work, `/health` only while it cannot do any.
    """

    def __init__(self, health: Health) -> None:
        self._health = health

    def endpoints(self) -> Sequence[Endpoint]:
        """The routes of this file."""
        free, tag = Cost.NOTHING, "health"
        return (
            Endpoint("GET", "/live", "It runs", tag, self._live, LiveShape, cost=free),
            Endpoint("GET", "/ready", "It can be sent work", tag, self._ready, ReadyShape, cost=free, is_ill=True),
            # The same by the names that whoever knows Prometheus expects beside /-/reload.
            Endpoint("GET", "/-/healthy", "It runs", tag, self._live, LiveShape, cost=free),
            Endpoint("GET", "/-/ready", "It can be sent work", tag, self._ready, ReadyShape, cost=free, is_ill=True),
            Endpoint("GET", "/health", "It can work", tag, self._brief, HealthReport, cost=free, is_ill=True),
            Endpoint("GET", "/health/detailed", "Everything known of its health", tag, self._detailed, DetailedReport,
                     is_operators=True, is_ill=True),
        )  # fmt: skip

    async def _live(self, _: Call) -> Reply:
        return Reply(LiveShape(), 200, _NEVER_KEPT)

    async def _ready(self, _: Call) -> Reply:
        report = await self._health.report()
        said = ReadyShape(
            status="ok" if report.is_ready else "down",
            store=report.store.state,
            gateway=report.gateway,
            draining=report.is_draining,
        )
        return _shown(said, is_good=report.is_ready)

    async def _brief(self, _: Call) -> Reply:
        report = await self._health.report()
        return _shown(report, is_good=report.is_healthy)

    async def _detailed(self, _: Call) -> Reply:
        report = await self._health.detailed()
        return _shown(report, is_good=report.is_healthy)


def _shown(report: BaseModel, *, is_good: bool) -> Reply:
    return Reply(report, 200 if is_good else 503, _NEVER_KEPT)


def metrics_page(text: Callable[[], Awaitable[bytes]], content_type: str, *, is_public: bool) -> web.RouteDef:
    """`/metrics`. Unless it is public, only who asks from this machine sees it; others hear that there is none."""

    async def metrics(request: web.Request) -> web.Response:
        if not is_public and not is_from_here(request):
            raise web.HTTPNotFound
        return web.Response(body=await text(), headers={"Content-Type": content_type, **_NEVER_KEPT})

    return web.get("/metrics", metrics)
