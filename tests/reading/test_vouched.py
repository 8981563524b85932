"""Any process may ask whether a page is still the one that an offer was read from; what is known stays the same."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

import alerts
from alerts.domain.confirm import Rules
from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Known, Listing, Product, ReaderKind
from alerts.domain.vouch import WHOLE_AFTER, Vouch, offer_behind, vouch_of
from alerts.ports import Page
from alerts.reading.code_mark import code_mark, mark_of
from alerts.reading.data.overrides import Override
from alerts.reading.manners import polite
from alerts.reading.readers.auto import AutoReader
from alerts.reading.readers.page import PageReader
from alerts.reading.readers.shopify import ShopifyReader
from alerts.reading.shortcuts import ALL, Shortcuts
from alerts.reading.web.validators import FRESH
from alerts.scan import Scan
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock
from tests.reading.shop import fetcher, shop
from tests.reading.test_fresh import page_of

NOW = timedelta(0)
URL = "https://shop.test/board"
OFF = Shortcuts(vouched=False)


@dataclass
class Site:
    """A shop without a network: one page with an ETag. It counts the pages that it sent, and those that it did not."""

    clock: FakeClock
    body: str = page_of("InStock")
    age: str = ""
    is_away: bool = False
    is_lying: bool = False
    sent: int = 0
    unchanged: int = 0
    asked: list[str] = field(default_factory=list)

    async def get(self, url: str, *, accept: str = "text/html", unless: Vouch | None = None) -> Page:
        self.asked.append(url)
        if self.is_away:
            raise ReadError(FailureReason.UNREACHABLE, "away")
        if url.endswith(".js"):
            raise ReadError(FailureReason.NOT_FOUND, "no such page")
        headers = {"ETag": f'"{hash(self.body)}"', **({"Age": self.age} if self.age else {})}
        if unless and not FRESH.get() and (self.is_lying or unless.etag == headers["ETag"]):
            self.unchanged += 1
            return Page(url=url, status=304, headers=headers, body=b"", at=self.clock.now())
        self.sent += 1
        return Page(url=url, status=200, headers=headers, body=self.body.encode(), at=self.clock.now())


class World:
    """A product, its shop and a memory. `restart` stands for a new process, or for another worker's."""

    def __init__(self, shortcuts: Shortcuts = ALL, *, is_auto: bool = False) -> None:
        self.clock = FakeClock()
        self.site, self.store = Site(self.clock), MemoryStore(self.clock)
        self.listing = Listing(id="shop", sku="board", product_name="Board 5", vendor="Shop", url=URL)
        self._shortcuts, self._is_auto = shortcuts, is_auto
        self.restart()

    def restart(self, overrides: dict[str, Override] | None = None) -> None:
        page = PageReader(self.site, overrides=overrides, shortcuts=self._shortcuts)
        shopify = {ReaderKind.SHOPIFY: ShopifyReader(self.site, clock=self.clock)}
        look = polite(AutoReader(self.site, page, platforms=shopify) if self._is_auto else page, clock=self.clock,
                      attempts=1)  # fmt: skip
        self._scan = Scan(
            looks={"Shop": look}, store=self.store, clock=self.clock, patience=timedelta(seconds=9),
            rules=Rules(restock_delay=NOW),
        )  # fmt: skip

    async def look(self) -> Known:
        await self.clock.advance(60)
        product = Product(sku="board", name="Board 5", listings=(self.listing,))
        return (await self._scan(product, max_age=NOW)).snapshot.listings[0]

    async def news(self) -> Sequence[Any]:
        return [each.change for each in await self.store.take_news("test", limit=999, wait=NOW)]


@pytest.mark.shortcut
@pytest.mark.parametrize("is_auto", [False, True])
async def test_another_process_asks_for_news_only(is_auto: bool) -> None:
    world = World(is_auto=is_auto)
    first = await world.look()
    for _ in range(3):
        world.restart()
        last = await world.look()

    assert (world.site.sent, world.site.unchanged) == (1, 3)
    assert last.offer == first.offer
    assert last.observed_at == world.clock.now()


async def test_a_change_is_seen_at_the_next_look() -> None:
    world = World()
    await world.look()
    world.site.body = page_of("InStock").replace("76.80", "70.00")
    world.restart()

    known = await world.look()

    assert str(known.offer and known.offer.price) == "70.00 GBP"
    assert len(await world.news()) == 1


async def test_a_difference_that_waits_is_vouched_for_by_nothing() -> None:
    world = World()
    await world.look()
    world.site.body = page_of("OutOfStock")

    held = await world.look()
    sent = world.site.sent
    settled = await world.look()

    assert held.held
    assert not settled.held
    assert (world.site.sent, world.site.unchanged) == (sent + 1, 0)


async def test_after_a_failure_the_page_is_read_whole() -> None:
    world = World()
    await world.look()
    world.site.is_away = True
    await world.look()
    world.site.is_away = False
    await world.look()

    assert (world.site.sent, world.site.unchanged) == (2, 0)


