"""The web server: the application from its parts, and listening."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from os import strerror

from aiohttp import web

from alerts.domain.errors import BadInput
from alerts.observing import SILENT
from alerts.ports import Clock
from alerts.settings.web import WebSection
from bot.web.body import MOST_BYTES
from bot.web.endpoints import Endpoint, Gate, route
from bot.web.front import Observe, Span, front


def application(
    endpoints: Sequence[Endpoint],
    *,
    gate: Gate,
    clock: Clock,
    pages: Iterable[web.AbstractRouteDef] = (),
    observe: Observe | None = None,
    span: Span = SILENT.span,
) -> web.Application:
    """Everything that is served: the API's endpoints behind their gate, and pages that see to themselves."""
    app = web.Application(middlewares=[front(clock, observe, span)], client_max_size=MOST_BYTES)
    app.add_routes([*(route(each, gate) for each in endpoints), *pages])
    return app


@asynccontextmanager
async def serving(app: web.Application, settings: WebSection) -> AsyncIterator[int]:
    """Serve until closed; answers the port. BadInput when it is taken."""
    # Compressed bodies are refused, so they are not unpacked first either.
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=5.0)
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
