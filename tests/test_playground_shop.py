"""The demo shop: what its pages show, what its JSON-LD says and what our own readers make of them are one thing."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from alerts.clock import SystemClock
from alerts.domain.errors import BadInput, ReadError
from alerts.domain.model import Availability, Listing
from alerts.reading.readers.page import PageReader
from alerts.reading.readers.shopify import ShopifyReader
from alerts.reading.web.fetch import WebFetcher
from bot.playground.shop import DemoShop
from bot.playground.shop.floor import Floor

JETSON, NIMBUS, PIXEL = "jetson-orin-nano", "Nimbus Parts", "Pixel Depot"


@pytest.fixture
async def shop() -> AsyncIterator[DemoShop]:
    """A shop that is open, and slow for a tenth of a second only."""
    async with DemoShop(slow=0.1) as opened:
        yield opened


@pytest.fixture
async def web(shop: DemoShop) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser of sorts."""
    async with aiohttp.ClientSession(base_url=shop.url) as session:
        yield session


def listing(shop: DemoShop, sku: str, vendor: str) -> dict[str, Any]:
    """The configured listing of a product at a vendor."""
    (product,) = [product for product in shop.products() if product["sku"] == sku]
    (found,) = [each for each in product["listings"] if each["vendor"] == vendor]
    return dict(found)


async def page(web: aiohttp.ClientSession, url: str) -> tuple[dict[str, Any], str]:
    """The offer in a page's JSON-LD, and its buy button."""
    async with web.get(url) as answer:
        text = await answer.text()
    json_ld, button = re.search(r"ld\+json\">(.*?)</script>", text, re.DOTALL), re.search(r"<button.*?</button>", text)
    assert json_ld
    assert button
    return json.loads(json_ld[1])["offers"], button[0]


async def look(shop: DemoShop, sku: str, vendor: str, reader: str | None = None) -> tuple[str, str]:
    """What our readers make of a listing: availability and price, or the reason of a failure and nothing."""
    entry = listing(shop, sku, vendor)
    kind = reader or entry["reader"]
    async with WebFetcher(clock=SystemClock(), pace=None, allow_private=[shop.authority]) as fetcher:
        reading = PageReader(fetcher) if kind == "page" else ShopifyReader(fetcher)
        try:
            offer = await reading.read(Listing(id="x", sku=sku, product_name=sku, **entry))
        except ReadError as error:
            return error.reason.value, ""
    return offer.availability.value, str(offer.price.amount) if offer.price else ""