@pytest.mark.parametrize("what", ["listing", "override", "our code"])
async def test_what_would_be_read_otherwise_now_is_read_whole(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    await world.look()
    if what == "listing":
        world.listing = world.listing.model_copy(update={"product_name": "Board 5 Pro"})
    if what == "our code":
        monkeypatch.setattr("alerts.reading.readers.page.code_mark", lambda: b"a newer version")
    world.restart({"Shop": Override(price="h1")} if what == "override" else None)
    await world.look()

    assert (world.site.sent, world.site.unchanged) == (2, 0)


async def test_what_was_kept_since_by_who_knows_no_vouches_is_not_taken_for_what_the_page_said() -> None:
    world = World()
    known = await world.look()
    hold = await world.store.hold_scan("board", [], ttl=timedelta(minutes=1))
    vouch = hold.vouches["shop"]
    now = world.clock.now()

    assert offer_behind(known, vouch, now) is known.offer
    assert offer_behind(known.model_copy(update={"observed_at": now + timedelta(seconds=1)}), vouch, now) is None
    assert offer_behind(None, vouch, now) is None


async def test_a_shop_that_says_unchanged_whatever_happens_is_found_out_within_six_hours() -> None:
    world = World()
    await world.look()
    world.site.is_lying, world.site.body = True, page_of("InStock").replace("76.80", "50.00")
    prices = []
    for _ in range(8):
        prices.append(str((await world.look()).offer.price))  # type: ignore[union-attr]
        await world.clock.advance(WHOLE_AFTER.total_seconds() / 6)

    assert prices[0] == "76.80 GBP"
    assert prices[-1] == "50.00 GBP"


async def test_a_page_that_a_cache_has_kept_for_long_is_read_whole() -> None:
    world = World()
    fresh = await world.look()
    world.site.age = "7200"
    stale = await world.look()
    again = await world.look()

    assert world.site.sent == 3
    assert [_says_its_age(known) for known in (fresh, stale, again)] == [False, True, True]


def _says_its_age(known: Known) -> bool:
    return any(each.source == "age" for each in known.offer.evidence) if known.offer else False


@pytest.mark.parametrize("file", ["reading/weigh/verdict.py", "reading/readers/auto.py", "domain/money.py"])
def test_any_change_of_our_code_that_reads_is_another_mark(file: str, tmp_path: Path) -> None:
    for room in ("reading", "domain"):
        shutil.copytree(Path(alerts.__file__).parent / room, tmp_path / room)
    assert mark_of(tmp_path) == code_mark()

    with (tmp_path / file).open("a") as changed:
        changed.write("#")

    assert mark_of(tmp_path) != code_mark()


@pytest.mark.parametrize("etag", ["", "abc", '"', '"a\x00"', '"ä"', f'"{"x" * 201}"', '"a" "b"', "W/", '"a"\nHost: x'])
def test_what_is_no_etag_vouches_for_nothing(etag: str) -> None:
    assert vouch_of(URL, etag, reading="r", at=FakeClock().now()) is None


def test_what_is_one_does() -> None:
    assert vouch_of(URL, 'W/"a-1:2"', reading="r", at=FakeClock().now())
    assert vouch_of(URL + "/ä", '"a"', reading="r", at=FakeClock().now()) is None


async def test_a_shop_systems_data_are_asked_for_again_where_the_page_leaves_something_open() -> None:
    world = World(is_auto=True)
    world.listing = world.listing.model_copy(update={"url": "https://shop.test/products/board", "variant": "blue"})
    world.site.body = page_of("InStock") + "<script src='//cdn.shopify.com/a.js'></script>"
    for _ in range(2):
        await world.look()

    assert world.site.unchanged == 0
    assert len([url for url in world.site.asked if url.endswith(".js")]) == 2


@pytest.mark.shortcut
async def test_over_http_a_page_that_is_still_the_one_vouched_for_is_not_sent() -> None:
    async def door(request: web.Request) -> web.StreamResponse:
        if request.path == "/moved":
            raise web.HTTPFound("/board")
        if request.headers.get("If-None-Match") == '"one"':
            return web.Response(status=304, headers={"ETag": '"one"'})
        return web.Response(text=page_of("InStock"), content_type="text/html", headers={"ETag": '"one"'})

    async with shop(door) as place, fetcher(place.place) as first, fetcher(place.place) as second:
        page = await first.get(f"{place.base}/moved")
        assert page.at
        vouch = vouch_of(page.url, page.headers["ETag"], reading="r", at=page.at)
        other = vouch_of(f"{place.base}/other", '"one"', reading="r", at=page.at)

        assert (await second.get(f"{place.base}/moved", unless=vouch)).status == 304
        assert (await second.get(f"{place.base}/moved", unless=other)).status == 200
        assert (await second.get(f"{place.base}/moved", unless=vouch)).status == 304
        assert (await second.get(f"{place.base}/moved")).body == page.body  # its own page, which is remembered


PRICES = st.sampled_from(["76.80", "70.00", "9.99"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("page"), st.sampled_from(["InStock", "OutOfStock"]), PRICES),
        st.tuples(st.just("away"), st.booleans()),
        st.tuples(st.just("age"), st.sampled_from(["", "5", "7200"])),
        st.tuples(st.just("later"), st.sampled_from([60, 3600, 22_000])),
        st.just(("restart",)),
        st.just(("nothing",)),
    ),
    max_size=14,
)  # fmt: skip


async def _walked(steps: Sequence[tuple[Any, ...]], shortcuts: Shortcuts) -> tuple[list[Known], Sequence[Any], int]:
    world = World(shortcuts)
    seen = [await world.look()]
    for step in steps:
        match step:
            case ("page", stock, price):
                world.site.body = page_of(stock).replace("76.80", price)
            case ("away", is_away):
                world.site.is_away = is_away
            case ("age", age):
                world.site.age = age
            case ("later", seconds):
                await world.clock.advance(seconds)
            case ("restart",):
                world.restart()
        seen += [await world.look(), await world.look()]
    return seen, await world.news(), world.site.unchanged


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_with_and_without_it_the_same_is_known_and_the_same_is_news(steps: Sequence[tuple[Any, ...]]) -> None:
    leaning, leaning_news, _ = asyncio.run(_walked(steps, ALL))
    plain, plain_news, none = asyncio.run(_walked(steps, OFF))

    assert leaning == plain
    assert leaning_news == plain_news
    assert none == 0
