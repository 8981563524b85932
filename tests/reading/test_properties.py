"""Whatever a shop sends: no reader raises anything but ReadError, hangs, or answers outside its type."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.domain.errors import ReadError
from alerts.domain.model import Listing, Offer
from alerts.ports import Page, Reader
from alerts.reading.readers.page import PageReader
from alerts.reading.readers.saved import read_saved
from alerts.reading.readers.shopify import ShopifyReader
from alerts.reading.readers.woocommerce import WooCommerceReader
from alerts.reading.weigh.verdict import read_page

PAGES = sorted((Path(__file__).parents[1] / "pages").glob("*.html"))
LISTING = Listing(id="x", sku="x", product_name="", vendor="v", url="https://shop.example/products/x")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["9.99", "InStock", "GBP", "Product"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@graph",
                    "name",
                    "offers",
                    "price",
                    "priceCurrency",
                    "availability",
                    "hasVariant",
                    "variants",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
SCRAPS = st.sampled_from(
    "<h1>|</h1>|<del>|<p class=price>|£9|9,99 €|<button>|Add to cart|Sold out|<div hidden>|</div>"
    "|<!--|</script>|<template>|\x00|\ud7ff"
    '|<script type=\'application/ld+json\'>|{"@type":"Product"|<span itemprop=price content=9>'.split("|")
)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(body: bytes) -> Offer | ReadError:
    try:
        return read_page(Page(LISTING.url, 200, {}, body), LISTING)
    except ReadError as exc:
        return exc


class Sends:
    """A Fetcher that answers everything with the same bytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def get(self, url: str, *, accept: str = "text/html") -> Page:
        return Page(url, 200, {}, self.body)


@FEW
@given(st.binary(max_size=2000))
def test_any_bytes(body: bytes) -> None:
    assert isinstance(read(body), Offer | ReadError)


@FEW
@given(st.lists(SCRAPS | st.text(max_size=6), max_size=40))
def test_any_scraps_of_a_page(scraps: list[str]) -> None:
    assert isinstance(read("".join(scraps).encode("utf-8", "replace")), Offer | ReadError)


@FEW
@given(JSON)
def test_any_json_ld(data: object) -> None:
    block = json.dumps({"@type": "Product", "name": "x", "offers": data})

    assert isinstance(read(f"<script type='application/ld+json'>{block}</script>".encode()), Offer | ReadError)


@FEW
@given(JSON)
@pytest.mark.parametrize("kind", [ShopifyReader, WooCommerceReader, PageReader])
def test_any_answer_of_a_platform(kind: type, data: object) -> None:
    reader: Reader = kind(Sends(json.dumps(data).encode()))
    try:
        answer: object = asyncio.run(reader.read(LISTING))
    except ReadError as exc:
        answer = exc

    assert isinstance(answer, Offer | ReadError)


@FEW
@given(st.sampled_from(PAGES), st.integers(0, 4000), st.integers(0, 4000))
def test_any_page_with_a_hole_in_it(path: Path, start: int, end: int) -> None:
    body = path.read_bytes()
    public = read_saved(body[:start] + body[end:], LISTING.url).as_public()

    assert public["price"] is None or public["currency"]


BOMBS = {
    "attributes": b"<h1>x</h1><div " + b" ".join(b"a%d=1" % i for i in range(100_000)) + b">",
    "brackets": b'<script type="application/ld+json">{"price":' + b"[" * 100_000 + b"</script>",
    "brackets closed": b'<script type="application/ld+json">'
    + b"[" * 100_000
    + b'"price"'
    + b"]" * 100_000
    + b"</script>",
    "depth": b"<div>" * 200_000,
    "closed depth": b"<div>" * 100_000 + b"</div>" * 100_000,
    "links": b"<a><div>" * 60_000,
    "prices": b"<h1>x</h1>" + b"<p class=price>9.99 GBP</p>" * 8_000,
    "buttons": b"<h1>x</h1>" + b"<button class=x>add to cart</button>" * 8_000,
    "a long number": b"<h1>x</h1><p class=price>" + b"9" * 200_000 + b"</p>",
    "scopes": b"<div itemscope itemtype=Product>" * 900 + b"<i itemprop=price>9" * 900,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_page_made_to_hurt_ends_soon(name: str) -> None:
    began = time.perf_counter()

    read(BOMBS[name])

    assert time.perf_counter() - began < 2


async def test_a_page_that_keeps_the_parser_busy_stops_nobody_else() -> None:
    quoted = b"<div " + b" ".join(b'a%d="x>y"' % i for i in range(30_000)) + b">x"
    asked = asyncio.ensure_future(PageReader(Sends(quoted)).read(LISTING))
    longest = 0.0
    while not asked.done():
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        longest = max(longest, time.perf_counter() - began)

    assert isinstance(asked.exception(), ReadError)
    assert longest < 1
