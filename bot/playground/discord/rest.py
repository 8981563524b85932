"""The door of the REST side: who may enter, scripted failures, limits, errors in Discord's shape, a record of all."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from aiohttp import web

from .body import BODY, Body, answer, read_body
from .errors import ApiError
from .faults import Fault, Faults
from .ids import Time
from .limits import NOT_COUNTED, Limits

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BASE = "/api/v10"
KEPT_REQUESTS = 10_000
OF_PEOPLE = frozenset({"/users/@me", "/users/@me/guilds"})
"""What may be asked with a person's token, too."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One REST request as it was answered; status 0 means the connection was cut."""

    method: str
    path: str
    status: int
    at: float
    payload: Any = None


class Door:
    """Wraps every REST handler."""

    def __init__(self, *, token: str, now: Time, faults: Faults, limits: Limits) -> None:
        self._token = token
        self._now = now
        self._faults = faults
        self._limits = limits
        self.requests: deque[Recorded] = deque(maxlen=KEPT_REQUESTS)
        self.on_request: Callable[[Recorded], None] | None = None
        self._recorded = asyncio.Event()

    def middleware(self) -> Any:
        """The aiohttp middleware of the REST application."""

        @web.middleware
        async def through(request: web.Request, handler: Handler) -> web.StreamResponse:
            at, path = self._now(), request.path.removeprefix(BASE)
            request[BODY] = Body()
            response = _banned() if self._limits.is_banned else await self._answer(request, path, handler)
            self._limits.answered(response.status, response.headers)
            is_cut = request.transport is None or request.transport.is_closing()
            status = 0 if is_cut else response.status
            self._record(Recorded(request.method, path, status, at, request[BODY].payload))
            return response

        return through

    async def seen(self, method: str, path: str) -> Recorded:
        """The first recorded request with this method and path (which may hold `*`), waiting for one to come."""
        while True:
            for request in self.requests:
                if request.method == method and fnmatchcase(request.path, path):
                    return request
            await self._recorded.wait()

    def _record(self, request: Recorded) -> None:
        self.requests.append(request)
        happened, self._recorded = self._recorded, asyncio.Event()
        happened.set()
        if self.on_request is not None:
            self.on_request(request)

    async def _answer(self, request: web.Request, path: str, handler: Handler) -> web.StreamResponse:
        try:
            self._authorize(request, path)
            request[BODY] = await read_body(request)
            fault = self._faults.take(request.method, path)
            if fault is not None:
                return await self._fail(request, handler, fault)
            return await self._limited(request, path, handler)
        except ApiError as refusal:
            return answer(refusal.body(), status=refusal.status, headers=refusal.headers)
        except web.HTTPException as refusal:
            # aiohttp's own refusals: no such route, wrong method, body too large.
            return answer({"message": f"{refusal.status}: {refusal.reason}", "code": 0}, status=refusal.status)
        except Exception:  # the bulkhead around one request
            log.exception("the playground failed at %s %s", request.method, path)
            return answer({"message": "500: Internal Server Error", "code": 0}, status=500)

    def _authorize(self, request: web.Request, path: str) -> None:
        given = request.headers.get("Authorization")
        # Callbacks and webhooks carry their secret in the address; these see for themselves who asks.
        if given is None and (NOT_COUNTED.match(path) or path == "/gateway"):
            return
        if path.startswith("/oauth2/token") or ((given or "").startswith("Bearer ") and path in OF_PEOPLE):
            return
        if given != f"Bot {self._token}":
            raise ApiError(0)

    async def _limited(self, request: web.Request, path: str, handler: Handler) -> web.StreamResponse:
        verdict = self._limits.check(request.method, path)
        if verdict.wait:
            return answer(verdict.body(), status=429, headers=verdict.headers)
        try:
            response = await handler(request)
        except ApiError as refusal:
            refusal.headers.update(verdict.headers)
            raise
        response.headers.update(verdict.headers)
        return response

    async def _fail(self, request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
        await fault.wait()
        is_only_late = fault.mode == "answer" and fault.status == 0
        if fault.mode.startswith("created") or is_only_late:
            response = await handler(request)
            if is_only_late:
                return response
        if fault.mode.endswith("drop"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        body, headers = fault.answer_body(), dict(fault.headers)
        if isinstance(body, str):
            headers.setdefault("Content-Type", "text/html")
            return web.Response(text=body, status=fault.status, headers=headers)
        return answer(body, status=fault.status, headers=headers)


def _banned() -> web.Response:
    """Cloudflare's answer to an address with too many invalid requests: no JSON, and no `Via`."""
    return web.Response(text="error code: 1015", status=429, content_type="text/html")


def build(door: Door, *routes: list[web.RouteDef]) -> web.Application:
    """The REST application."""
    app = web.Application(middlewares=[door.middleware()], client_max_size=26 << 20)
    for group in routes:
        app.add_routes(group)
    return app