async def control(web: aiohttp.ClientSession, path: str, origin: str | None, **body: object) -> tuple[int, str]:
    """A press on the control page."""
    headers = {} if origin is None else {"Origin": origin}
    async with web.post(f"/control/{path}", json=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def shelves(web: aiohttp.ClientSession) -> list[dict[str, Any]]:
    """All shelves as the control page sees them."""
    async with web.get("/control/events") as stream:
        return list(json.loads((await stream.content.readline())[6:])["shelves"])


def test_a_dozen_products_each_at_two_to_four_vendors() -> None:
    products = DemoShop().products()

    assert len(products) == 12
    assert {len(product["listings"]) for product in products} == {2, 3, 4}
    assert all(product["tier"] == "hot" for product in products)
    assert [product["aliases"] for product in products if product["sku"] == JETSON] == [["jetson", "orin nano"]]


def test_no_name_means_two_products() -> None:
    names = [name.casefold() for p in DemoShop().products() for name in {p["sku"], p["name"].casefold(), *p["aliases"]}]

    assert len(names) == len(set(names))


async def test_it_listens_on_loopback_only(shop: DemoShop) -> None:
    assert shop.authority.startswith("127.0.0.1:")
    assert shop.url == f"http://{shop.authority}/"


async def test_a_port_that_is_taken_is_one_clear_sentence(shop: DemoShop) -> None:
    port = int(shop.authority.rpartition(":")[2])

    with pytest.raises(BadInput, match=f"cannot open at 127.0.0.1:{port}"):
        async with DemoShop(port):
            pass


@pytest.mark.parametrize(
    ("availability", "schema", "button"),
    [
        ("in_stock", "InStock", 'class="add-to-cart">Add to basket<'),
        ("limited", "LimitedAvailability", 'class="add-to-cart">Add to basket<'),
        ("preorder", "PreOrder", 'class="add-to-cart">Pre-order<'),
        ("backorder", "BackOrder", 'class="add-to-cart">Order now, ships later<'),
        ("out_of_stock", "OutOfStock", 'class="add-to-cart" disabled>Sold out<'),
        ("discontinued", "Discontinued", 'class="add-to-cart" disabled>Discontinued<'),
    ],
)
async def test_the_button_and_the_json_ld_agree(
    shop: DemoShop, web: aiohttp.ClientSession, availability: str, schema: str, button: str
) -> None:
    shop.set(JETSON, "nimbus-parts", availability=availability, price="199.5")

    offer, shown = await page(web, listing(shop, JETSON, NIMBUS)["url"])

    assert offer["availability"] == f"https://schema.org/{schema}"
    assert (offer["price"], offer["priceCurrency"], offer["seller"]["name"]) == ("199.50", "GBP", NIMBUS)
    assert button in shown


async def test_our_readers_understand_every_listing_as_it_stands(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    told, read = {}, {}
    for product in shop.products():
        for each in product["listings"]:
            where = product["sku"], each["vendor"]
            offer, _ = await page(web, each["url"])
            stock = re.sub(r"(?<!^)([A-Z])", r"_\1", offer["availability"].rpartition("/")[2]).lower()
            told[where] = {"pre_order": "preorder", "back_order": "backorder"}.get(stock, stock), offer["price"]
            read[where] = await look(shop, *where)

    assert read == told
    assert told[JETSON, NIMBUS] == ("out_of_stock", "249.00")
    assert 5 <= sum(stock == "out_of_stock" for stock, _ in told.values()) <= 8


@pytest.mark.parametrize("availability", ["in_stock", "preorder", "backorder", "out_of_stock"])
async def test_the_shopify_vendor_says_the_same_in_json_and_html(shop: DemoShop, availability: str) -> None:
    shop.set("pi5-8gb", PIXEL, availability=availability, price="71.28")

    assert await look(shop, "pi5-8gb", PIXEL) == (availability, "71.28")
    assert await look(shop, "pi5-8gb", PIXEL, reader="page") == (availability, "71.28")


async def test_the_shopify_vendor_has_other_sizes_and_a_cart(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    for base in ("", "/pixel-depot"):
        async with web.get(f"{base}/products/raspberry-pi-5-8gb.js") as answer:
            product = await answer.json()
        async with web.get(f"{base}/cart.js") as answer:
            cart = await answer.json()

        assert [(each["title"], each["price"]) for each in product["variants"]] == [
            ("4GB", 3870),
            ("8GB", 7740),
            ("16GB", 15480),
        ]
        assert cart["currency"] == "GBP"


@pytest.mark.parametrize("vendor", [NIMBUS, PIXEL])
@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("captcha", 200, "<title>Robot Check</title>"),
        ("error500", 500, "Internal Server Error"),
        ("gone", 404, "could not find that page"),
        ("empty", 200, '<div id="root"></div>'),
    ],
)
async def test_a_fault_tells_nothing_of_the_product(
    shop: DemoShop, web: aiohttp.ClientSession, vendor: str, fault: str, status: int, words: str
) -> None:
    shop.fault(JETSON, vendor, fault)
    url = listing(shop, JETSON, vendor)["url"]

    for each in (url, f"{url}.js") if vendor == PIXEL else (url,):
        async with web.get(each) as answer:
            text = await answer.text()
            assert answer.status == status
            assert words in text
            assert "Jetson" not in text


async def test_a_slow_page_comes_in_the_end_and_a_mended_one_at_once(
    shop: DemoShop, web: aiohttp.ClientSession
) -> None:
    url, loop = listing(shop, JETSON, NIMBUS)["url"], asyncio.get_running_loop()
    shop.fault(JETSON, NIMBUS, "slow")
    began = loop.time()
    await page(web, url)
    assert loop.time() - began >= 0.1

    shop.fault(JETSON, NIMBUS, None)
    began = loop.time()
    await page(web, url)
    assert loop.time() - began < 0.1


async def test_closing_does_not_wait_for_a_slow_page() -> None:
    began = asyncio.get_running_loop().time()
    async with aiohttp.ClientSession() as web, DemoShop(slow=30) as shop:
        shop.fault(JETSON, NIMBUS, "slow")
        reading = asyncio.create_task(page(web, listing(shop, JETSON, NIMBUS)["url"]))
        while not shop.hits:  # noqa: ASYNC110  the shop has nothing that could be awaited instead
            await asyncio.sleep(0.005)
    with pytest.raises(aiohttp.ClientError):
        await reading

    assert asyncio.get_running_loop().time() - began < 5


async def test_an_unchanged_page_is_304_and_a_changed_one_is_not(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    for url in (listing(shop, JETSON, NIMBUS)["url"], listing(shop, JETSON, PIXEL)["url"] + ".js"):
        async with web.get(url) as answer:
            known = {"If-None-Match": answer.headers["ETag"]}
        async with web.get(url, headers=known) as answer:
            assert answer.status == 304
        shop.set(JETSON, NIMBUS if "nimbus" in url else PIXEL, price="1.23")
        async with web.get(url, headers=known) as answer:
            assert answer.status == 200


async def test_requests_are_counted_and_robots_welcome(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    await look(shop, JETSON, NIMBUS)

    assert shop.hits == {"/robots.txt": 1, "/nimbus-parts/products/jetson-orin-nano": 1}
    async with web.get("/robots.txt") as answer:
        assert "Allow: /" in await answer.text()


async def test_the_control_page_changes_the_shop(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    here, place = shop.url.rstrip("/"), f"{JETSON}/nimbus-parts"

    assert await control(web, place, here, action="restock") == (
        200,
        '{"message": "Jetson Orin Nano at Nimbus Parts: \\u00a3249.00, in stock."}',
    )
    await control(web, place, here, action="discount")
    assert await look(shop, JETSON, NIMBUS) == ("in_stock", "199.20")
    await control(web, place, here, action="sell_out", price="£1,020")
    assert await look(shop, JETSON, NIMBUS) == ("out_of_stock", "1020.00")
    await control(web, place, here, fault="gone")
    assert await look(shop, JETSON, NIMBUS) == ("not_found", "")
    await control(web, "reset", here)
    assert await look(shop, JETSON, NIMBUS) == ("out_of_stock", "249.00")


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1"])
async def test_no_other_page_may_change_it(shop: DemoShop, web: aiohttp.ClientSession, origin: str | None) -> None:
    for path in (f"{JETSON}/nimbus-parts", "reset", "lively"):
        status, _ = await control(web, path, origin, action="restock")
        assert status == 403


async def test_a_name_made_to_point_here_may_not_change_it(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    async with web.post("/control/reset", json={}, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "body",
    [
        {"price": "cheap"},
        {"price": "-1"},
        {"price": "NaN"},
        {"price": "1e99"},
        {"price": 7},
        {"availability": "unknown"},
        {"count": -1},
        {"fault": "boom"},
        {"action": "burn"},
        {"prise": "1"},
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(
    shop: DemoShop, web: aiohttp.ClientSession, body: dict[str, Any]
) -> None:
    status, said = await control(web, f"{JETSON}/nimbus-parts", shop.url.rstrip("/"), **body)

    assert status == 400
    assert json.loads(said)["message"]
    assert await look(shop, JETSON, NIMBUS) == ("out_of_stock", "249.00")


async def test_an_unknown_shelf_is_refused(shop: DemoShop) -> None:
    with pytest.raises(BadInput, match="no 'jetson-orin-nano' at 'Amazon'"):
        shop.set(JETSON, "Amazon", price="1")


async def test_news_reach_an_open_control_page(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    async with web.get("/control/events") as stream:
        first = json.loads((await stream.content.readline())[6:])
        await stream.content.readline()
        shop.set(JETSON, NIMBUS, price="200", availability="limited", count=2)
        second = json.loads((await stream.content.readline())[6:])

    changed = [after for before, after in zip(first["shelves"], second["shelves"], strict=True) if before != after]
    assert [(each["sku"], each["price"], each["count"]) for each in changed] == [(JETSON, "200.00", 2)]


async def test_a_lively_shop_moves_by_itself_and_a_calm_one_does_not() -> None:
    async with DemoShop(pause=(0.001, 0.001)) as shop, aiohttp.ClientSession(shop.url) as web:
        here, morning = shop.url.rstrip("/"), await shelves(web)
        await asyncio.sleep(0.02)
        assert await shelves(web) == morning

        assert (await control(web, "lively", here, on=True))[0] == 200
        async with asyncio.timeout(5):
            while await shelves(web) == morning:
                pass


def test_prices_drift_within_bounds() -> None:
    floor, morning = Floor(random.Random(7)), Floor(random.Random(7))
    for _ in range(3000):
        floor.drift()

    for now, then in zip(floor.shelves, morning.shelves, strict=True):
        assert then.price * Decimal("0.74") < now.price < then.price * Decimal("1.21")
    assert sum(now.price != then.price for now, then in zip(floor.shelves, morning.shelves, strict=True)) > 30
    assert {now.availability.is_in_stock for now in floor.shelves} == {True, False}


async def test_pages_allow_no_foreign_script(shop: DemoShop, web: aiohttp.ClientSession) -> None:
    for path in ("/", "/nimbus-parts/", "/nimbus-parts/basket", listing(shop, JETSON, NIMBUS)["url"]):
        async with web.get(path) as answer:
            assert answer.status == 200
            assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
            assert not re.search(r"<script(?![^>]*(src=|ld\+json))|\son\w+=|style=", await answer.text())


def test_every_availability_can_be_set() -> None:
    shop = DemoShop()
    for word in Availability:
        if word is not Availability.UNKNOWN:
            shop.set(JETSON, NIMBUS, availability=word.value)
