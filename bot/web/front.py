"""What happens to every request, outermost: an id, one answer whatever goes wrong, its time, and a smaller body."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from secrets import token_hex
from time import perf_counter
from typing import Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from alerts.observing import SILENT
from alerts.ports import Clock
from bot.web.compress import compress
from bot.web.endpoints import RATE_HEADERS
from bot.web.errors import problem_of, route_of
from bot.web.problems import problem_response

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SLOW = 1.0  # seconds, and a request is worth a line in the log
request_id: ContextVar[str] = ContextVar("request_id", default="")
log = structlog.get_logger()
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


Span = Callable[..., AbstractContextManager[None]]


class Observe(Protocol):
    """Is told of every request that was answered."""

    def __call__(self, route: str, method: str, status: int, seconds: float, /) -> None:
        """`route` is the pattern, so that there are few."""


def front(clock: Clock, observe: Observe | None = None, span: Span = SILENT.span) -> Middleware:
    """The one middleware. `clock` is for what is told of times; durations are measured. `span` goes around it all."""

    @web.middleware
    async def handle(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        began, mark = perf_counter(), _id_of(request)
        token = request_id.set(mark)
        structlog.contextvars.bind_contextvars(request=mark)
        try:
            with span("request", route=route_of(request), method=request.method):
                response = await _answer(request, handler, clock, mark)
        finally:
            structlog.contextvars.unbind_contextvars("request")
            request_id.reset(token)
        took = perf_counter() - began
        if not response.prepared:  # a stream has sent its headers long ago
            _mark(request, response, mark, took)
        if observe:
            observe(route_of(request), request.method, response.status, took)
        if took > _SLOW or response.status >= 500:
            log.info("request", route=route_of(request), status=response.status, seconds=round(took, 3), request=mark)
        return response

    return handle


def _id_of(request: web.Request) -> str:
    """The asker's own if it can be one."""
    given = request.headers.get("X-Request-ID", "")
    return given if _ID.fullmatch(given) else token_hex(8)


async def _answer(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    clock: Clock,
    mark: str,
) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPRedirection as exc:
        return exc
    except Exception as exc:  # noqa: BLE001 - the bulkhead of a request: whatever it was, there is one answer
        return problem_response(problem_of(exc, request, clock), mark)


def _mark(request: web.Request, response: web.StreamResponse, mark: str, took: float) -> None:
    headers = response.headers
    headers["X-Request-ID"] = mark
    headers["X-Response-Time"] = f"{took * 1000:.1f}ms"
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.update(request.get(RATE_HEADERS, {}))
    if isinstance(response, web.Response):
        compress(request, response)
