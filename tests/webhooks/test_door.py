"""The door outwards, with real sockets on loopback: what it refuses, where it stops, and what each end is called."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from alerts.clock import SystemClock
from alerts.domain.errors import BadInput
from alerts.domain.signing import signature
from alerts.domain.webhooks import HookState
from alerts.reading.web.post import WebPoster
from tests.reading.shop import page, shop
from tests.reading.test_ssrf import LITERALS, Names, port_of
from tests.webhooks.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def poster(*allowed: str, **changes: Any) -> WebPoster:
    return WebPoster(**{"clock": SystemClock(), "limit": timedelta(seconds=2), "allow_private": allowed, **changes})


class Receiver:
    """A program that takes the challenge, keeps what it was sent, and then answers with the statuses it was given."""

    def __init__(self, *statuses: int, then: Handler | None = None) -> None:
        self.statuses, self.then = list(statuses), then
        self.got: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        facts = json.loads(body)
        if facts["type"] == "webhook.challenge":
            return web.json_response({"challenge": facts["challenge"]})
        self.got.append((dict(request.headers), body))
        if self.then:
            return await self.then(request)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


async def test_a_message_arrives_signed_and_as_json() -> None:
    receiver = Receiver()
    async with shop(receiver) as where:
        world = World(poster=poster(where.place))
        await world.watches()
        added = await world.webhooks.add(1, f"{where.base}/in", by=7)
        await world.happens()
        await world.turn()

    [(headers, body)] = receiver.got
    at = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(added.secret, headers["webhook-id"], at, body)
    assert headers["Content-Type"] == "application/json"
    assert "Cookie" not in headers
    assert json.loads(body)["type"] == "change.restocked"


async def test_what_fails_first_arrives_later_under_the_same_id() -> None:
    receiver = Receiver(500, 503, 200)
    async with shop(receiver) as where:
        world = World(poster=poster(where.place))
        webhook = await world.hook(f"{where.base}/in")
        await world.happens()
        await world.turn()
        await world.passes(6)
        await world.passes(331)

        assert [row.status for row in await world.webhooks.log(1, webhook.id)] == ["200", "503", "500"]
    assert len(receiver.ids) == 3
    assert len(set(receiver.ids)) == 1


async def test_one_that_says_gone_is_disabled_at_once() -> None:
    receiver = Receiver(410)
    async with shop(receiver) as where:
        world = World(poster=poster(where.place))
        webhook = await world.hook(f"{where.base}/in")
        await world.happens()
        await world.turn()
        await world.passes(10 * 3600)

        assert (await world.webhooks.get(1, webhook.id)).state is HookState.DISABLED
    assert len(receiver.ids) == 1


async def test_retry_after_is_read_and_kept() -> None:
    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "600"})

    receiver = Receiver(then=busy)
    async with shop(receiver) as where:
        world = World(poster=poster(where.place))
        await world.hook(f"{where.base}/in")
        await world.happens()
        await world.turn()
        await world.passes(599)
        assert len(receiver.got) == 1
        await world.passes(2)
        assert len(receiver.got) == 2


async def test_a_redirect_is_followed_nowhere() -> None:
    async with shop(page) as private:

        async def lure(_: web.Request) -> web.Response:
            raise web.HTTPTemporaryRedirect(private.base)

        async with shop(lure) as where:
            answer = await poster(where.place, private.place).post(where.base, b"{}", {})

    assert (answer.word, answer.status, answer.is_good) == ("redirect", 307, False)
    assert private.seen == []


@pytest.mark.parametrize("host", LITERALS)
async def test_no_way_to_write_a_private_address_reaches_it(host: str) -> None:
    async with shop(page) as private:
        door = poster(ports=[port_of(private)])
        for scheme in ("http", "https"):
            answer = await door.post(f"{scheme}://{host}:{port_of(private)}/", b"{}", {})
            assert answer.status is None

    assert private.seen == []


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::1", "127.0.0.1"], ["169.254.169.254", "127.0.0.1"], ["64:ff9b::7f00:1"]]
)
async def test_a_name_that_leads_inside_is_stopped_at_the_socket(addresses: list[str]) -> None:
    async with shop(page) as private:
        door = poster(ports=[port_of(private)], resolver=Names(hooks=[addresses]))
        answer = await door.post(f"https://hooks.example:{port_of(private)}/", b"{}", {})

    assert (answer.word, answer.status) == ("private address", None)
    assert private.seen == []


async def test_a_webhook_that_leads_inside_is_never_active() -> None:
    world = World(poster=poster(resolver=Names(hooks=[["127.0.0.1"]])))
    added = await world.webhooks.add(1, "https://hooks.example/in?token=canary", by=7)

    assert added.webhook.state is HookState.UNVERIFIED
    assert added.problem == "its address did not take the challenge (private address)"


@pytest.mark.parametrize(
    "url",
    """http://hooks.example/ ftp://hooks.example/ file:///etc/passwd https://user:canary@hooks.example/
    https://hooks.example:8443/ https:///x https://hooks.example\\@127.0.0.1/ nonsense""".split(),
)
async def test_addresses_that_are_never_sent_to_are_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        await World(poster=poster()).webhooks.add(1, url + "?canary", by=7)

    assert "canary" not in str(refused.value)


async def test_a_place_that_the_operator_opened_opens_nothing_but_itself() -> None:
    async with shop(page) as first, shop(page) as second:
        door = poster(first.place)

        assert (await door.post(first.base, b"{}", {})).is_good
        assert (await door.post(second.base, b"{}", {})).word == "not allowed"
        assert second.seen == []


async def test_an_endless_answer_is_cut_at_four_kilobytes_and_a_good_one_all_the_same() -> None:
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)
            sent += 65536

    async with shop(flood) as where:
        read = await poster(where.place).post(where.base, b"{}", {}, read=True)
        unread = await poster(where.place).post(where.base, b"{}", {})

    assert (read.is_good, len(read.body)) == (True, 4096)
    assert (unread.is_good, unread.body) == (True, b"")
    assert sent < 64 * 1024**2


async def test_a_compressed_bomb_is_not_unpacked() -> None:
    async def bomb(_: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b" + b"\0" * 1000, headers={"Content-Encoding": "gzip"})

    async with shop(bomb) as where:
        assert (await poster(where.place).post(where.base, b"{}", {}, read=True)).is_good


async def test_whoever_does_not_answer_is_left_after_its_time() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    start = time.monotonic()
    async with shop(silent) as where:
        answer = await poster(where.place, limit=timedelta(seconds=0.2)).post(where.base, b"{}", {})
        took = time.monotonic() - start

    assert (answer.word, answer.status) == ("timeout", None)
    assert 0.2 <= took < 1.5
    assert answer.took >= timedelta(seconds=0.2)


@pytest.mark.parametrize("what", ["closed", "garbage", "header"])
async def test_every_broken_connection_has_a_word(what: str) -> None:
    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if what == "garbage":
            writer.write(b"\x00\x01 nonsense\r\n\r\n")
        if what == "header":
            writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(odd, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        answer = await poster(f"127.0.0.1:{port}").post(f"http://127.0.0.1:{port}/", b"{}", {})
    closed = await poster(f"127.0.0.1:{port}").post(f"http://127.0.0.1:{port}/", b"{}", {})

    assert (answer.word, answer.status) == ("connection broke", None)
    assert closed.word == "no connection"


async def test_a_wrong_certificate_is_no_good() -> None:
    async with shop(page) as where:
        answer = await poster(where.place).post(where.base.replace("http:", "https:"), b"{}", {})

    assert answer.status is None
    assert where.seen == []
