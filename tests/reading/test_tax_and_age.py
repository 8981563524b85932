"""A price without tax is never taken for the price, and an old copy of a page is never sure."""

from __future__ import annotations

import pytest

from alerts.domain.model import Listing, Offer
from alerts.ports import Page
from alerts.reading.readers.page import PageReader
from alerts.reading.readers.saved import read_saved
from alerts.reading.web.validators import Validators
from alerts.reading.weigh.verdict import read_page

URL = "https://shop.example/p/board-5"
LISTING = Listing(id="x", sku="x", product_name="Board 5", vendor="Shop", url=URL, currency="GBP")
FILL = "<p>Lorem ipsum dolor sit amet.</p>" * 90


def shown(prices: str, head: str = "", currency: str = "EUR") -> str | None:
    """The price of a page that shows these prices under the product's name."""
    page = f"<html><head><title>Board 5</title>{head}</head><body><main><h1>Board 5</h1>{prices}{FILL}</main>"
    price: str | None = read_saved(page.encode(), URL, currency).as_public()["price"]
    return price


def data(offer: str) -> str:
    block = f'{{"@type":"Product","name":"Board 5","offers":{{"@type":"Offer","priceCurrency":"EUR",{offer}}}}}'
    return f'<script type="application/ld+json">{block}</script>'


@pytest.mark.parametrize(
    ("net", "gross"),
    [
        ("ex VAT", "inc VAT"),
        ("exc. VAT", "incl. VAT"),
        ("zzgl. MwSt", "inkl. MwSt"),
        ("netto", "brutto"),
        ("HT", "TTC"),
        ("sin IVA", "IVA incluido"),
        ("IVA esclusa", "IVA inclusa"),
        ("excl. btw", "incl. btw"),
        ("bez DPH", "s DPH"),
        ("exkl. moms", "inkl. moms"),
        ("税抜", "税込"),
    ],
)
def test_the_price_is_the_one_with_tax_however_both_are_written(net: str, gross: str) -> None:
    pages = {
        "beside, net first": f"<p class=price>€ 100.00 {net} <b>€ 120.00 {gross}</b></p>",
        "in one line": f"<p class=price>€ 100.00 {net} (€ 120.00 {gross})</p>",
        "one after the other": f"<p>€ 100.00 {net}</p><p>€ 120.00 {gross}</p>",
        "gross first": f"<p>€ 120.00 {gross}</p><p>€ 100.00 {net}</p>",
        "net nearer": f"<div><b>€ 100.00 {net}</b></div><section><div>€ 120.00 {gross}</div></section>",
        "named before": f"<p>{net}: <b>€ 100.00</b></p><p>{gross}: <b>€ 120.00</b></p>",
    }

    assert {name: shown(prices) for name, prices in pages.items()} == dict.fromkeys(pages, "120.00")


def test_a_price_without_tax_alone_is_still_told() -> None:
    assert shown("<p class=price>€ 100.00 ex VAT</p>") == "100.00"


@pytest.mark.parametrize(
    "offer",
    [
        '"price":100,"priceSpecification":{"price":100,"valueAddedTaxIncluded":false}',
        '"price":100,"priceSpecification":[{"price":120,"valueAddedTaxIncluded":true},{"price":100,"valueAddedTaxIncluded":false}]',
        '"priceSpecification":[{"price":100,"valueAddedTaxIncluded":false},{"price":120,"valueAddedTaxIncluded":"http://schema.org/True"}]',
    ],
)
def test_data_without_tax_do_not_win_over_what_is_shown_with_it(offer: str) -> None:
    assert shown("<p class=price>€ 120.00 incl. VAT</p><p class=price>€ 100.00 excl. VAT</p>", data(offer)) == "120.00"


def test_what_is_shown_without_tax_does_not_win_over_data_with_it() -> None:
    assert shown("<p class=price>€ 100.00 ex VAT</p>", data('"price":120')) == "120.00"


SURE = """<html><head><title>Board 5</title><script type="application/ld+json">{"@type":"Product","name":"Board 5",
"offers":{"price":"76.80","priceCurrency":"GBP","availability":"InStock"}}</script></head><body><main><h1>Board 5</h1>
<p class=price>£76.80</p><p>In stock</p><button>Add to basket</button></main></body></html>""".encode()


def aged(age: str | None) -> Offer:
    return read_page(Page(URL, 200, {"Age": age} if age is not None else {}, SURE), LISTING)


@pytest.mark.parametrize("age", [None, "0", "3600", "-5", "soon", "", "²"])
def test_a_fresh_page_is_as_sure_as_it_was(age: str | None) -> None:
    assert aged(age) == aged(None)
    assert aged(None).confidence >= 0.9


@pytest.mark.parametrize("age", ["3601", " 86400 ", "9" * 400])
def test_a_copy_older_than_an_hour_is_marked_and_never_sure(age: str) -> None:
    offer = aged(age)

    assert (offer.evidence[0].source, offer.confidence < 0.9) == ("age", True)
    assert offer.price == aged(None).price


class Sends:
    """A Fetcher with the same body under other headers each time."""

    def __init__(self, *ages: str) -> None:
        self.ages = list(ages)

    async def get(self, url: str, *, accept: str = "text/html") -> Page:
        return Page(url, 200, {"Age": self.ages.pop(0)}, SURE)


async def test_an_answer_that_is_remembered_is_not_that_of_an_older_copy() -> None:
    reader = PageReader(Sends("0", "7200", "0"))
    sure = [(await reader.read(LISTING)).confidence >= 0.9 for _ in range(3)]

    assert sure == [True, False, True]


def test_an_unchanged_page_is_as_old_as_the_shop_says_now() -> None:
    kept = Validators()
    kept.remember(URL, "text/html", Page(URL, 200, {"ETag": "1", "Age": "7200"}, SURE))

    fresh = kept.remember(URL, "text/html", Page(URL, 304, {}, b""))
    stale = kept.remember(URL, "text/html", Page(URL, 304, {"Age": "9000"}, b""))

    assert [page.headers.get("Age") for page in (fresh, stale)] == ["", "9000"]
