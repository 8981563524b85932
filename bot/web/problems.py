"""What can go wrong over HTTP: a closed list of codes, each with its status and what a person may read (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

TYPE = "application/problem+json"


class Code(StrEnum):
    """Every reason for which an answer is a problem. Programs may rely on the words."""

    MALFORMED_REQUEST = "malformed_request"
    MALFORMED_JSON = "malformed_json"
    KEY_MISSING = "key_missing"
    KEY_INVALID = "key_invalid"
    SCOPE_MISSING = "scope_missing"
    PLAN_LIMIT = "plan_limit"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    UNKNOWN_PRODUCT = "unknown_product"
    UNKNOWN_VENDOR = "unknown_vendor"
    UNKNOWN_VERSION = "unknown_version"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INVALID_FIELD = "invalid_field"
    REFUSED = "refused"
    RATE_LIMITED = "rate_limited"
    FRESH_LIMITED = "fresh_limited"
    SHOP_UNREADABLE = "shop_unreadable"
    INTERNAL = "internal"
    STORE_AWAY = "store_away"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for every problem of a code. `action` is what its reader can do."""

    status: int
    title: str
    message: str
    action: str
    should_retry: bool = False


KINDS: Final[dict[Code, Kind]] = {
    Code.MALFORMED_REQUEST: Kind(400, "Malformed request", "The request could not be understood.",
                                 "Mend the request; the detail says where."),
    Code.MALFORMED_JSON: Kind(400, "Malformed JSON", "The body is not JSON as we read it.",
                              "Send one JSON object in UTF-8, each key once."),
    Code.KEY_MISSING: Kind(401, "Key needed", "This needs an API key.",
                           "Send `Authorization: Bearer hs_live_…`; a server's admin makes a key in /settings."),
    Code.KEY_INVALID: Kind(401, "Key not valid", "This API key does not work, or no longer.",
                           "Check for a copying mistake, or make a new key."),
    Code.SCOPE_MISSING: Kind(403, "Key may not do this", "This API key was made for less.",
                             "Use a key with the scope that the detail names."),
    Code.PLAN_LIMIT: Kind(403, "Not in this plan", "The plan of this API key does not reach so far.",
                          "Ask for less, or ask the operator for another plan."),
    Code.FORBIDDEN: Kind(403, "Not allowed", "You may not do this.", "Sign in as somebody who may."),
    Code.NOT_FOUND: Kind(404, "Not found", "There is nothing here.",
                         "Check the address; /api-docs lists what there is."),
    Code.UNKNOWN_PRODUCT: Kind(404, "Unknown product", "There is no product of that name.",
                               "Look it up with GET /api/v1/products?q=…"),
    Code.UNKNOWN_VENDOR: Kind(404, "Unknown vendor", "The product is not at a shop of that name.",
                              "Choose one of the vendors that the detail names."),
    Code.UNKNOWN_VERSION: Kind(404, "Unknown version", "There is no such version of this API.", "Use /api/v1."),
    Code.METHOD_NOT_ALLOWED: Kind(405, "Method not allowed", "This address is not used that way.",
                                  "Use one of the methods in the Allow header."),
    Code.CONFLICT: Kind(409, "Conflict", "It is there already, or was changed meanwhile.",
                        "Read it again, then decide anew."),
    Code.IDEMPOTENCY_CONFLICT: Kind(409, "Idempotency key used before",
                                    "This idempotency key came with another request before.",
                                    "Use a new key for a new request."),
    Code.TOO_LARGE: Kind(413, "Too large", "The body is larger than 1 MB.", "Send less at once."),
    Code.UNSUPPORTED_MEDIA_TYPE: Kind(415, "Unsupported media type", "The body is not of a type that is read here.",
                                      "Send application/json in UTF-8, not compressed."),
    Code.INVALID_FIELD: Kind(422, "Invalid field", "A value is not as it must be.",
                             "Mend the field that the detail names."),
    Code.REFUSED: Kind(422, "Refused", "This cannot be done as asked.", "The detail says why and what would do."),
    Code.RATE_LIMITED: Kind(429, "Too many requests", "You have asked very often.",
                            "Wait as long as Retry-After says.", should_retry=True),
    Code.FRESH_LIMITED: Kind(429, "Too many fresh scans", "The shops were asked very often for you.",
                             "Wait as long as Retry-After says, or leave out fresh.", should_retry=True),
    Code.SHOP_UNREADABLE: Kind(502, "Shop not readable", "The shop's page could not be read.",
                               "Try again in a few minutes.", should_retry=True),
    Code.INTERNAL: Kind(500, "Defect", "Something went wrong on our side.",
                        "Try again later; tell the operator the request id.", should_retry=True),
    Code.STORE_AWAY: Kind(503, "Memory away", "Our memory does not answer, so we would only be guessing.",
                          "Try again in a minute.", should_retry=True),
    Code.NOT_READY: Kind(503, "Not ready", "This program is starting or stopping.",
                         "Try again in a few seconds.", should_retry=True),
}  # fmt: skip


class Problem(Exception):
    """Ends a request with one of the codes. `field` is the place of a bad value, `retry_after` seconds."""

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        field: str | None = None,
        retry_after: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or KINDS[code].message)
        self.code, self.detail, self.field = code, detail or KINDS[code].message, field
        self.retry_after, self.headers = retry_after, headers or {}


class UserMessage(BaseModel):
    """What a program may show to its own user."""

    title: str
    message: str
    action: str


class ProblemBody(BaseModel):
    """A problem as it is sent."""

    model_config = ConfigDict(title="Problem")

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    code: Code
    detail: str
    field: str | None = None
    user_message: UserMessage
    should_retry: bool
    retry_after_seconds: int | None = None
    request_id: str


def problem_response(problem: Problem, request_id: str) -> web.Response:
    """The answer. Nothing of it comes from an exception that we did not word ourselves."""
    kind = KINDS[problem.code]
    wait = None if problem.retry_after is None else max(1, int(-(-problem.retry_after // 1)))
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": kind.title,
        "status": kind.status,
        "code": problem.code.value,
        "detail": problem.detail,
        "field": problem.field,
        "user_message": {"title": kind.title, "message": kind.message, "action": kind.action},
        "should_retry": kind.should_retry,
        "retry_after_seconds": wait,
        "request_id": request_id,
    }
    headers = {**problem.headers, "Cache-Control": "no-store"}
    if wait is not None:
        headers["Retry-After"] = str(wait)
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(status=kind.status, body=orjson.dumps(said), content_type=TYPE, headers=headers)
