"""Whatever a shop sends: no reader raises anything but ReadError, hangs, or answers outside its type."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
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
FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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


def spread(write: Callable[[bytes], bytes], count: int = 100_000) -> bytes:
    """So many attributes, each with a name of its own."""
    return b" ".join(write(b"a%d" % index) for index in range(count))


def ld(text: bytes) -> bytes:
    return b'<h1>x</h1><script type="application/ld+json">{"@type":"Product","price":1' + text + b"</script>"


MIB = 1024 * 1024
BOMBS = {
    "attributes": b"<div " + spread(lambda name: name + b"=1") + b">",
    "attributes without values": b"<div " + spread(lambda name: name) + b">",
    "attributes behind slashes": b"<div/" + spread(lambda name: name).replace(b" ", b"/") + b">",
    "an end in double quotes": b"<div " + spread(lambda name: name + b'="x>y"') + b">",
    "an end in single quotes": b"<div " + spread(lambda name: name + b"='x>y'") + b">",
    "an end in quotes behind blanks": b"<div " + spread(lambda name: name + b' = \n "x>y"') + b">",
    "a stray quote first": b'<div b" ' + spread(lambda name: name + b'="x>y"') + b">",
    "tags in quotes": b"<div " + spread(lambda name: name + b'="<b>"') + b">",
    "a script in quotes": b'<div a="<script>" ' + spread(lambda name: name) + b' z="</script>">',
    "a comment in quotes": b'<div a="<!--" ' + spread(lambda name: name) + b' z="-->">',
    "an end in few of the quotes": b"<div " + spread(lambda n: n + b'="x><p>"' * n.endswith(b"00")) + b">",
    "ends in long values": b"<div "
    + spread(lambda n: n + (b'="' + b"x" * 7000 + b'>"') * n.endswith(b"00"), 50_000)
    + b">",
    "markup in a foreign script": b"<svg><script><div " + spread(lambda name: name + b'="x>y"') + b"></script>",
    "many tags of many attributes": (b"<b " + spread(lambda name: name, 900) + b"></b>") * 900,
    "many tags of too many attributes": (b"<b " + spread(lambda name: name + b'=">"', 4000) + b"></b>") * 130,
    "brackets": ld(b"," + b"[" * 100_000),
    "brackets closed": ld(b"," + b"[" * 100_000 + b'"price"' + b"]" * 100_000),
    "depth": b"<div>" * 200_000,
    "closed depth": b"<div>" * 100_000 + b"</div>" * 100_000,
    "depth that says it is none": b"<div/>" * 100_000,
    "depth among stray ends": b"<div></x>" * 100_000,
    "depth among ends that reach nothing": b"<div><table><td></div>" * 100_000,
    "depth among ends in comments": b"<div><!--</div>-->" * 100_000,
    "depth in a foreign title": b"<svg><title>" + b"<g>" * 100_000,
    "links": b"<a><div>" * 60_000,
    "prices": b"<h1>x</h1>" + b"<p class=price>9.99 GBP</p>" * 8_000,
    "buttons": b"<h1>x</h1>" + b"<button class=x>add to cart</button>" * 8_000,
    "headings": b"<title>x y</title>" + b"<h1>x</h1>" * 300_000,
    "tags": b"<b>x</b>" * 300_000,
    "tables": b"<table>" * 100_000,
    "tables closed": b"<table><tr><td></table>" * 100_000,
    "a long number": b"<h1>x</h1><p class=price>" + b"9" * 5 * MIB + b"</p>",
    "many digits": b"<h1>x</h1><p class=price>$" + b"9 999" * MIB,
    "scopes": b"<div itemscope itemtype=Product>" * 900 + b"<i itemprop=price>9" * 900,
    "less than": b"<" * 5 * MIB,
    "quotes": b"<a " + b'"' * 5 * MIB,
    "open values": b'<a ="> ' * (MIB // 2),
    "entities": b"&amp;" * MIB,
    "a long entity": b"&" + b"a" * 5 * MIB,
    "a long number in data": ld(b',"offers":{"price":' + b"9" * 4 * MIB + b"}}"),
    "nested quotes in data": ld(b'"\\' * MIB),
    "open comments in data": ld(b"/*" * MIB),
    "blanks in data": ld(b"//" + b" " * 4 * MIB),
    "many offers": ld(b',"name":"x","offers":[' + b'{"price":1},' * 200_000 + b'{"price":2}]}'),
    "a slow codec": b"<meta charset=punycode>\xff" + b"a" * 400_000 + b"-" + b"b" * 400_000,
}


@pytest.mark.hostile
@pytest.mark.parametrize("name", BOMBS)
def test_a_page_made_to_hurt_ends_soon(name: str) -> None:
    began = time.process_time()  # what others on this machine do meanwhile is no fault of the page

    read_saved(BOMBS[name], LISTING.url)

    assert time.process_time() - began < 2


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
