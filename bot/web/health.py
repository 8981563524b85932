"""/live, /ready and /health: does it run, can it work, what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import strerror
from typing import Protocol

from aiohttp import web

from alerts.domain.errors import BadInput, StoreError
from alerts.settings.model import WebSection


class Answers(Protocol):
    """Memory, as far as health is concerned."""

    async def ping(self) -> None:
        """Return when memory answers, or raise StoreError."""


def routes(store: Answers) -> list[web.RouteDef]:
    """`/live` depends on nothing, so that a sick store never gets a healthy process restarted."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def health(_: web.Request) -> web.Response:
        try:
            await store.ping()
        except StoreError as exc:
            return web.json_response({"status": "down", "store": str(exc)}, status=503)
        return web.json_response({"status": "ok", "store": "ok"})

    return [web.get("/live", live), web.get("/ready", health), web.get("/health", health)]


@asynccontextmanager
async def serve_health(settings: WebSection, store: Answers) -> AsyncIterator[int]:
    """Serve until closed; answers the port. BadInput when it is taken."""
    app = web.Application()
    app.add_routes(routes(store))
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
