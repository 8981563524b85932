"""A second look owes nothing to the first: a connection of its own, no validator, no cache that may repeat itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from alerts.clock import SystemClock
from alerts.domain.confirm import Rules
from alerts.domain.errors import ReadError
from alerts.domain.model import ChangeKind, FailureReason, Listing, Product, Reading
from alerts.reading.manners import polite
from alerts.reading.readers.page import PageReader
from alerts.reading.web.fetch import WebFetcher
from alerts.reading.web.validators import FRESH
from alerts.scan import Answer, Scan
from alerts.store.memory import MemoryStore
from tests.reading.shop import fetcher, shop

NOW = timedelta(0)


def page_of(stock: str) -> str:
    offer = f'{{"price":"76.80","priceCurrency":"GBP","availability":"{stock}"}}'
    data = f'{{"@type":"Product","name":"Board 5","offers":{offer}}}'
    return f'<title>Board 5</title><h1>Board 5</h1><script type="application/ld+json">{data}</script>'


class Board:
    """A shop's page with a validator; it remembers who asked how, and through which connection."""

    def __init__(self) -> None:
        self.stock, self.sticky = "OutOfStock", dict[int, str]()
        self.connections, self.headers = list[int](), list[dict[str, str]]()
        self.failing = 0

    async def __call__(self, request: web.Request) -> web.Response:
        assert request.transport
        connection = request.transport.get_extra_info("peername")[1]
        self.connections.append(connection)
        self.headers.append(dict(request.headers))
        if self.failing:
            self.failing -= 1
            return web.Response(status=502)
        stock = self.sticky.get(connection, self.stock)
        if request.headers.get("If-None-Match") == f'"{stock}"':
            return web.Response(status=304, headers={"ETag": f'"{stock}"'})
        return web.Response(text=page_of(stock), content_type="text/html", headers={"ETag": f'"{stock}"'})

    def asked_with(self, name: str) -> list[str | None]:
        return [each.get(name) for each in self.headers]


def looking(door: WebFetcher, base: str) -> tuple[Scan, Product]:
    clock = SystemClock()
    listing = Listing(id="shop", sku="board", product_name="Board 5", vendor="Shop", url=f"{base}/board")
    look = polite(PageReader(door), clock=clock)
    rules = Rules(restock_delay=NOW)
    scan = Scan(looks={"Shop": look}, store=MemoryStore(clock), clock=clock, patience=timedelta(seconds=9), rules=rules)
    return scan, Product(sku="board", name="Board 5", listings=(listing,))


def kinds(answer: Answer) -> list[ChangeKind]:
    return [change.kind for change in answer.changes]


@pytest.mark.shortcut
async def test_ordinary_looks_share_a_connection_and_ask_for_news_only() -> None:
    board = Board()
    async with shop(board) as where, fetcher(where.place, respect_robots=False) as door:
        scan, product = looking(door, where.base)
        for _ in range(3):
            await scan(product, max_age=NOW)

    assert len(set(board.connections)) == 1
    assert board.asked_with("If-None-Match") == [None, '"OutOfStock"', '"OutOfStock"']
    assert board.asked_with("Cache-Control") == [None, None, None]


@pytest.mark.shortcut
async def test_a_restock_is_confirmed_over_a_connection_of_its_own_that_asks_for_the_whole_page() -> None:
    board = Board()
    async with shop(board) as where, fetcher(where.place, respect_robots=False) as door:
        scan, product = looking(door, where.base)
        await scan(product, max_age=NOW)
        board.stock = "InStock"
        seen = await scan(product, max_age=NOW)
        confirmed = await scan(product, max_age=NOW)
        await scan(product, max_age=NOW)

    first, second, third, fourth = board.connections
    assert (kinds(seen), kinds(confirmed)) == ([], [ChangeKind.RESTOCKED])
    assert first == second == fourth != third
    assert board.asked_with("If-None-Match") == [None, '"OutOfStock"', None, '"InStock"']
    assert board.asked_with("Cache-Control") == [None, None, "no-cache", None]
    assert board.headers[2].get("Connection") == "close"


async def test_a_connection_that_keeps_leading_to_a_wrong_machine_never_confirms_its_own_mistake() -> None:
    board = Board()
    async with shop(board) as where, fetcher(where.place, respect_robots=False) as door:
        scan, product = looking(door, where.base)
        await scan(product, max_age=NOW)
        board.sticky[board.connections[0]] = "InStock"  # one machine of the shop is wrong, and we are connected to it
        answers = [await scan(product, max_age=NOW) for _ in range(6)]

    told = {kind for answer in answers for kind in kinds(answer)}
    assert told <= {ChangeKind.FLAPPING}
    assert len(set(board.connections)) > 2


async def test_each_attempt_and_each_hop_of_a_fresh_look_is_fresh() -> None:
    board = Board()

    async def moved(request: web.Request) -> web.StreamResponse:
        if request.path == "/board":
            await board(request)
            raise web.HTTPFound("/there")
        return await board(request)

    async with shop(moved) as where, fetcher(where.place, respect_robots=False) as door:
        _, product = looking(door, where.base)
        look = polite(PageReader(door), clock=SystemClock(), attempts=1)
        await look(product.listings[0], fresh=True)
        await look(product.listings[0], fresh=True)

    assert len(set(board.connections)) == 4
    assert set(board.asked_with("Cache-Control")) == {"no-cache"}


@pytest.mark.shortcut
async def test_a_look_beside_a_fresh_one_keeps_its_connection_and_its_validators() -> None:
    board = Board()
    async with shop(board) as where, fetcher(where.place, respect_robots=False) as door:
        _, product = looking(door, where.base)
        look = polite(PageReader(door), clock=SystemClock())
        await look(product.listings[0])
        readings: list[Reading] = await asyncio.gather(
            look(product.listings[0], fresh=True), look(product.listings[0]), look(product.listings[0], fresh=True)
        )

    assert [reading.offer is not None for reading in readings] == [True] * 3
    assert sorted(board.asked_with("Cache-Control")[1:], key=str) == [None, "no-cache", "no-cache"]
    assert board.asked_with("If-None-Match").count('"OutOfStock"') == 1


async def test_nothing_changed_is_no_answer_to_who_asked_for_the_whole_page() -> None:
    async def lazy(request: web.Request) -> web.Response:
        if request.headers.get("Cache-Control"):
            return web.Response(status=304, headers={"ETag": '"1"'})
        return web.Response(text="first", headers={"ETag": '"1"'})

    async with shop(lazy) as where, fetcher(where.place, respect_robots=False) as door:
        await door.get(where.base)
        FRESH.set(True)
        with pytest.raises(ReadError) as failed:
            await door.get(where.base)

    assert failed.value.reason is FailureReason.UNREADABLE


async def test_a_fresh_look_passes_the_same_guard() -> None:
    board = Board()
    async with shop(board) as private, fetcher(respect_robots=False) as door:
        FRESH.set(True)
        with pytest.raises(ReadError):
            await door.get(private.base)

    assert board.connections == []
