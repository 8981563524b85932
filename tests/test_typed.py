"""Prices and times as people type them: certain, or refused with an example."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import BadInput
from alerts.domain.money import Money, exponent
from alerts.domain.typed import typed_price, typed_until

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "default", "meant"),
    [
        ("450", "GBP", "450.00 GBP"),
        ("£450", "USD", "450.00 GBP"),
        ("450 gbp", None, "450.00 GBP"),
        ("GBP450.5", None, "450.50 GBP"),
        ("1.299,00 €", None, "1299.00 EUR"),
        ("1,299.00", "USD", "1299.00 USD"),
        ("1 299,90 kr", "SEK", "1299.90 SEK"),
        ("1\u202f299,90 €", None, "1299.90 EUR"),
        ("CHF 1'299.–", None, "1299.00 CHF"),
        ("450,-", "EUR", "450.00 EUR"),
        ("1.299", "EUR", "1299.00 EUR"),
        ("1,299,000", "JPY", "1299000 JPY"),
        ("$450", "CAD", "450.00 CAD"),
        ("US$ 450", "CAD", "450.00 USD"),
        ("￥45000", "JPY", "45000 JPY"),
        ("4.500", "KWD", None),
        ("4500.500", "KWD", "4500.500 KWD"),
    ],
)
def test_a_price_is_read_as_it_is_meant(typed: str, default: str | None, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(BadInput, match="may be 4500 or"):
            typed_price(typed, default)
    else:
        assert str(typed_price(typed, default)) == meant


@pytest.mark.parametrize(
    ("typed", "default", "words"),
    [
        ("450", None, "names no currency; write it too, such as 450 GBP"),
        ("$450", "GBP", r"several currencies share the sign “\$” .* such as 450 USD"),
        ("$450", None, "several currencies share the sign"),
        ("£450 EUR", None, "names two currencies"),
        ("450 bananas", "GBP", "no currency “bananas”"),
        ("12.34.56", "GBP", "not a price that I can be sure of; write one such as 450.50 GBP"),
        ("450.505,1", "JPY", "not a price that I can be sure of; write one such as 450 JPY"),
        ("0.299", "EUR", "may be 299 or 0.299"),
        ("0", "GBP", "not a price to wait for"),
        ("-5", "GBP", "not a price"),
        ("4e5", "GBP", "not a price"),
        ("", "GBP", "not a price"),
        ("450 or less", "GBP", "not a price"),
        ("9" * 13, "GBP", "not a price to wait for"),
        ("9" * 5000, "GBP", "not a price"),
    ],
)
def test_a_price_that_is_not_certain_is_refused_with_the_cure(typed: str, default: str | None, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        typed_price(typed, default)


@given(
    cents=st.integers(1, 10**9),
    currency=st.sampled_from(["GBP", "EUR", "JPY", "KWD", "USD"]),
    style=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_what_is_written_in_full_means_the_same_in_every_lands_style(
    cents: int, currency: str, style: tuple[str, str]
) -> None:
    places = exponent(currency)
    amount = Decimal(cents).scaleb(-places)
    group, point = style
    # Four digits before the point, so that no group of three can be taken for decimals.
    amount += 1000
    text = f"{amount:,.{places}f}".replace(",", "\0").replace(".", point).replace("\0", group)

    if places == 0 and text.count(group) == 0:
        return
    assert typed_price(f"{text} {currency}", None) == Money.of(amount, currency)


@given(typed=st.text(max_size=40), default=st.sampled_from([None, "GBP", "JPY", "KWD"]))
def test_whatever_is_typed_is_a_price_or_refused(typed: str, default: str | None) -> None:
    try:
        found = typed_price(typed, default)
    except BadInput:
        return
    assert found.amount > 0
    assert exponent(found.currency) == 3 or typed_price(str(found), None) == found


@pytest.mark.parametrize(
    ("typed", "zone", "meant"),
    [
        ("4h", "UTC", NOW + timedelta(hours=4)),
        ("1d", "UTC", NOW + timedelta(days=1)),
        ("18:00", "UTC", NOW.replace(hour=18)),
        ("9:30", "UTC", NOW.replace(day=23, hour=9, minute=30)),
        ("18:00", "Europe/Berlin", NOW.replace(hour=17)),
        ("2026-12-24 18:00", "America/New_York", datetime(2026, 12, 24, 23, 0, tzinfo=UTC)),
        ("2026-12-24", "UTC", datetime(2026, 12, 24, tzinfo=UTC)),
    ],
)
def test_a_time_is_by_the_clock_that_is_named(typed: str, zone: str, meant: datetime) -> None:
    assert typed_until(typed, NOW, zone) == meant


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "2026-02-30", "500d", "999999w", "2020-01-01", "0m"])
def test_what_is_no_time_to_come_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadInput, match="such as 4h"):
        typed_until(typed, NOW, "UTC")


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_time_to_come_or_refused(typed: str) -> None:
    with suppress(BadInput):
        assert typed_until(typed, NOW, "Europe/London") > NOW
