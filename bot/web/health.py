"""/live, /ready, /health and /health/detailed: does it run, can it work, what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from os import strerror

from aiohttp import web
from aiohttp.typedefs import Middleware
from pydantic import BaseModel

from alerts.domain.errors import BadInput
from alerts.health import Health
from alerts.settings.model import WebSection

_NEVER_KEPT = {"Cache-Control": "no-store"}


def routes(health: Health) -> list[web.RouteDef]:
    """`/live` depends on nothing, so that a sick store never gets a healthy process restarted.

    `/ready` says no while this process is not to be sent any work, `/health` only while it cannot do any.
    """

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, headers=_NEVER_KEPT)

    async def ready(_: web.Request) -> web.Response:
        report = await health.report()
        facts = {"store": report.store.state, "gateway": report.gateway, "draining": report.is_draining}
        status = "ok" if report.is_ready else "down"
        return web.json_response(
            {"status": status, **facts}, status=200 if report.is_ready else 503, headers=_NEVER_KEPT
        )

    async def brief(_: web.Request) -> web.Response:
        report = await health.report()
        return _shown(report, is_good=report.is_healthy)

    async def detailed(_: web.Request) -> web.Response:
        report = await health.detailed()
        return _shown(report, is_good=report.is_healthy)

    return [
        web.get("/live", live),
        web.get("/ready", ready),
        web.get("/health", brief),
        web.get("/health/detailed", detailed),
    ]


def _shown(report: BaseModel, *, is_good: bool) -> web.Response:
    return web.Response(
        text=report.model_dump_json(),
        content_type="application/json",
        status=200 if is_good else 503,
        headers=_NEVER_KEPT,
    )


@asynccontextmanager
async def serve_health(
    settings: WebSection,
    health: Health,
    *,
    more: Sequence[web.RouteDef] = (),
    middlewares: Sequence[Middleware] = (),
) -> AsyncIterator[int]:
    """Serve until closed, with further routes; answers the port. BadInput when it is taken."""
    app = web.Application(middlewares=middlewares)
    app.add_routes([*routes(health), *more])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as exc:
            place = f"{settings.host}:{settings.port}"
            raise BadInput(
                f"web.port: {place} cannot be listened on ({strerror(exc.errno or 0)}): choose another port."
            ) from exc
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
