"""Shopify, WooCommerce and the choice between them, against answers of their documented shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from aioresponses import aioresponses

from alerts.clock import SystemClock
from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Listing, Offer, PriceKind, ReaderKind
from alerts.ports import Page
from alerts.reading.readers.auto import AutoReader
from alerts.reading.readers.page import PageReader
from alerts.reading.readers.shopify import ShopifyReader
from alerts.reading.readers.woocommerce import WooCommerceReader
from tests.aioresponses_shim import mend
from tests.reading.shop import fetcher

mend()
SHOP = "https://shop.example"
VARIANTS = [
    {
        "id": 11,
        "title": "4GB",
        "sku": "B4",
        "options": ["4GB"],
        "available": True,
        "price": 5700,
        "compare_at_price": None,
    },
    {
        "id": 12,
        "title": "8GB",
        "sku": "B8",
        "options": ["8GB"],
        "available": False,
        "price": 7680,
        "compare_at_price": 9000,
        "selling_plan_allocations": [{"price": 6900}],
    },
]
BOARD = {"title": "Board 5", "vendor": "Board Ltd", "tags": [], "variants": VARIANTS, "price": 5700}
WOO = {
    "id": 7,
    "name": "Board 5 &#8211; 8GB",
    "slug": "board-5",
    "sku": "B8",
    "type": "simple",
    "prices": {
        "price": "7680",
        "regular_price": "9000",
        "currency_code": "GBP",
        "currency_minor_unit": 2,
        "price_range": None,
    },
    "is_in_stock": True,
    "is_purchasable": True,
    "low_stock_remaining": 3,
    "variations": [],
}


class Answers:
    """A Fetcher that answers from a table; what is not in it is not found."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers, self.seen = answers, list[str]()

    async def get(self, url: str, *, accept: str = "text/html") -> Page:
        self.seen.append(url)
        found = self.answers.get(url)
        if found is None:
            raise ReadError(FailureReason.NOT_FOUND, "no")
        return Page(url, 200, {}, found if isinstance(found, bytes) else json.dumps(found).encode())


def listing(url: str, **changes: Any) -> Listing:
    return Listing.model_validate(
        {"id": "x", "sku": "x", "product_name": "Board 5", "vendor": "Shop", "url": url, **changes}
    )


def shopify(product: Any = BOARD, currency: str | None = "GBP", prefix: str = "") -> Answers:
    answers = {f"{SHOP}{prefix}/products/board-5.js": product}
    return Answers({**answers, f"{SHOP}{prefix}/cart.js": {"currency": currency}} if currency else answers)


def said(offer: Offer) -> tuple[str, str]:
    return offer.availability.value, str(offer.price)


@pytest.mark.parametrize("query", ["?variant=12", ""])
async def test_a_shopify_variant_is_found_by_id_and_by_text(query: str) -> None:
    wanted = None if query else "8 GB"

    offer = await ShopifyReader(shopify()).read(listing(f"{SHOP}/products/board-5{query}", variant=wanted))

    assert (*said(offer), str(offer.list_price)) == ("out_of_stock", "76.80 GBP", "90.00 GBP")


async def test_without_a_variant_a_shopify_price_is_the_least_and_the_stock_unknown() -> None:
    offer = await ShopifyReader(shopify()).read(listing(f"{SHOP}/products/board-5"))

    assert (*said(offer), offer.price_kind) == ("unknown", "57.00 GBP", PriceKind.FROM)


async def test_shopify_counts_yen_in_hundredths_too() -> None:
    product = {**BOARD, "variants": [{**VARIANTS[0], "price": 499000}]}

    offer = await ShopifyReader(shopify(product, "JPY")).read(listing(f"{SHOP}/products/board-5"))

    assert str(offer.price) == "4990 JPY"


async def test_a_shopify_shop_in_another_currency_is_a_mismatch() -> None:
    with pytest.raises(ReadError) as failed:
        await ShopifyReader(shopify(currency="USD")).read(listing(f"{SHOP}/products/board-5", currency="GBP"))

    assert failed.value.reason is FailureReason.MISMATCH


async def test_a_cart_that_robots_may_not_see_leaves_the_listings_currency() -> None:
    offer = await ShopifyReader(shopify(currency=None)).read(
        listing(f"{SHOP}/products/board-5", currency="EUR", variant="4GB")
    )

    assert said(offer) == ("in_stock", "57.00 EUR")


async def test_a_shopify_locale_and_collection_are_kept_and_dropped() -> None:
    answers = shopify(prefix="/en-gb")

    await ShopifyReader(answers).read(listing(f"{SHOP}/en-gb/collections/all/products/board-5", variant="B4"))

    assert answers.seen[0] == f"{SHOP}/en-gb/products/board-5.js"


