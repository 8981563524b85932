"""A page of our own for every rule of reading: what is read, and what is honestly not."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.domain.errors import ReadError
from alerts.domain.model import Condition, FailureReason, Listing, Offer, PriceKind
from alerts.ports import Page
from alerts.reading.readers.saved import read_saved
from alerts.reading.weigh.verdict import read_page

PAGES = Path(__file__).parents[1] / "pages"
URL = "https://shop.example/p/board-5-8gb"


def listing(**changes: object) -> Listing:
    known = {"id": "x", "sku": "board", "product_name": "Board 5 8GB", "vendor": "Shop", "url": URL}
    return Listing.model_validate({**known, **changes})


def read(name: str, *, at: str = URL, **changes: object) -> Offer:
    page = Page(url=at, status=200, headers={}, body=(PAGES / f"{name}.html").read_bytes())
    return read_page(page, listing(**changes))


@pytest.mark.parametrize(
    ("name", "verdict", "price"),
    [
        ("in_stock", "in_stock", "76.80"),
        ("sold_out", "out_of_stock", "76.80"),
        ("stale_markup", "out_of_stock", "76.80"),
        ("conflict", "unknown", "76.80"),
        ("sale", "in_stock", "79.50"),
        ("list_and_sale", "in_stock", "79.50"),
        ("preorder", "preorder", "76.80"),
        ("hidden_button", "out_of_stock", "76.80"),
        ("disabled_button", "out_of_stock", "76.80"),
        ("header_button_only", "unknown", "76.80"),
        ("carousel", "out_of_stock", "76.80"),
        ("related_sold_out", "in_stock", "76.80"),
        ("variants", "unknown", "57.00"),
        ("variants_agree", "in_stock", "57.00"),
        ("from_price", "in_stock", "57.00"),
        ("member_price", "in_stock", "76.80"),
        ("used", "in_stock", "50.00"),
        ("og_only", "in_stock", "70.00"),
        ("microdata", "in_stock", "1149.00"),
        ("rdfa", "out_of_stock", "349.00"),
        ("split_digits", "in_stock", "149.99"),
        ("chile", "in_stock", "24990"),
        ("net_and_gross", "in_stock", "76.80"),
        ("contradiction", "in_stock", None),
        ("pickup_phrase", "in_stock", "76.80"),
        ("no_price_sold_out", "out_of_stock", None),
        ("phrase_alone", "unknown", "76.80"),
        ("blocked", "blocked", None),
        ("blocked_captcha", "blocked", None),
        ("app_shell", "unreadable", None),
        ("soft_404", "not_found", None),
        ("redesigned", "unreadable", None),
    ],
)
def test_a_page_is_read_as_a_person_would(name: str, verdict: str, price: str | None) -> None:
    public = read_saved((PAGES / f"{name}.html").read_bytes(), URL).as_public()

    assert (public["verdict"], public["price"]) == (verdict, price)


def test_the_named_variant_is_read_and_8gb_is_not_128gb() -> None:
    offer = read("variants", variant="8GB")

    assert (offer.availability.value, str(offer.price)) == ("out_of_stock", "76.80 GBP")


def test_a_variant_that_is_not_there_is_a_mismatch() -> None:
    with pytest.raises(ReadError) as failed:
        read("variants", variant="16GB")

    assert failed.value.reason is FailureReason.MISMATCH


def test_a_page_that_does_not_tell_variants_apart_is_never_in_stock_for_one() -> None:
    assert not read("in_stock", variant="4GB").availability.is_in_stock


def test_the_least_of_several_prices_is_said_to_be_one() -> None:
    assert read("from_price").price_kind is PriceKind.FROM


def test_the_struck_price_becomes_the_list_price() -> None:
    assert str(read("sale").list_price) == "90.00 GBP"


def test_list_and_member_prices_are_told_apart_from_the_price() -> None:
    offer = read("member_price")

    assert (offer.price_kind, str(offer.list_price)) == (PriceKind.EXACT, "99.00 GBP")


def test_condition_and_seller_are_told() -> None:
    offer = read("used")

    assert (offer.condition, offer.seller) == (Condition.REFURBISHED, "Second Hand Ltd")


def test_another_currency_than_the_listings_is_a_mismatch() -> None:
    with pytest.raises(ReadError) as failed:
        read("in_stock", currency="EUR")

    assert failed.value.reason is FailureReason.MISMATCH


def test_another_product_behind_the_same_address_is_a_mismatch() -> None:
    with pytest.raises(ReadError) as failed:
        read("other_product")

    assert failed.value.reason is FailureReason.MISMATCH


def test_being_sent_to_the_shops_entrance_is_not_found() -> None:
    with pytest.raises(ReadError) as failed:
        read("redesigned", at="https://shop.example/")

    assert failed.value.reason is FailureReason.NOT_FOUND


def test_agreement_raises_confidence_and_contradiction_lowers_it() -> None:
    assert read("in_stock").confidence > read("header_button_only").confidence > read("conflict").confidence - 0.5


def test_evidence_names_layer_place_and_words() -> None:
    evidence = {(one.source, one.raw) for one in read("in_stock").evidence}

    assert {("json-ld", "76.80"), ("page", "£76.80"), ("buybox", "add to basket")} <= evidence


BOX = "<p class=price>£9.50</p>"
NAMED = "<a class='btn add-product' href=/x>Go</a>"
FAR = "<div class=column><div><p>some words</p></div><button>Add to basket</button>" + "<p>more</p>" * 90 + "</div>"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (f"<main><h1>Board 5</h1>{BOX}<p>In stock</p>{NAMED}</main>", "in_stock"),
        (f"<main><h1>Board 5</h1>{BOX}<p>Sold out</p>{NAMED}</main>", "unknown"),
        (f"<main>{FAR}<h1>Board 5</h1>{BOX}</main>", "in_stock"),
        (f"<main>{FAR.replace('column', 'related')}<h1>Board 5</h1>{BOX}</main>", "unknown"),
        (f"<main>{FAR.replace('<button', '<button disabled')}<h1>Board 5</h1>{BOX}</main>", "unknown"),
    ],
)
def test_a_buy_button_counts_by_its_class_and_far_before_the_name(body: str, verdict: str) -> None:
    page = f"<html lang=en-gb><title>Board 5</title><body>{body}</body></html>"

    assert read_saved(page.encode(), URL).as_public()["verdict"] == verdict
