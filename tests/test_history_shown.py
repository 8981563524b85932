"""A history in Discord's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import Availability, Condition, Point, PriceKind, Product
from alerts.domain.money import Money
from alerts.domain.stats import timeline
from alerts.history import Past
from bot.ui.chart import LONGEST_ALT, chart_of
from bot.ui.history import history_embed
from tests.test_embeds import check
from tests.test_text import HOSTILE, units
from tests.worlds import IN, OUT, START, listing, pounds

pytestmark = pytest.mark.picture

DAY = timedelta(days=1)


def point(days: float, stock: Availability = IN, price: str = "100", vendor: str = "Acme") -> Point:
    return Point(at=START - days * DAY, vendor=vendor, availability=stock, price=pounds(price))


TEN_DAYS = [point(10), point(4, OUT), point(3, price="80")]


def past_of(*histories: Sequence[Point], name: str = "Raspberry Pi 5", vendor: str | None = None) -> Past:
    listings = [listing(each[0].vendor, id=f"l{i}") for i, each in enumerate(histories) if each]
    wanted = Product(sku="pi5", name=name, listings=tuple(listings))
    return Past(wanted, listings, [each for each in histories if each], timeline(histories, START), vendor)


def shown(past: Past, days: int | None = None, *, has_image: bool = True) -> discord.Embed:
    return history_embed(past, days, chart_of(past, days) if has_image else None)


def test_a_history_answers_whether_the_price_is_good_then_with_figures_and_the_last_changes() -> None:
    embed = shown(past_of(TEN_DAYS))
    figures, changes = embed.fields

    assert embed.description == (
        "**£80.00 now is a great price: it cost as much or more in 100% of the 9 d it could be ordered.**"
    )
    assert figures.name == "Since 2026-11-12"
    assert (figures.value or "").splitlines() == [
        "Lowest £80.00, median £100.00, highest £100.00",
        "In stock 90% of the time, restocks: 1",
    ]
    assert len((changes.value or "").splitlines()) == 3
    assert embed.image.url == "attachment://history.png"


def test_a_history_of_some_days_is_about_those_days() -> None:
    figures, changes = shown(past_of(TEN_DAYS), 3).fields

    assert figures.name == "In the last 3 days"
    assert "Lowest £80.00, median £80.00, highest £80.00" in (figures.value or "")
    assert len((changes.value or "").splitlines()) == 1


def test_a_history_of_one_shop_is_named_after_it() -> None:
    assert shown(past_of(TEN_DAYS, vendor="Acme")).title == "History of Raspberry Pi 5 at Acme"


def test_days_without_a_change_are_not_called_unknown_and_show_the_last_one() -> None:
    figures, changes = shown(past_of(TEN_DAYS), 1).fields

    assert "In stock 100% of the time" in (figures.value or "")
    assert (changes.value or "").startswith("Nothing changed in that time.\n<t:")


def test_a_product_never_seen_says_how_to_get_a_history() -> None:
    embed = shown(past_of([]), has_image=False)

    assert (embed.fields, embed.image.url) == ([], None)
    assert "/watch add" in (embed.description or "")


def test_a_product_without_a_price_says_so() -> None:
    embed = shown(past_of([point(3).model_copy(update={"price": None})]))

    assert embed.description == "No price of it was ever read."


def test_a_chart_that_could_not_be_drawn_leaves_the_words() -> None:
    embed = shown(past_of(TEN_DAYS), has_image=False)

    assert embed.image.url is None
    assert len(embed.fields) == 2
    assert "a button draws it again" in (embed.footer.text or "")


def test_a_shop_whose_name_the_chart_cannot_write_is_named_beside_it() -> None:
    embed = shown(past_of([point(3, vendor="ヨドバシカメラ")], [point(2, price="5")]))

    assert [field.value for field in embed.fields if field.name == "In the chart"] == ["2 ヨドバシカメラ"]


POINTS = st.builds(
    Point,
    at=st.timedeltas(timedelta(0), 9000 * DAY).map(lambda ago: START - ago),
    vendor=HOSTILE,
    availability=st.sampled_from(Availability),
    price=st.none() | st.builds(Money.of, st.integers(0, 10**12 - 1), st.sampled_from(["GBP", "JPY", "XYZ", "USD"])),
    price_kind=st.sampled_from(PriceKind),
    condition=st.sampled_from(Condition),
)


@given(
    st.lists(st.lists(POINTS, min_size=1, max_size=9), max_size=12), HOSTILE, st.none() | st.integers(1, 3650),
    st.booleans(),
)  # fmt: skip
def test_a_history_is_within_discords_limits_whatever_shops_write(
    histories: list[list[Point]], name: str, days: int | None, has_image: bool
) -> None:
    past = past_of(*histories, name=name)
    chart = chart_of(past, days)

    check(history_embed(past, days, chart if has_image else None))
    if chart:
        assert 0 < units(chart.alt) <= LONGEST_ALT


def test_a_long_history_is_cut_between_lines() -> None:
    many = [point(n, price=str(n), vendor="👍" * 60) for n in range(500, 0, -1)]

    embed = shown(past_of(many))

    check(embed)
    assert len((embed.fields[1].value or "").splitlines()) <= 12
