"""What every endpoint may rely on: one answer whatever comes in, ids, limits of a body, compression, marks."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import brotli
import orjson
import pytest
from aiohttp import ClientSession, web
from pydantic import BaseModel, ConfigDict, Field

from alerts.clock import SystemClock
from alerts.domain.errors import (
    BadInput,
    NotFound,
    ReadError,
    StoreUnavailable,
    TooSoon,
    UnknownProduct,
    UnknownVendor,
)
from alerts.domain.model import FailureReason
from alerts.settings.web import WebSection
from bot.web.body import MOST_BYTES
from bot.web.compress import best_coding, not_modified, zstd
from bot.web.endpoints import Call, Caller, Endpoint, Reply
from bot.web.openapi import document
from bot.web.problems import KINDS, Code, Problem
from bot.web.server import application, serving


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: str = Field(max_length=10)
    count: int = Field(default=1, ge=1, le=5)


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=500)


class Said(BaseModel):
    text: str


RAISED: dict[str, Exception] = {
    "product": UnknownProduct("jetsn", ["Jetson"]),
    "vendor": UnknownVendor("x", "Jetson", ["The Pi Hut"]),
    "missing": NotFound("not here"),
    "refused": BadInput("price: is not one"),
    "soon": TooSoon(datetime.now(UTC) + timedelta(seconds=30)),
    "shop": ReadError(FailureReason.BLOCKED, "secret detail"),
    "store": StoreUnavailable("redis://secret@host is away"),
    "defect": RuntimeError("a secret"),
    "limited": Problem(Code.RATE_LIMITED, retry_after=2.2),
}


async def _echo(call: Call) -> Said:
    return Said(text=call.body.sku)


async def _query(call: Call) -> Said:
    return Said(text=str(call.query.limit))


async def _raise(call: Call) -> Said:
    raise RAISED[call.path("what")]


async def _say(call: Call) -> Said:
    raise Problem(Code(call.path("code")))


async def _long(call: Call) -> Reply:
    return Reply(Said(text="x" * int(call.request.query.get("n", "4000"))))


async def _marked(call: Call) -> web.Response:
    body = Said(text="y" * 2000).model_dump_json().encode()
    return not_modified(call.request, web.Response(body=body, content_type="application/json"))


ENDPOINTS = [
    Endpoint("POST", "/api/v1/echo", "Say it back", "test", _echo, Said, body=Wish),
    Endpoint("GET", "/api/v1/query", "Say the limit", "test", _query, Said, query=Asked),
    Endpoint("GET", "/api/v1/raise/{what}", "Fail", "test", _raise, Said),
    Endpoint("GET", "/api/v1/say/{code}", "Fail with a code", "test", _say, Said),
    Endpoint("GET", "/api/v1/long", "Say much", "test", _long, Said),
    Endpoint("GET", "/api/v1/marked", "Say the same", "test", _marked, Said, has_etag=True),
]


async def _everybody(request: web.Request, endpoint: Endpoint) -> Caller:
    return Caller("test")


class Web:
    """A server of the endpoints above, and a way to ask it. Bodies are as they were sent."""

    def __init__(self, session: ClientSession, place: str) -> None:
        self.session, self.place, self.seen = session, place, list[tuple[Any, ...]]()

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any, Any]:
        async with self.session.request(method, self.place + path, **options) as response:
            body = await response.read()
            return response.status, body, response.headers

    async def problem(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        status, body, headers = await self.ask(method, path, **options)
        assert headers["Content-Type"].startswith("application/problem+json"), body
        said: dict[str, Any] = orjson.loads(body)
        assert said["status"] == status == KINDS[Code(said["code"])].status
        assert said["request_id"] == headers["X-Request-ID"]
        assert set(said["user_message"]) == {"title", "message", "action"}
        return said


@pytest.fixture
async def here() -> AsyncIterator[Web]:
    found = list[tuple[Any, ...]]()
    app = application(ENDPOINTS, gate=_everybody, clock=SystemClock(), observe=lambda *facts: found.append(facts))
    async with serving(app, WebSection(port=0)) as port, ClientSession(auto_decompress=False) as session:
        web_ = Web(session, f"http://127.0.0.1:{port}")
        web_.seen = found
        yield web_


async def test_a_good_request_is_answered_with_its_id_and_its_time(here: Web) -> None:
    status, body, headers = await here.ask(
        "POST", "/api/v1/echo", json={"sku": "pi5"}, headers={"X-Request-ID": "my-id-0001"}
    )
    assert (status, orjson.loads(body)) == (200, {"text": "pi5"})
    assert headers["X-Request-ID"] == "my-id-0001"
    assert headers["X-Response-Time"].endswith("ms")
    assert here.seen[-1][:3] == ("/api/v1/echo", "POST", 200)


@pytest.mark.parametrize("bad", ["short", "x" * 65, "new\tline-here", "ünïcödé-id-1"])
async def test_a_request_id_that_could_forge_a_log_line_is_replaced(here: Web, bad: str) -> None:
    _, _, headers = await here.ask("GET", "/api/v1/query", headers={"X-Request-ID": bad})
    assert headers["X-Request-ID"] != bad
    assert len(headers["X-Request-ID"]) == 16


BODIES = [
    (b"", Code.MALFORMED_JSON),
    (b"{", Code.MALFORMED_JSON),
    (b'{"sku": "a", "sku": "b"}', Code.MALFORMED_JSON),
    (b'{"sku": NaN}', Code.MALFORMED_JSON),
    (b'{"sku": Infinity}', Code.MALFORMED_JSON),
    (b'{"sku": "a", "count": ' + b"9" * 5000 + b"}", Code.MALFORMED_JSON),
    (b"[" * 100_000, Code.MALFORMED_JSON),
    (b'{"sku": ' + b"[" * 30 + b"]" * 30 + b"}", Code.MALFORMED_JSON),
    ('{"sku": "ü"}'.encode("latin-1"), Code.MALFORMED_JSON),
    ('{"sku": "a"}'.encode("utf-16"), Code.MALFORMED_JSON),
    (b'["sku"]', Code.INVALID_FIELD),
    (b'"sku"', Code.INVALID_FIELD),
    (b"null", Code.INVALID_FIELD),
    (b"{}", Code.INVALID_FIELD),
    (b'{"sku": 5}', Code.INVALID_FIELD),
    (b'{"sku": "a", "count": "2"}', Code.INVALID_FIELD),
    (b'{"sku": "a", "count": true}', Code.INVALID_FIELD),
    (b'{"sku": "a", "count": 6}', Code.INVALID_FIELD),
    (b'{"sku": "a", "count": 1.5}', Code.INVALID_FIELD),
    (b'{"sku": "a", "else": 1}', Code.INVALID_FIELD),
    (b'{"sku": "\\ud800"}', Code.INVALID_FIELD),
    (b" " * (MOST_BYTES + 1), Code.TOO_LARGE),
]


@pytest.mark.parametrize(("body", "code"), BODIES, ids=range(len(BODIES)))
async def test_a_bad_body_is_one_problem(here: Web, body: bytes, code: Code) -> None:
    said = await here.problem("POST", "/api/v1/echo", data=BytesIO(body), headers={"Content-Type": "application/json"})
    assert said["code"] == code
    assert not said["should_retry"]


async def test_the_field_of_a_bad_value_is_named(here: Web) -> None:
    said = await here.problem("POST", "/api/v1/echo", json={"sku": "a", "count": 9})
    assert said["field"] == "count"
    assert "5" in said["detail"]


async def test_a_body_that_grows_beyond_the_limit_is_refused_without_a_length(here: Web) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 32_768

    said = await here.problem("POST", "/api/v1/echo", data=endless(), headers={"Content-Type": "application/json"})
    assert said["code"] == Code.TOO_LARGE


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
)
async def test_only_plain_json_is_read(here: Web, headers: dict[str, str]) -> None:
    data = gzip.compress(b'{"sku": "a"}') if "Content-Encoding" in headers else b'{"sku": "a"}'
    said = await here.problem("POST", "/api/v1/echo", data=data, headers=headers, compress=None)
    assert said["code"] == Code.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=", "limit=1&limit=2", "limt=5", "limit=-0x1"]
)
async def test_a_query_out_of_its_range_is_an_error_and_no_default(here: Web, query: str) -> None:
    assert (await here.problem("GET", f"/api/v1/query?{query}"))["code"] == Code.INVALID_FIELD


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("product", Code.UNKNOWN_PRODUCT),
        ("vendor", Code.UNKNOWN_VENDOR),
        ("missing", Code.NOT_FOUND),
        ("refused", Code.REFUSED),
        ("soon", Code.FRESH_LIMITED),
        ("shop", Code.SHOP_UNREADABLE),
        ("store", Code.STORE_AWAY),
        ("defect", Code.INTERNAL),
        ("limited", Code.RATE_LIMITED),
        ("not-in-the-table", Code.INTERNAL),
    ],
)
async def test_every_error_of_ours_is_its_problem_and_leaks_nothing(here: Web, what: str, code: Code) -> None:
    said = await here.problem("GET", f"/api/v1/raise/{what}")
    assert said["code"] == code
    assert "secret" not in orjson.dumps(said).decode()
    assert said["should_retry"] is (KINDS[code].should_retry)


async def test_how_long_to_wait_is_said_twice_the_same(here: Web) -> None:
    _, body, headers = await here.ask("GET", "/api/v1/raise/limited")
    assert headers["Retry-After"] == "3"
    assert orjson.loads(body)["retry_after_seconds"] == 3


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nothing", Code.NOT_FOUND),
        ("GET", "/api/v1/nothing", Code.NOT_FOUND),
        ("GET", "/api/v2/query", Code.UNKNOWN_VERSION),
        ("GET", "/api/", Code.UNKNOWN_VERSION),
        ("DELETE", "/api/v1/echo", Code.METHOD_NOT_ALLOWED),
        ("PATCH", "/api/v1/query", Code.METHOD_NOT_ALLOWED),
    ],
)
async def test_what_is_not_there_is_a_problem_too(here: Web, method: str, path: str, code: Code) -> None:
    assert (await here.problem(method, path))["code"] == code


async def test_a_wrong_method_is_told_the_right_ones(here: Web) -> None:
    _, _, headers = await here.ask("DELETE", "/api/v1/echo")
    assert headers["Allow"] == "POST"


UNPACK = {"zstd": zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("coding", UNPACK)
async def test_a_long_answer_is_compressed_as_asked(here: Web, coding: str) -> None:
    _, body, headers = await here.ask("GET", "/api/v1/long", headers={"Accept-Encoding": coding})
    assert headers["Content-Encoding"] == coding
    assert len(body) < 500
    assert orjson.loads(UNPACK[coding](body)) == {"text": "x" * 4000}
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v1/long?n=900", {"Accept-Encoding": "gzip"}),
        ("/api/v1/long", {"Accept-Encoding": "gzip", "X-No-Compression": "1"}),
        ("/api/v1/long", {"Accept-Encoding": "identity"}),
        ("/api/v1/long", {"Accept-Encoding": "gzip;q=0, br;q=0"}),
    ],
)
async def test_it_is_left_as_it_is_when_that_is_wanted_or_not_worth_it(here: Web, path: str, headers: Any) -> None:
    _, body, said = await here.ask("GET", path, headers=headers)
    assert "Content-Encoding" not in said
    assert orjson.loads(body)


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("gzip, br", "br"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("gzip;q=nonsense", None),
        ("deflate", None),
        ("GZIP ; Q=0.3", "gzip"),
        ("identity;q=1, gzip;q=0.5", None),
    ],
)
def test_the_coding_that_the_asker_likes_most_is_taken(accepted: str, best: str | None) -> None:
    assert best_coding(accepted) == best


async def test_who_has_the_answer_already_gets_only_that_word(here: Web) -> None:
    status, _, headers = await here.ask("GET", "/api/v1/marked")
    assert status == 200
    again, nothing, said = await here.ask("GET", "/api/v1/marked", headers={"If-None-Match": headers["ETag"]})
    assert (again, nothing) == (304, b"")
    assert said["ETag"] == headers["ETag"]
    assert (await here.ask("GET", "/api/v1/marked", headers={"If-None-Match": '"other"'}))[0] == 200


def test_every_code_has_its_words() -> None:
    assert set(KINDS) == set(Code)
    assert len(Code) >= 16
    assert all(
        kind.title and kind.message.endswith(".") and kind.action.endswith((".", "…")) for kind in KINDS.values()
    )


def test_the_document_says_what_each_endpoint_takes_gives_and_refuses() -> None:
    said = document(ENDPOINTS, version="1.2.3")
    post = said["paths"]["/api/v1/echo"]["post"]
    assert set(post["responses"]) == {"200", "400", "401", "413", "415", "422", "429", "500", "503"}
    assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Wish")
    assert said["paths"]["/api/v1/query"]["get"]["parameters"][0]["schema"]["maximum"] == 500
    assert said["paths"]["/api/v1/raise/{what}"]["get"]["parameters"][0]["in"] == "path"
    assert "304" in said["paths"]["/api/v1/marked"]["get"]["responses"]
    assert orjson.loads(orjson.dumps(said)) == said


@pytest.mark.parametrize("code", Code)
async def test_every_code_is_answered_in_the_same_form(here: Web, code: Code) -> None:
    said = await here.problem("GET", f"/api/v1/say/{code}")
    kind = KINDS[code]
    assert (said["code"], said["title"], said["should_retry"]) == (code, kind.title, kind.should_retry)
    assert said["user_message"] == {"title": kind.title, "message": kind.message, "action": kind.action}
