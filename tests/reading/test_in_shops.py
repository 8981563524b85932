"""Pages of what can only be fetched at a shop's counter."""

from __future__ import annotations

import pytest

from alerts.domain.model import Availability, Listing, Offer
from alerts.ports import Page
from alerts.reading.data.overrides import Override
from alerts.reading.weigh.verdict import read_page
from alerts.reading.words.availability import availability_of, online_of

URL = "https://shop.example/p/board-5"
OUT, IN, UNKNOWN = Availability.OUT_OF_STOCK, Availability.IN_STOCK, Availability.UNKNOWN
PLAIN = "<p>£76.80</p>"
BUY = f"{PLAIN}<button>Add to basket</button>"


def json_ld(*stocks: str) -> str:
    offers = ",".join(f'{{"price":"76.80","priceCurrency":"GBP","availability":"{each}"}}' for each in stocks)
    return f'<script type="application/ld+json">{{"@type":"Product","name":"Board 5","offers":[{offers}]}}</script>'


def read(head: str, body: str = PLAIN, override: Override | None = None) -> Offer:
    html = f"<html><head><title>Board 5</title>{head}</head><body><main><h1>Board 5</h1>{body}</main></body></html>"
    listing = Listing(id="x", sku="board", product_name="Board 5", vendor="Shop", url=URL)
    return read_page(Page(url=URL, status=200, headers={}, body=html.encode()), listing, override)


META = '<meta property="product:availability" content="in stock"><meta property="product:price:amount" content="76.80">'
MICRODATA = (
    '<div itemscope itemtype="http://schema.org/Product"><span itemprop="name">Board 5</span>'
    '<div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><meta itemprop="price" content="76.80">'
    '<meta itemprop="priceCurrency" content="GBP"><link itemprop="availability" href="http://schema.org/InStoreOnly">'
    "</div></div>"
)


@pytest.mark.parametrize(
    ("head", "body", "availability", "online"),
    [
        (json_ld("https://schema.org/InStoreOnly"), PLAIN, IN, False),
        (json_ld("InStoreOnly", "InStoreOnly"), PLAIN, IN, False),
        ("", MICRODATA + PLAIN, IN, False),
        (json_ld("InStoreOnly"), BUY, IN, False),
        (json_ld("InStoreOnly") + META, BUY, IN, False),
        (META, MICRODATA + BUY, IN, False),
        (json_ld("InStock"), MICRODATA + BUY, IN, False),
        (json_ld("InStoreOnly"), f"{PLAIN}<button disabled>Sold out</button>", OUT, None),
        (json_ld("InStoreOnly", "OutOfStock"), PLAIN, OUT, None),
        (json_ld("InStoreOnly", "InStock"), BUY, IN, None),
        (json_ld("OnlineOnly"), BUY, IN, True),
        (json_ld("InStock"), BUY, IN, None),
        (json_ld("Sometimes"), PLAIN, UNKNOWN, None),
    ],
    ids=lambda value: None,
)
def test_a_page_says_where_it_is_in_stock(
    head: str, body: str, availability: Availability, online: bool | None
) -> None:
    found = read(head, body)

    assert (found.availability, found.online, str(found.price)) == (availability, online, "76.80 GBP")


def test_what_is_over_a_counter_is_never_believed_at_the_first_look_and_says_why() -> None:
    found = read(json_ld("InStoreOnly"), BUY)

    assert found.confidence < 0.9
    assert ("json-ld", "availability", "in_store_only") in {(e.source, e.path, e.raw) for e in found.evidence}


def test_an_operators_place_may_say_it_too() -> None:
    found = read("", f"{PLAIN}<b id=stock>InStoreOnly</b>", Override(stock="#stock"))

    assert found.is_in_shops_only


@pytest.mark.parametrize("raw", ["InStoreOnly", "http://schema.org/InStoreOnly", "in store only"])
def test_by_itself_the_word_is_no_stock_that_could_be_ordered(raw: str) -> None:
    assert (availability_of(raw), online_of(raw)) == (UNKNOWN, False)
