"""The layers of data, one trap each."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from alerts.domain.model import Availability
from alerts.reading.data import jsonld
from alerts.reading.words.availability import availability_of
from alerts.reading.words.currency import candidates, home_currency
from alerts.reading.words.phrases import Sense, buys, folded, senses
from alerts.reading.words.prices import human_price, machine_price

OFFER = {"@type": "Offer", "price": "76.80", "priceCurrency": "GBP", "availability": "InStock"}
PRODUCT = {"@type": "Product", "name": "Board", "offers": OFFER}
TEXT = json.dumps(PRODUCT)


def prices(*blocks: str) -> list[str | None]:
    return [offer.price for product in jsonld.products_in(blocks) for offer in product.offers]


@pytest.mark.parametrize(
    "block",
    [
        TEXT,
        f"/*<![CDATA[*/{TEXT}/*]]>*/",
        f"//<![CDATA[\n{TEXT}\n//]]>",
        f"<!-- {TEXT} -->",
        TEXT[:-1] + ",}",
        "// a comment\n" + TEXT,
        TEXT + ";",
        TEXT.replace('"Board"', '"Bo\tard"'),
        json.dumps([PRODUCT]),
        json.dumps({"@graph": [{"@type": "WebPage"}, PRODUCT]}),
        json.dumps({"@type": "WebPage", "mainEntity": PRODUCT}),
        json.dumps({**PRODUCT, "@type": ["Car", "http://schema.org/Product"]}),
        json.dumps({"@type": "Product", "name": "B", "Offers": [OFFER]}),
        json.dumps({"@graph": [{"@type": "Product", "name": "B", "offers": {"@id": "#o"}}, {"@id": "#o", **OFFER}]}),
        json.dumps({**PRODUCT, "offers": {"@type": "AggregateOffer", "offers": [OFFER]}}),
        json.dumps({**PRODUCT, "offers": {"@type": "Offer", "priceSpecification": {"price": "76.80"}}}),
        json.dumps({"@type": "ProductGroup", "name": "B", "hasVariant": [PRODUCT]}),
    ],
)
def test_json_ld_is_read_however_it_is_written(block: str) -> None:
    assert prices(block) == ["76.80"]


@pytest.mark.parametrize(
    "broken", ["", "{", "[" * 100_000 + '"price"', '{"price":' * 5000, "null", '{"offers": 9' + "9" * 6000 + "}"]
)
def test_one_broken_block_never_hides_the_others(broken: str) -> None:
    assert prices(broken, TEXT, broken) == ["76.80"]


@pytest.mark.parametrize("key", ["isRelatedTo", "isSimilarTo", "review"])
def test_other_products_inside_one_are_not_it(key: str) -> None:
    other = {"@type": "Product", "name": "Other", "offers": {**OFFER, "price": "1"}}

    assert prices(json.dumps({**PRODUCT, key: [other]})) == ["76.80"]


def test_a_price_for_ten_is_not_the_price_of_one() -> None:
    bulk = {**OFFER, "price": "60", "eligibleQuantity": {"minValue": 10}}

    assert prices(json.dumps({**PRODUCT, "offers": [bulk, OFFER]})) == ["76.80"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("http://schema.org/InStock", Availability.IN_STOCK),
        ("schema.org/ instock ", Availability.IN_STOCK),
        ("in stock", Availability.IN_STOCK),
        ("https://schema.org/PreOrder", Availability.PREORDER),
        ("PreSale", Availability.PREORDER),
        ("oos", Availability.OUT_OF_STOCK),
        ("SoldOut", Availability.OUT_OF_STOCK),
        ("LimitedAvailability", Availability.LIMITED),
        ("BackOrder", Availability.BACKORDER),
        ("Discontinued", Availability.DISCONTINUED),
        ("InStoreOnly", Availability.UNKNOWN),
        ("http://schema.org/Sometimes", Availability.UNKNOWN),
        (None, Availability.UNKNOWN),
    ],
)
def test_an_unknown_word_is_unknown_and_never_sold_out(raw: Any, expected: Availability) -> None:
    assert availability_of(raw) is expected


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("24.990", "CLP", "24990"),
        ("24.990", "KWD", "24.990"),
        ("1.149,–", "EUR", "1149"),
        ("1.234,56", "EUR", "1234.56"),
        ("1,234.56", "USD", "1234.56"),
        ("1 299,90", "SEK", "1299.90"),
        ("1'299.00", "CHF", "1299"),
        ("1,49,900.00", "INR", "149900"),
        ("173.34", "RON", "173.34"),
        ("4.990", "EUR", "4990"),
        ("199.0000", "USD", "199"),
        ("٩٩", "SAR", "99"),
        ("4,990", "JPY", "4990"),
        ("0.00", "USD", None),
        ("free", "USD", None),
    ],
)
def test_people_write_amounts_like_this(text: str, currency: str, amount: str | None) -> None:
    assert human_price(text, currency) == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("raw", "currency", "amount"),
    [
        ("2879.2", "EUR", "2879.20"),
        ("24.990", "CLP", "24990"),
        ("199.000", "EUR", "199"),
        ("1.299", "EUR", "1299"),
        ("44,99", "EUR", "44.99"),
        ("£76.80", "GBP", "76.80"),
        ("1e400", "GBP", None),
        ("-5", "GBP", None),
        ("NaN", "GBP", None),
        ("1" * 400, "GBP", None),
    ],
)
def test_machines_write_amounts_like_this(raw: str, currency: str, amount: str | None) -> None:
    assert machine_price(raw, currency) == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("url", "language", "currency"),
    [
        ("https://shop.example.cl/x", "es", "CLP"),
        ("https://shop.co.uk/x", None, "GBP"),
        ("https://shop.com/en-gb/x", "en", "GBP"),
        ("https://shop.com/x", "pt-BR", "BRL"),
        ("https://shop.com/x", "pl", "PLN"),
        ("https://shop.com/x", "en", None),
    ],
)
def test_an_address_or_a_language_may_name_the_currency(url: str, language: str | None, currency: str | None) -> None:
    assert home_currency(url, language) == currency


@pytest.mark.parametrize(
    ("text", "first"), [("R$ 5", "BRL"), ("5 kr", "SEK"), ("€5", "EUR"), ("5 TLS", None), ("б.р.", "BYN")]
)
def test_signs_stand_for_currencies(text: str, first: str | None) -> None:
    assert next(iter(candidates(text)), None) == first


@pytest.mark.parametrize(
    ("buy", "out"),
    [
        ("Add to basket", "Sold out"),
        ("In den Warenkorb", "Nicht auf Lager"),
        ("Ajouter au panier", "Rupture de stock"),
        ("Añadir al carrito", "Agotado"),
        ("Aggiungi al carrello", "Non disponibile"),
        ("In winkelwagen", "Uitverkocht"),
        ("Do koszyka", "Produkt niedostępny"),
        ("Adicionar ao carrinho", "Esgotado"),
        ("Do košíku", "Vyprodáno"),
        ("Lägg i varukorgen", "Slutsåld"),
        ("Læg i kurv", "Udsolgt"),
        ("Lisää ostoskoriin", "Ei varastossa"),
        ("カートに入れる", "在庫切れ"),
        ("加入購物車", "售完"),
    ],
)
def test_fourteen_languages_buy_and_are_sold_out(buy: str, out: str) -> None:
    assert buys(folded(buy))
    assert senses(folded(out)) & Sense.OUT


@pytest.mark.parametrize("text", ["Not in stock", "nicht lieferbar", "Email me when back in stock", "非在庫"])
def test_a_denied_stock_is_no_stock(text: str) -> None:
    assert not senses(folded(text)) & Sense.IN
