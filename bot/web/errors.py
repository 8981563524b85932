"""Every exception to one of our problems, in one place, so that none goes unanswered and none leaks."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web

from alerts.domain.errors import (
    BadInput,
    NotFound,
    ReadError,
    SentryError,
    StoreError,
    TooSoon,
    UnknownProduct,
    UnknownVendor,
)
from alerts.ports import Clock
from bot.web.problems import Code, Problem

log = structlog.get_logger()
_STATUS = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Code.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Code.UNSUPPORTED_MEDIA_TYPE,
}


def problem_of(exc: Exception, request: web.Request, clock: Clock) -> Problem:
    """What the asker is told. A defect of ours is logged with all that is known, and told by its request id alone."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, web.HTTPException):
        return _of_http(exc, request)
    if isinstance(exc, SentryError):
        return problem_of_ours(exc, clock)
    log.error("request failed", method=request.method, route=route_of(request), exc_info=exc)
    return Problem(Code.INTERNAL)


def problem_of_ours(exc: SentryError, clock: Clock) -> Problem:
    """The same of an error that was worded by us."""
    if isinstance(exc, TooSoon):
        return Problem(Code.FRESH_LIMITED, retry_after=max(1.0, (exc.again - clock.now()).total_seconds()))
    return next((_OURS[ancestor](exc) for ancestor in type(exc).__mro__ if ancestor in _OURS), Problem(Code.INTERNAL))


def _unknown_product(exc: Any) -> Problem:
    near = f" Did you mean {', '.join(exc.near)}?" if exc.near else ""
    return Problem(Code.UNKNOWN_PRODUCT, f"No product is called {exc.query[:80]!r}.{near}", field="sku")


_OURS: dict[type, Callable[[Any], Problem]] = {
    UnknownProduct: _unknown_product,
    UnknownVendor: lambda exc: Problem(Code.UNKNOWN_VENDOR, str(exc), field="vendor"),
    NotFound: lambda _: Problem(Code.NOT_FOUND),
    BadInput: lambda exc: Problem(Code.REFUSED, str(exc)),
    ReadError: lambda exc: Problem(Code.SHOP_UNREADABLE, f"The shop's page could not be read: {exc.reason.value}."),
    StoreError: lambda _: Problem(Code.STORE_AWAY, retry_after=30),
}


def _of_http(exc: web.HTTPException, request: web.Request) -> Problem:
    """What aiohttp itself refuses."""
    if isinstance(exc, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(exc.allowed_methods))
        return Problem(Code.METHOD_NOT_ALLOWED, f"Here are {allowed}.", headers={"Allow": allowed})
    if exc.status == HTTPStatus.NOT_FOUND:
        parts = request.path.split("/")
        is_other = len(parts) > 2 and parts[1] == "api" and parts[2] != "v1"
        return Problem(Code.UNKNOWN_VERSION if is_other else Code.NOT_FOUND)
    if exc.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem(Code.INTERNAL)
    return Problem(_STATUS.get(HTTPStatus(exc.status), Code.MALFORMED_REQUEST))


def route_of(request: web.Request) -> str:
    """The pattern of a request's address, never the address: that may hold ids and secrets."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unmatched"
