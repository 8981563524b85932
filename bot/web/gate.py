"""Who asks, whether they may, and how much of their allowance is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from alerts.domain.api_keys import ANONYMOUS_SCANS, ApiKey, Plan, Scope
from alerts.domain.limits import Allowance, Taken
from alerts.domain.wishes import OPERATOR
from alerts.limits import Limits
from bot.web.endpoints import RATE_HEADERS, Caller, Cost, Endpoint
from bot.web.peers import Peers
from bot.web.problems import Code, Problem
from bot.web.rate_headers import rate_headers

_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
_NOBODY = Caller("")
_SOON = 5.0  # seconds until another process is there


class Keys(Protocol):
    """The API keys, as far as the gate is concerned."""

    async def check(self, text: str) -> ApiKey | None:
        """The live key that this is; None for everything else."""


class Gate:
    """Every request of the API passes it once, before anything of it is read."""

    def __init__(
        self, *, keys: Keys, limits: Limits, peers: Peers, is_draining: Callable[[], bool] = lambda: False
    ) -> None:
        """`is_draining`: whether the program is on its way out; then nobody is let in any more."""
        self._keys, self._limits, self._peers, self._is_draining = keys, limits, peers, is_draining

    async def __call__(self, request: web.Request, endpoint: Endpoint) -> Caller:
        """The caller; a Problem for a key that is missing, wrong or made for less, and for one request too many."""
        if endpoint.cost is Cost.NOTHING:
            return _NOBODY
        if self._is_draining():
            raise Problem(Code.NOT_READY, retry_after=_SOON)
        given = request.headers.get("Authorization")
        if given is not None:
            return await self._with_key(request, endpoint, given)
        if endpoint.is_operators and is_from_here(request):
            return Caller("here", OPERATOR)
        if not endpoint.is_open:
            raise Problem(Code.KEY_MISSING)
        peer = self._peer(request)
        await self._take(request, f"peer:{peer}:scans", ANONYMOUS_SCANS, None)
        days = Plan.FREE.allowances.history
        return Caller(f"peer:{peer}", plan="anonymous", history_days=days.days if days else None)

    async def _with_key(self, request: web.Request, endpoint: Endpoint, given: str) -> Caller:
        kind, _, text = given.partition(" ")
        key = await self._keys.check(text.strip()) if kind.lower() == "bearer" else None
        if key is None:
            # Guessing costs as much as asking without a key.
            await self._take(request, f"peer:{self._peer(request)}:keys", ANONYMOUS_SCANS, None)
            raise Problem(Code.KEY_INVALID)
        name = f"key:{key.id}"
        await self._take(request, f"{name}:requests", key.plan.allowances.requests, key.plan)
        if endpoint.is_operators and not key.is_operators:
            raise Problem(Code.NOT_FOUND)
        if endpoint.scope is not None and not key.allows(Scope(endpoint.scope)):
            raise Problem(Code.SCOPE_MISSING, f"This needs a key with the scope {endpoint.scope}.")
        history = key.plan.allowances.history
        return Caller(name, key.guild, key.plan.value, history.days if history else None)

    async def _take(self, request: web.Request, name: str, allowance: Allowance, plan: Plan | None) -> None:
        taken: Taken = await self._limits.take(name, allowance)
        request[RATE_HEADERS] = rate_headers(taken, plan)
        if not taken.is_allowed:
            raise Problem(Code.RATE_LIMITED, retry_after=taken.retry_after.total_seconds())

    def _peer(self, request: web.Request) -> str:
        headers = request.headers
        return self._peers.of(request.remote, headers.getall("X-Forwarded-For", ()), headers.getall("Forwarded", ()))


def is_from_here(request: web.Request) -> bool:
    """Whether this very machine asks. A proxy on it asks for everybody, and says so."""
    return request.remote in ("127.0.0.1", "::1") and not any(name in request.headers for name in _PROXIED)