@pytest.mark.parametrize("product", [{}, [], {"variants": []}, {"variants": [{"id": "x"}]}, b"<html>"])
async def test_a_shopify_answer_of_another_shape_is_unreadable(product: Any) -> None:
    with pytest.raises(ReadError) as failed:
        await ShopifyReader(shopify(product or {"x": 1})).read(listing(f"{SHOP}/products/board-5"))

    assert failed.value.reason is FailureReason.UNREADABLE


async def test_shopify_through_the_real_door() -> None:
    with aioresponses() as web:
        web.get(f"{SHOP}/products/board-5.js", payload={**BOARD, "description": "x" * 100_000})
        web.get(f"{SHOP}/cart.js", payload={"currency": "GBP"})
        async with fetcher(respect_robots=False) as door:
            offer = await ShopifyReader(door, clock=SystemClock()).read(
                listing(f"{SHOP}/products/board-5", variant="4GB")
            )

    assert said(offer) == ("in_stock", "57.00 GBP")


API = f"{SHOP}/wp-json/wc/store/v1/products"


async def test_woocommerce_says_price_stock_and_what_it_was() -> None:
    offer = await WooCommerceReader(Answers({f"{API}?slug=board-5": [WOO]})).read(listing(f"{SHOP}/product/board-5/"))

    assert (*said(offer), str(offer.list_price), offer.stock_count) == ("limited", "76.80 GBP", "90.00 GBP", 3)


async def test_a_woocommerce_variation_is_asked_by_its_id() -> None:
    parent = {
        **WOO,
        "variations": [{"id": 71, "attributes": [{"name": "Memory", "value": "8gb"}]}, {"id": 72, "attributes": []}],
    }
    child = {**WOO, "id": 71, "is_in_stock": False}

    offer = await WooCommerceReader(Answers({f"{API}?slug=board-5": [parent], f"{API}/71": child})).read(
        listing(f"{SHOP}/product/board-5/", variant="8GB")
    )

    assert said(offer) == ("out_of_stock", "76.80 GBP")


async def test_a_woocommerce_parent_has_no_stock_of_its_own() -> None:
    prices = {**WOO["prices"], "price_range": {"min_amount": "5700", "max_amount": "7680"}}  # type: ignore[dict-item]
    parent = {**WOO, "prices": prices, "variations": [{"id": 71, "attributes": []}, {"id": 72, "attributes": []}]}

    offer = await WooCommerceReader(Answers({f"{API}?slug=board-5": [parent]})).read(
        listing(f"{SHOP}/product/board-5/")
    )

    assert (*said(offer), offer.price_kind) == ("unknown", "57.00 GBP", PriceKind.FROM)


async def test_a_slug_that_woocommerce_does_not_know_is_not_found() -> None:
    with pytest.raises(ReadError) as failed:
        await WooCommerceReader(Answers({f"{API}?slug=board-5": []})).read(listing(f"{SHOP}/product/board-5/"))

    assert failed.value.reason is FailureReason.NOT_FOUND


DAWN = b"""<html><head><title>Board 5</title><script src="//cdn.shopify.com/x.js">
</script></head><body><main><h1>Board 5</h1>
<p class="price">From GBP 57.00</p><span class="badge">Sold out</span>
<button name="add">Add to cart</button></main></body></html>"""


async def test_auto_asks_the_platform_where_the_page_cannot_tell_and_remembers_it() -> None:
    answers = shopify()
    answers.answers = {**answers.answers, f"{SHOP}/products/board-5": DAWN}
    auto = AutoReader(answers, PageReader(answers), platforms={ReaderKind.SHOPIFY: ShopifyReader(answers)})
    wanted = listing(f"{SHOP}/products/board-5", variant="8GB")

    first, second = await auto.read(wanted), await auto.read(wanted)

    assert said(first) == said(second) == ("out_of_stock", "76.80 GBP")
    assert answers.seen.count(f"{SHOP}/products/board-5") == 1


async def test_auto_falls_back_only_where_our_own_reading_finds_nothing() -> None:
    class Agent:
        async def read(self, listing: Listing) -> Offer:
            return Offer(name="seen by an agent")

    shell = b"<html><body><div id=root></div><script></script></body></html>"
    answers = Answers({f"{SHOP}/x": shell})
    auto = AutoReader(answers, PageReader(answers), fallback=Agent())

    assert (await auto.read(listing(f"{SHOP}/x"))).name == "seen by an agent"
    with pytest.raises(ReadError) as failed:
        await auto.read(listing(f"{SHOP}/gone"))
    assert failed.value.reason is FailureReason.NOT_FOUND
