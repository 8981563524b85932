"""Places that an operator knows."""

from __future__ import annotations

import pytest
from aiohttp import web

from alerts.clock import SystemClock
from alerts.domain.model import Listing
from alerts.ports import Page
from alerts.reading.data.overrides import Override
from alerts.reading.weigh.verdict import read_page
from alerts.settings.load import load
from bot.app import shops
from tests.reading.shop import shop

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


async def test_a_vendors_places_reach_its_reader_from_the_configuration() -> None:
    async def sold(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async with shop(sold) as where:
        text = f"""
            fetch: {{pace: none, respect_robots: false, allow_private: ["{where.place}"]}}
            vendors: {{Acme: {{reading: {{price: .z9, stock: .y1, out_of_stock: [im Laden]}}}}}}
            products:
              - sku: b
                name: Board 5
                listings: [{{vendor: Acme, url: "{where.base}/b"}}, {{vendor: Other, url: "{where.base}/c"}}]
            """
        settings = load(text, {})
        async with shops(settings, SystemClock()) as looks:
            found = [await looks[each.vendor](each) for each in settings.catalogue()[0].listings]

    assert [reading.as_public()["verdict"] for reading in found] == ["out_of_stock", "unknown"]
