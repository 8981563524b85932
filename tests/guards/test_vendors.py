"""The shipped config.yaml: what a new operator starts with."""

from __future__ import annotations

from itertools import pairwise

import pytest

from alerts.domain.model import ReaderKind, Tier
from alerts.products import Products
from alerts.settings.load import load
from alerts.settings.model import Settings
from tests.guards.project import text_of

pytestmark = pytest.mark.guard


@pytest.fixture(scope="module")
def shipped() -> Settings:
    return load(text_of("config.yaml"), {})


def test_it_is_what_it_would_be_if_nothing_but_its_products_and_vendors_were_written(shipped: Settings) -> None:
    bare = Settings(products=shipped.products, vendors=shipped.vendors)

    assert {name for name, value in shipped if value != getattr(bare, name)} == set()


def test_every_listing_names_its_currency(shipped: Settings) -> None:
    assert [e.vendor for product in shipped.products for e in product.listings if e.currency is None] == []


def test_every_listing_has_a_reader_that_is_plugged_in(shipped: Settings) -> None:
    app = text_of("bot/root/shops.py")
    used = {each.reader for product in shipped.products for each in product.listings}

    assert ReaderKind.SHOPIFY in used
    assert [kind for kind in used if f"ReaderKind.{kind.name}:" not in app] == []


def test_every_vendor_with_manners_of_its_own_sells_something(shipped: Settings) -> None:
    selling = {each.vendor for product in shipped.products for each in product.listings}

    assert set(shipped.vendors) <= selling


def test_every_shop_is_asked_at_most_once_a_second(shipped: Settings) -> None:
    paces = [shipped.fetch.pace, *(vendor.pace or shipped.fetch.pace for vendor in shipped.vendors.values())]

    assert all(pace is not None and pace.total_seconds() >= 1 for pace in paces)
    assert shipped.fetch.respect_robots
    assert shipped.fetch.allow_private == ()


def test_a_hotter_tier_is_looked_at_more_often(shipped: Settings) -> None:
    spans = [tier.every for tier in shipped.tiers.by_tier().values()]

    assert all(earlier < later for earlier, later in pairwise(spans))


@pytest.mark.parametrize(
    ("query", "name", "vendors"),
    [("pi5", "Raspberry Pi 5 8GB", 4), ("jetson", "NVIDIA Jetson Orin Nano", 2)],
)
def test_the_two_promised_products_are_there(shipped: Settings, query: str, name: str, vendors: int) -> None:
    product = Products(shipped.catalogue()).find(query)

    assert product.name == name
    assert len({listing.vendor for listing in product.listings}) == vendors
    assert product.tier is Tier.HOT
