"""Places that an operator knows."""

from __future__ import annotations

import pytest

from alerts.domain.model import Listing
from alerts.ports import Page
from alerts.reading.data.overrides import Override
from alerts.reading.weigh.verdict import read_page

LISTING = Listing(id="x", sku="x", product_name="Board 5", vendor="Shop", url="https://shop.example/b", currency="GBP")
STATE = '{"p": {"offers": [{"cost": 76.80, "code": "GBP", "live": false}]}}'
PAGE = f"""<html><head><title>Board 5</title></head><body><h1>Board 5</h1><i class="z9">GBP 76.80</i>
<b class="y1">Nur noch im Laden</b><script id="__NEXT_DATA__">window.state = {STATE};</script></body></html>"""
IN_STATE = {"price_path": "p.offers[0].cost", "currency_path": "p.offers[0].code", "stock_path": "p.offers[0].live"}


@pytest.mark.parametrize(
    ("override", "verdict"),
    [
        (Override(price=".z9", stock=".y1", out_of_stock=("im Laden",)), "out_of_stock"),
        (Override(price=".z9", stock=".y1", in_stock=("nur noch",)), "in_stock"),
        (Override(state="#__NEXT_DATA__", **IN_STATE), "out_of_stock"),
        (Override(price="]]]", state="#nothing", price_path="a.b"), "unknown"),
    ],
)
def test_what_stands_in_the_configured_places_is_read(override: Override, verdict: str) -> None:
    offer = read_page(Page(LISTING.url, 200, {}, PAGE.encode()), LISTING, override)

    assert (offer.availability.value, str(offer.price)) == (verdict, "76.80 GBP")
