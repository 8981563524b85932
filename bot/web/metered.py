"""How often each route of ours is asked, and how long it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from alerts.observing import Observer
from alerts.ports import Clock

_UNMATCHED = "unmatched"  # whatever somebody tried


def metered(observer: Observer, clock: Clock) -> Middleware:
    """The outermost middleware: it sees the answer that goes out, an unforeseen error as a 500."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, status = clock.monotonic(), 500
        try:
            answer = await handler(request)
            status = answer.status
        except web.HTTPException as exc:
            status = exc.status
            raise
        finally:
            observer.served(_route(request), request.method, status, clock.monotonic() - began)
        return answer

    return around


def metrics_route(text: Callable[[], Awaitable[bytes]], content_type: str, *, is_public: bool) -> web.RouteDef:
    """`/metrics`. Unless it is public, only who asks from this machine sees it; others hear that there is none."""

    async def metrics(request: web.Request) -> web.Response:
        if not is_public and not _is_from_here(request):
            raise web.HTTPNotFound
        return web.Response(body=await text(), headers={"Content-Type": content_type})

    return web.get("/metrics", metrics)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else _UNMATCHED


def _is_from_here(request: web.Request) -> bool:
    # A proxy on this machine asks from here for everybody: what came through one says so.
    is_forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"))
    return request.remote in ("127.0.0.1", "::1") and not is_forwarded
