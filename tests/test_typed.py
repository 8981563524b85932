"""A price as people type it means one thing, or is refused."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import BadInput
from alerts.domain.money import Money
from alerts.domain.typed import typed_price


@pytest.mark.parametrize(
    ("text", "currency", "meant"),
    [
        ("500", "GBP", "500.00 GBP"),
        (" £499.9 ", None, "499.90 GBP"),
        ("499,90 €", "GBP", "499.90 EUR"),
        ("500 usd", "GBP", "500.00 USD"),
        ("EUR 1.299,95", None, "1299.95 EUR"),
        ("1,299.95", "USD", "1299.95 USD"),
        ("1.299", "EUR", "1299.00 EUR"),
        ("1,299", "GBP", "1299.00 GBP"),
        ("1 299,95 €", None, "1299.95 EUR"),
        ("1'299.95", "CHF", "1299.95 CHF"),
        ("1.299.000", "EUR", "1299000.00 EUR"),
        ("¥54800", None, "54800 JPY"),
        ("$5", "CAD", "5.00 CAD"),
        ("$5", "GBP", "5.00 USD"),
        ("R$ 5", None, "5.00 BRL"),
    ],
)
def test_a_price_is_understood(text: str, currency: str | None, meant: str) -> None:
    assert str(typed_price(text, currency)) == meant


@pytest.mark.parametrize(
    "text", ["", "cheap", "0", "-5", "5 6", "1,2,3", "1.29.95", "12,34.56", "£5 GBP", "5 kr.", "1e9", "9" * 20, "½"]
)
def test_what_is_no_price_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match=r"500 GBP|no price"):
        typed_price(text, "GBP")


def test_a_price_without_a_currency_asks_for_one() -> None:
    with pytest.raises(BadInput, match="name the currency"):
        typed_price("500", None)


@given(st.decimals(Decimal("0.01"), Decimal(999_999), places=2))
def test_every_price_that_we_print_is_understood(amount: Decimal) -> None:
    money = Money.of(amount, "GBP")

    assert typed_price(str(money), None) == money
    assert typed_price(f"£{amount:,}", None) == money


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_price_or_refused(text: str) -> None:
    with suppress(BadInput):
        assert typed_price(text, "GBP").amount > 0
