"""The one door: what it refuses, where it stops, and what each end is called."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import resource
import socket
import time
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.reading.web.addresses import is_public
from tests.reading.shop import fetcher, page, shop


async def failure(door: Any, url: str) -> ReadError:
    with pytest.raises(ReadError) as failed:
        await door.get(url)
    return failed.value


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 168.63.129.16 100.64.0.1 0.0.0.0 224.0.0.1
    255.255.255.255
    192.0.0.192 192.88.99.1 198.18.0.1 203.0.113.1 ::1 :: ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 2002:7f00:1::
    fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 2001:db8::1 3fff::1 5f00::1 100::1 nonsense""".split(),
)
def test_no_special_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80f::200e"])
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://shop.example/x",
        "gopher://shop.example/",
        "http://user:pw@shop.example/",
        "http://shop.example:8080/",
        "https://shop.example:80/",
        "http://shop.example/a b",
        "http://shop.example\\@127.0.0.1/",
        "http:///x",
        "http://shop.example:99999/",
        "https://shop.example/" + "a" * 2048,
    ],
)
async def test_addresses_that_are_never_asked(url: str) -> None:
    async with fetcher() as door:
        assert (await failure(door, url)).is_worth_retrying is False


async def test_a_listed_place_opens_nothing_but_itself() -> None:
    async with shop(page) as first, shop(page) as second, fetcher(first.place) as door:
        assert (await door.get(first.base)).text == "<h1>hello</h1>"
        await failure(door, second.base)

        assert second.seen == []


async def test_a_redirect_into_the_private_network_is_not_followed() -> None:
    async with shop(page) as private:

        async def lure(_: web.Request) -> web.Response:
            raise web.HTTPFound(private.base)

        async with shop(lure) as public, fetcher(public.place) as door:
            await failure(door, public.base)

    assert private.seen == []


async def test_redirects_are_followed_five_times_and_not_for_ever() -> None:
    async def round_and_round(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"/{int(request.path[1:] or 0) + 1}")

    async with shop(round_and_round) as where, fetcher(where.place) as door:
        error = await failure(door, where.base + "/0")

    assert (error.reason, len(where.seen)) == (FailureReason.UNREACHABLE, 1 + 6)


async def test_a_proxy_in_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(page) as proxy, shop(page) as where, fetcher(where.place) as door:
        monkeypatch.setenv("http_proxy", proxy.base)
        monkeypatch.setenv("HTTP_PROXY", proxy.base)
        await door.get(where.base)

    assert proxy.seen == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, FailureReason.NOT_FOUND),
        (410, FailureReason.NOT_FOUND),
        (403, FailureReason.BLOCKED),
        (429, FailureReason.BLOCKED),
        (503, FailureReason.BLOCKED),
        (500, FailureReason.UNREACHABLE),
        (502, FailureReason.UNREACHABLE),
        (400, FailureReason.UNREADABLE),
    ],
)
async def test_every_status_has_its_reason(status: int, reason: FailureReason) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with shop(refuse) as where, fetcher(where.place) as door:
        assert (await failure(door, where.base)).reason is reason


async def test_retry_after_is_kept_and_the_shop_is_left_in_peace() -> None:
    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "120"})

    async with shop(busy) as where, fetcher(where.place, respect_robots=False) as door:
        first = await failure(door, where.base)
        second = await failure(door, where.base)

    assert (first.retry_after, second.reason, len(where.seen)) == (timedelta(seconds=120), FailureReason.BLOCKED, 1)


async def test_a_gzip_bomb_ends_early_and_costs_little_memory() -> None:
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)

    async def explode(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})

    async with shop(explode) as where, fetcher(where.place) as door:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        error = await failure(door, where.base)
        rise = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    assert (error.reason, rise < 50) == (FailureReason.TOO_LARGE, True)


async def test_an_endless_body_is_too_large_and_a_drip_is_a_timeout() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/html"})
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * (65536 if request.path == "/flood" else 1))
            await asyncio.sleep(0 if request.path == "/flood" else 0.1)

    async with (
        shop(endless) as where,
        fetcher(where.place, timeout=timedelta(seconds=0.5), max_bytes=1_000_000) as door,
    ):
        flood, drip = await asyncio.gather(failure(door, where.base + "/flood"), failure(door, where.base + "/drip"))

    assert (flood.reason, drip.reason) == (FailureReason.TOO_LARGE, FailureReason.TIMEOUT)


async def test_huge_headers_end_the_conversation() -> None:
    async def boast(_: web.Request) -> web.Response:
        return web.Response(text="x", headers={"X-Big": "y" * 200_000})

    async with shop(boast) as where, fetcher(where.place, respect_robots=False) as door:
        assert (await failure(door, where.base)).reason is FailureReason.UNREACHABLE


async def test_one_host_that_hangs_does_not_delay_another() -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with shop(hang) as slow, shop(page) as quick, fetcher(slow.place, quick.place, respect_robots=False) as door:
        waiting = asyncio.gather(*(failure(door, slow.base) for _ in range(4)))
        began = time.monotonic()
        await door.get(quick.base)
        took = time.monotonic() - began
        waiting.cancel()

    assert took < 0.5


async def test_a_page_that_did_not_change_is_not_sent_again() -> None:
    async def validated(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304, headers={"ETag": '"1"'})
        return web.Response(text="first", headers={"ETag": '"1"'})

    async with shop(validated) as where, fetcher(where.place, respect_robots=False) as door:
        pages = [(await door.get(where.base)).text for _ in range(3)]

    assert (pages, len(where.seen)) == (["first"] * 3, 3)


@pytest.mark.parametrize("coding", ["br", "gzip", "zstd", "deflate"])
async def test_every_compression_is_offered(coding: str) -> None:
    async def offered(request: web.Request) -> web.Response:
        return web.Response(text=request.headers["Accept-Encoding"] + "|" + request.headers["User-Agent"])

    async with shop(offered) as where, fetcher(where.place) as door:
        text = (await door.get(where.base)).text

    assert coding in text
    assert "HardwareSentry" in text


async def test_robots_are_respected_and_asked_once() -> None:
    async with shop(page, robots="User-agent: *\nDisallow: /private/") as where, fetcher(where.place) as door:
        await door.get(where.base + "/open/1")
        error = await failure(door, where.base + "/private/1")

    assert (error.reason, where.seen) == (FailureReason.BLOCKED, ["/robots.txt", "/open/1"])


async def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    async with fetcher(place, respect_robots=False) as door:
        assert (await failure(door, f"http://{place}/")).reason is FailureReason.UNREACHABLE


async def test_pictures_are_no_pages() -> None:
    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG", content_type="image/png")

    async with shop(picture) as where, fetcher(where.place) as door:
        assert (await failure(door, where.base)).reason is FailureReason.UNREADABLE


def test_aiohttp_still_offers_the_hook_that_all_this_hangs_on() -> None:
    assert "socket_factory" in inspect.signature(aiohttp.TCPConnector.__init__).parameters
