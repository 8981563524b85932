"""Pages are inflated to the same bytes, and within the same limits, by whichever library does it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import aiohttp
import pytest
from aiohttp import web

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.reading.web.inflating import inflate_quickly
from tests.reading.shop import fetcher, shop

TEXT = b"".join(b"<p>page %d</p>" % number for number in range(20_000))


@pytest.fixture(params=["zlib", "isal"])
def _library(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "isal":
        pytest.importorskip("isal")
        assert inflate_quickly()
    yield
    aiohttp.set_zlib_backend(zlib)


async def read(body: bytes, encoding: str = "gzip", **limits: int) -> bytes:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": encoding, "Content-Type": "text/html"})

    async with shop(answer) as place, fetcher(place.place, **limits) as door:
        return (await door.get(f"{place.base}/p")).body


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT, 1) + gzip.compress(TEXT, 9), "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (gzip.compress(b""), "gzip"),
    ],
)
async def test_the_page_is_what_was_sent(body: bytes, encoding: str) -> None:
    whole = gzip.decompress(body) if encoding == "gzip" else zlib.decompress(body)

    assert await read(body, encoding) == whole


@pytest.mark.usefixtures("_library")
async def test_a_small_answer_that_inflates_without_end_is_refused() -> None:
    with pytest.raises(ReadError) as raised:
        await read(gzip.compress(bytes(50_000_000)), max_bytes=1_000_000)

    assert raised.value.reason is FailureReason.TOO_LARGE


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize(
    "body", [gzip.compress(TEXT)[:-8] + b"12345678", b"no gzip at all", gzip.compress(TEXT)[:40] + b"x" * 40]
)
async def test_an_answer_that_cannot_be_inflated_is_a_broken_connection(body: bytes) -> None:
    with pytest.raises(ReadError) as raised:
        await read(body)

    assert raised.value.reason is FailureReason.UNREACHABLE
