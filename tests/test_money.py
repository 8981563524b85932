"""Money is exact, has a currency, and is never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.domain.money import Money, exponent, machine_amount

CURRENCIES = st.sampled_from(["GBP", "EUR", "USD", "JPY", "KWD", "CLF"])
AMOUNTS = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=4)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("2879.2", "GBP", "2879.20 GBP"),
        ("2879.20000", "GBP", "2879.20 GBP"),
        ("76.8", "EUR", "76.80 EUR"),
        ("1E+2", "GBP", "100.00 GBP"),
        ("0", "GBP", "0.00 GBP"),
        ("1200", "JPY", "1200 JPY"),
        ("1200.00", "JPY", "1200 JPY"),
        ("1.5", "KWD", "1.500 KWD"),
        ("0.125", "GBP", "0.125 GBP"),
    ],
)
def test_money_is_written_with_its_currencys_own_decimals_and_loses_none(amount: str, currency: str, text: str) -> None:
    assert str(Money.of(amount, currency)) == text


@given(AMOUNTS, CURRENCIES)
def test_money_is_worth_what_it_was_made_of(amount: Decimal, currency: str) -> None:
    assert Money.of(amount, currency).amount == amount


@given(AMOUNTS, CURRENCIES)
def test_equal_amounts_have_equal_text(amount: Decimal, currency: str) -> None:
    with_zeros = Decimal(f"{amount:f}0000")

    assert str(Money.of(amount, currency)) == str(Money.of(with_zeros, currency))


@given(AMOUNTS, CURRENCIES)
def test_money_survives_being_stored(amount: Decimal, currency: str) -> None:
    money = Money.of(amount, currency)

    assert Money.model_validate_json(money.model_dump_json()) == money
    assert str(Money.model_validate_json(money.model_dump_json())) == str(money)


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity", "1000000000000", "-Infinity"])
def test_what_is_no_price_is_refused(amount: str) -> None:
    with pytest.raises((ValidationError, ArithmeticError)):
        Money.of(amount, "GBP")


@pytest.mark.parametrize("currency", ["gbp", "£", "", "GBPX", "US$", "ＧＢＰ"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValidationError):
        Money.of(1, currency)


def test_money_cannot_be_changed() -> None:
    money = Money.of(1, "GBP")

    with pytest.raises(ValidationError):
        money.amount = Decimal(2)


def test_a_fifth_cheaper_is_minus_a_fifth() -> None:
    assert Money.of(100, "GBP").change_to(Money.of(80, "GBP")) == Decimal("-0.2")


def test_a_price_that_was_nothing_moves_by_no_fraction() -> None:
    assert Money.of(0, "GBP").change_to(Money.of(80, "GBP")) == 0


def test_two_currencies_are_never_compared() -> None:
    with pytest.raises(ValueError, match="not compared"):
        Money.of(1, "GBP").change_to(Money.of(1, "EUR"))


@pytest.mark.parametrize(("currency", "places"), [("GBP", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("XYZ", 2)])
def test_a_currency_has_its_number_of_decimals(currency: str, places: int) -> None:
    assert exponent(currency) == places


@pytest.mark.parametrize(
    ("raw", "amount"),
    [("1499.90", "1499.90"), (1499.9, "1499.9"), (12, "12"), (" 5 ", "5"), (Decimal("1.10"), "1.10"), ("0", "0")],
)
def test_a_number_for_machines_is_read(raw: object, amount: str) -> None:
    assert str(machine_amount(raw)) == amount


@pytest.mark.parametrize(
    "raw",
    ["1,499.90", "1.499,90", "£5", "", "-5", "+5", "1e3", 1e300, "NaN", float("nan"), float("inf"), True, None, [], {},
     "9" * 13, "1.1234567", ".5", "5.", "0x10", "5 000"],
)  # fmt: skip
def test_what_is_not_plainly_a_number_is_not_guessed(raw: object) -> None:
    assert machine_amount(raw) is None


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.binary()))
def test_whatever_a_page_holds_becomes_a_sane_amount_or_nothing(raw: object) -> None:
    amount = machine_amount(raw)

    assert amount is None or 0 <= amount < 10**12
