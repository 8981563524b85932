"""Timezones and currencies as one types."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.guild import GuildSettings
from alerts.zones import suggest_zones
from bot.ui.language import speaking
from bot.ui.settings import suggest_currencies


@pytest.mark.parametrize(
    ("typed", "first"),
    [("", "UTC"), ("lond", "Europe/London"), ("new york", "America/New_York"), ("Europe/Ber", "Europe/Berlin")],
)
def test_a_city_is_found_by_a_part_of_its_name(typed: str, first: str) -> None:
    assert suggest_zones(typed)[0] == first


@given(st.text(max_size=30))
def test_whatever_is_typed_what_is_suggested_can_be_chosen(typed: str) -> None:
    zones, currencies = suggest_zones(typed), suggest_currencies(typed)

    assert len(zones) <= 25
    assert len(currencies) <= 25
    for name in zones:
        assert GuildSettings(timezone=name)
        ZoneInfo(name)
    for label, code in currencies:
        assert GuildSettings(currency=code)
        assert 1 <= len(label) <= 100


def test_currencies_are_named_in_the_readers_language() -> None:
    with speaking("de"):
        assert ("USD · US-Dollar", "USD") in suggest_currencies("dollar")


def test_suggestions_are_quick() -> None:
    suggest_zones("a")
    suggest_currencies("a")
    began = time.perf_counter()
    for _ in range(10):
        suggest_zones("america")
        suggest_currencies("dollar")

    assert (time.perf_counter() - began) / 10 < 0.05
