"""A product is found by what people call it, and never by accident."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import UnknownProduct
from alerts.domain.model import Product
from alerts.products import Products

PRODUCTS = Products(
    [
        Product(sku="pi5-8gb", name="Raspberry Pi 5 8GB", aliases=("pi5", "raspberry pi 5")),
        Product(sku="pi5-16gb", name="Raspberry Pi 5 16GB"),
        Product(sku="jetson-orin-nano", name="NVIDIA Jetson Orin Nano", aliases=("jetson", "orin nano")),
        Product(sku="rtx-5090", name="GeForce RTX 5090 Founders Edition", aliases=("5090",)),
        Product(sku="gmbh", name="Kühler Größe 8"),
    ]
)


@pytest.mark.parametrize(
    ("query", "sku"),
    [
        ("pi5-8gb", "pi5-8gb"),
        (" PI5-8GB ", "pi5-8gb"),
        ("pi5", "pi5-8gb"),
        ("Raspberry Pi 5 8GB", "pi5-8gb"),
        ("raspberry  pi 5", "pi5-8gb"),
        ("16gb", "pi5-16gb"),
        ("jetson", "jetson-orin-nano"),
        ("JETSON", "jetson-orin-nano"),
        ("jetsn", "jetson-orin-nano"),
        ("nano orin jetson", "jetson-orin-nano"),
        ("5090", "rtx-5090"),
        ("rtx 5090 founders", "rtx-5090"),
        ("kühler größe", "gmbh"),
    ],
)
def test_what_people_type_finds_what_they_mean(query: str, sku: str) -> None:
    assert PRODUCTS.find(query).sku == sku


@pytest.mark.parametrize("query", ["toaster", "zzzzzz", "", "   ", "!!!", "🦊", "x" * 6000])
def test_what_nothing_is_called_finds_nothing(query: str) -> None:
    with pytest.raises(UnknownProduct) as caught:
        PRODUCTS.find(query)

    assert caught.value.near == ()


def test_a_word_that_several_share_picks_none_and_names_them() -> None:
    with pytest.raises(UnknownProduct) as caught:
        PRODUCTS.find("raspberry")

    assert set(caught.value.near) == {"Raspberry Pi 5 8GB", "Raspberry Pi 5 16GB"}


def test_an_unknown_product_is_one_sentence_with_a_cure() -> None:
    with pytest.raises(UnknownProduct, match=r"No product is called 'toaster'; see the products in config\.yaml\."):
        PRODUCTS.find("toaster")


def test_typing_nothing_suggests_the_first_ones() -> None:
    assert [product.sku for product in PRODUCTS.suggest("", limit=2)] == ["pi5-8gb", "pi5-16gb"]


def test_suggestions_hold_every_product_with_the_word_and_no_twice() -> None:
    skus = [product.sku for product in PRODUCTS.suggest("pi")]

    assert set(skus) >= {"pi5-8gb", "pi5-16gb"}
    assert len(skus) == len(set(skus))


def test_there_are_never_more_suggestions_than_discord_shows() -> None:
    many = Products(Product(sku=f"gpu-{n}", name=f"Graphics card {n}") for n in range(300))

    assert len(many.suggest("graphics")) == 25
    assert len(many.suggest("")) == 25


def test_a_sku_is_asked_for_exactly() -> None:
    assert PRODUCTS.get("pi5") is None
    assert PRODUCTS.get("pi5-8gb") is not None


@pytest.mark.parametrize("product", list(PRODUCTS), ids=lambda product: product.sku)
def test_every_product_is_found_by_each_of_its_names(product: Product) -> None:
    for name in (product.sku, product.name, *product.aliases):
        assert PRODUCTS.find(name) is product


@given(st.text(max_size=100))
def test_any_words_find_a_product_or_nothing(query: str) -> None:
    suggested = PRODUCTS.suggest(query)

    with suppress(UnknownProduct):
        assert PRODUCTS.find(query) in suggested
