"""What the API offers, as a table: each endpoint says what it takes, gives and refuses.

The OpenAPI document is made from the same table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel

from bot.web.body import read_body, read_query
from bot.web.problems import Code

RATE_HEADERS: Final = web.RequestKey("rate_headers", dict)


class Cost(StrEnum):
    """What an asker's allowance is charged with."""

    NOTHING = "nothing"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `guild` is whose data may be seen: None without a key, 0 for the operator's own."""

    name: str  # of the allowance: a key's id or a peer's address
    guild: int | None = None
    plan: str = "none"
    history_days: int | None = None  # None: all of it

    @property
    def own_guild(self) -> int:
        """The guild of a caller that has passed a scope."""
        assert self.guild is not None
        return self.guild


@dataclass(slots=True)
class Call:
    """One request, as far as a handler needs it."""

    request: web.Request
    caller: Caller
    body: Any = None
    query: Any = None

    def path(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than its body. `body` is JSON already when it is bytes."""

    body: BaseModel | bytes | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Awaitable[BaseModel | Reply | web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path. `scope`: what a key must be made for; `is_open`: without a key it works, too.

    `is_operators`: only for the operator's keys, and for who asks from this machine. `refuses`: codes beside those that
    every endpoint of its sort may answer.
    """

    method: str
    path: str
    summary: str
    tag: str
    handler: Handler
    gives: type[BaseModel] | None
    status: int = 200
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    scope: str | None = None
    refuses: Sequence[Code] = ()
    cost: Cost = Cost.REQUEST
    is_open: bool = False
    is_operators: bool = False
    has_etag: bool = False
    is_ill: bool = False  # the same answer with 503 says that something is wrong
    headers: Mapping[str, str] = field(default_factory=dict)  # that a request may have, and what they do

    def codes(self) -> frozenset[Code]:
        """Every problem that it may answer with."""
        found = {Code.INTERNAL, Code.STORE_AWAY, Code.NOT_READY, Code.MALFORMED_REQUEST, *self.refuses}
        if self.body:
            found |= {Code.MALFORMED_JSON, Code.TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE, Code.INVALID_FIELD}
        if self.query:
            found.add(Code.INVALID_FIELD)
        if self.scope:
            found.add(Code.SCOPE_MISSING)
        if self.cost is Cost.REQUEST:
            found |= {Code.KEY_INVALID, Code.RATE_LIMITED, *(() if self.is_open else (Code.KEY_MISSING,))}
        if "{" in self.path or self.is_operators:
            found.add(Code.NOT_FOUND)
        return frozenset(found)


Gate = Callable[[web.Request, Endpoint], Awaitable[Caller]]


def route(endpoint: Endpoint, gate: Gate) -> web.RouteDef:
    """The endpoint as aiohttp serves it: the caller first, then the body, then the handler."""

    async def handle(request: web.Request) -> web.StreamResponse:
        caller = await gate(request, endpoint)
        call = Call(request, caller)
        if endpoint.query:
            call.query = read_query(request, endpoint.query)
        if endpoint.body:
            call.body = await read_body(request, endpoint.body)
        return _response(await endpoint.handler(call), endpoint.status)

    return web.route(endpoint.method, endpoint.path, handle, name=None)


def _response(answer: BaseModel | Reply | web.StreamResponse, status: int) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    reply = answer if isinstance(answer, Reply) else Reply(answer, status)
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    body = reply.body if isinstance(reply.body, bytes) else reply.body.__pydantic_serializer__.to_json(reply.body)
    return web.Response(body=body, status=reply.status, headers=reply.headers, content_type="application/json")
