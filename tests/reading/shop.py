"""A shop on loopback that counts its visitors, and a door with everything lifted that a test need not wait for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from aiohttp import web

from alerts.clock import SystemClock
from alerts.reading.web.fetch import WebFetcher

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Shop:
    """Where the shop listens, and what it was asked for."""

    def __init__(self, host: str, port: int, seen: list[str]) -> None:
        self.place, self.base, self.seen = f"{host}:{port}", f"http://{host}:{port}", seen


@asynccontextmanager
async def shop(handler: Handler, *, robots: str | None = None) -> AsyncIterator[Shop]:
    """Serve every path with one handler, and robots.txt with the given text, if any."""
    seen: list[str] = []

    async def door(request: web.Request) -> web.StreamResponse:
        seen.append(request.path_qs)
        if request.path == "/robots.txt":
            return web.Response(text=robots) if robots is not None else web.Response(status=404)
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", door)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Shop("127.0.0.1", site._server.sockets[0].getsockname()[1], seen)  # type: ignore[union-attr]
    finally:
        await runner.cleanup()


def fetcher(*allowed: str, **changes: Any) -> WebFetcher:
    """A door without pace."""
    known: dict[str, Any] = {
        "clock": SystemClock(),
        "timeout": timedelta(seconds=2),
        "pace": None,
        "allow_private": allowed,
    }
    return WebFetcher(**{**known, **changes})


async def page(_: web.Request) -> web.Response:
    """A page that says hello."""
    return web.Response(text="<h1>hello</h1>", content_type="text/html")
