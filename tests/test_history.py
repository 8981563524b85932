"""What a history comes to, on its way to Discord and to the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import UnknownVendor
from alerts.domain.model import Availability, Condition, Point, Snapshot
from alerts.domain.money import Money
from alerts.domain.stats import Timeline, Worth, timeline
from alerts.history import MOST_POINTS, History
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit
from bot.public import history_as_public, statistics_as_public
from bot.ui import words
from tests.fakes import FakeClock
from tests.worlds import IN, OUT, START, pounds, product

DAY = timedelta(days=1)


def point(days: float, stock: Availability = IN, price: str = "100", vendor: str = "Acme") -> Point:
    return Point(at=START - days * DAY, vendor=vendor, availability=stock, price=pounds(price))


TEN_DAYS = [point(10), point(4, OUT), point(3, price="80")]


def line_of(*points: Point) -> Timeline:
    return timeline([points], START)


async def keep(store: MemoryStore, listing: str, *points: Point) -> None:
    for each in points:
        lock = await store.lock("pi5", ttl=DAY)
        assert lock
        revision = (await store.snapshot("pi5")).revision
        assert await store.commit(Commit(lock, Snapshot(sku="pi5", revision=revision), {listing: each}))
        await store.unlock(lock)


@pytest.fixture
async def history() -> History:
    clock = FakeClock(START)
    store = MemoryStore(clock)
    await keep(store, "acme", *TEN_DAYS)
    await keep(store, "bolt", point(2, price="75", vendor="Bolt"))
    return History(store=store, clock=clock)


async def test_the_points_of_all_shops_come_newest_first(history: History) -> None:
    found = await history(product("Acme", "Bolt"), limit=3)

    assert [(each.vendor, START - each.at) for each in found] == [
        ("Bolt", 2 * DAY),
        ("Acme", 3 * DAY),
        ("Acme", 4 * DAY),
    ]


async def test_a_timeline_is_of_all_shops_or_of_one(history: History) -> None:
    both = await history.timeline(product("Acme", "Bolt"))
    acme = await history.timeline(product("Acme", "Bolt"), vendor="ACME")

    assert (both.price, acme.price) == (pounds(75), pounds(80))
    assert acme == line_of(*TEN_DAYS)


async def test_a_window_knows_what_was_true_before_it_though_no_point_lies_in_it(history: History) -> None:
    acme = product("Acme")

    assert await history(acme, days=1) == []
    assert (await history.timeline(acme)).over(DAY).share == 1


async def test_an_endless_history_is_taken_from_its_newest_points() -> None:
    clock = FakeClock(START)
    store = MemoryStore(clock)
    store._points["pi5", "acme"] = [point(n, price=str(n % 7 + 1)) for n in range(MOST_POINTS + 9, 0, -1)]

    line = await History(store=store, clock=clock).timeline(product("Acme"))

    assert line.since == START - MOST_POINTS * DAY


async def test_a_shop_that_does_not_have_it_is_answered_with_those_that_do(history: History) -> None:
    with pytest.raises(UnknownVendor) as told:
        await history.past(product("Acme", "Bolt"), vendor="Coil")

    assert told.value.there_are == ("Acme", "Bolt")
    assert "there are: Acme, Bolt" in str(told.value)


@pytest.mark.parametrize("asked", ["bolt", " BOLT ", "bol"])
async def test_a_shop_is_found_by_its_name_in_any_case_or_by_a_part_that_no_other_has(
    history: History, asked: str
) -> None:
    past = await history.past(product("Acme", "Bolt"), vendor=asked)

    assert past.vendor == "Bolt"
    assert [each.vendor for each in past.changes(None, limit=9)] == ["Bolt"]


async def test_a_part_of_a_name_that_two_shops_share_is_no_name(history: History) -> None:
    with pytest.raises(UnknownVendor):
        await history.past(product("Acme", "Acme West"), vendor="cm")


async def test_the_changes_of_a_window_are_the_newest_of_all_shops(history: History) -> None:
    past = await history.past(product("Acme", "Bolt"))

    assert [each.vendor for each in past.changes(3 * DAY, limit=9)] == ["Bolt", "Acme"]
    assert [each.vendor for each in past.changes(None, limit=1)] == ["Bolt"]


async def test_a_window_does_not_begin_before_anything_is_known(history: History) -> None:
    past = await history.past(product("Acme", "Bolt"))

    assert past.start(30 * DAY) == START - 10 * DAY
    assert past.start(None) == START - 10 * DAY
    assert past.start(2 * DAY) == START - 2 * DAY


CODES = st.sampled_from(["GBP", "JPY", "XYZ", "USD", "EUR", "CHF", "SEK", "NOK"])
POINTS = st.builds(
    Point,
    at=st.timedeltas(timedelta(0), 9000 * DAY).map(lambda ago: START - ago),
    vendor=st.text(),
    availability=st.sampled_from(Availability),
    price=st.none() | st.builds(Money.of, st.integers(0, 10**12 - 1), CODES),
)


@given(st.lists(POINTS, max_size=20), st.none() | st.integers(1, 36_500))
def test_statistics_are_json_without_a_float_for_money(points: list[Point], days: int | None) -> None:
    said = json.loads(json.dumps(statistics_as_public(line_of(*points), days)))

    assert {"24h", "7d", "30d", "90d", "all"} <= said["windows"].keys()
    amounts = [window[name] for window in said["windows"].values() for name in ("lowest", "median", "highest")]
    assert {type(each) for each in [*amounts, said["current"]]} <= {str, type(None)}


def test_other_programs_read_the_same() -> None:
    said = history_as_public(product(), TEN_DAYS, line_of(*TEN_DAYS), 2)

    assert list(said) == ["sku", "name", "points", "statistics"]
    assert list(said["statistics"]["windows"]) == ["24h", "7d", "30d", "90d", "all", "2d"]
    assert said["statistics"]["currency"] == "GBP"
    assert said["statistics"]["windows"]["all"] == {
        "known_seconds": 864_000,
        "in_stock_seconds": 777_600,
        "in_stock_share": 0.9,
        "restocks": 1,
        "usual_restock": None,
        "lowest": "80.00",
        "median": "100.00",
        "highest": "100.00",
        "good_price": {"percentile": 100, "word": "great"},
    }


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([14, 14 + 7 * 24, 14 + 14 * 24], "restocks: 3, usually Tue 14:00 UTC"),
        ([14, 16 + 7 * 24, 18 + 14 * 24], "restocks: 3, usually Tue"),
        ([14, 14 + 24, 14 + 2 * 24], "restocks: 3, usually 14:00 UTC"),
        ([14, 20 + 24, 8 + 4 * 24], "restocks: 3"),
        ([14, 14 + 7 * 24], "restocks: 2"),
    ],
)
def test_a_habit_is_named_when_more_than_half_keep_it(hours: list[int], said: str) -> None:
    tuesday = datetime.fromisoformat("2026-11-03T00:00Z")
    points = [
        Point(at=tuesday + timedelta(hours=hour + shift), vendor="Acme", availability=stock)
        for hour in hours
        for shift, stock in ((-1, OUT), (0, IN))
    ]

    assert words.statistics(line_of(*points), None)[-1].endswith(said)


def test_a_sort_of_price_that_is_left_out_is_said_and_one_that_is_not_plain_is_named() -> None:
    used = point(1, price="40").model_copy(update={"condition": Condition.USED})
    new, all_used = words.statistics(line_of(*TEN_DAYS, used), None), words.statistics(line_of(used), None)

    assert new[-1] == "Left out, as they are of another sort: used"
    assert all_used[0] == "Lowest £40.00, median £40.00, highest £40.00 (used)"


def test_what_is_left_out_is_said() -> None:
    line = line_of(*TEN_DAYS, point(1).model_copy(update={"price": Money.of(1, "USD")}))

    assert words.statistics(line, None)[-1] == "Prices in USD are left out"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (0.0001, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1, "100%")],
)
def test_nearly_nothing_is_not_nothing(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_a_good_price_is_a_sentence_with_what_it_rests_on() -> None:
    assert words.good_price(line_of(*TEN_DAYS), None) == (
        "£80.00 now is a great price: it cost as much or more in 100% of the 9 d it could be ordered"
    )


def test_what_is_sold_out_says_what_would_be_a_good_price() -> None:
    gone = line_of(*TEN_DAYS, point(1, OUT))

    assert words.good_price(gone, None) == "It cannot be ordered now; £80.00 or less would be a good price"
    assert words.good_price(line_of(point(3), point(1, OUT)), None) == "It cannot be ordered now"


def test_a_price_is_not_judged_by_a_few_hours() -> None:
    young = line_of(point(0.25, OUT), point(0.2, price="80"), point(0.1, price="90"))

    assert words.good_price(young, None) == "£90.00 has been known for 4 h: too short to judge by"


def test_a_first_price_is_not_judged() -> None:
    assert words.good_price(line_of(point(0)), None) == (
        "£100.00 is the first price known: there is nothing yet to compare it with"
    )


def test_a_price_that_was_never_read_is_not_judged() -> None:
    assert words.good_price(line_of(point(3).model_copy(update={"price": None})), None) == ""


@given(st.lists(POINTS, max_size=30))
def test_a_good_price_would_be_called_good_and_whatever_was_dearer_would_not(points: list[Point]) -> None:
    line = line_of(*points)
    good, asked = line.good_price(), [each.price for each in line.stretches if each.price]
    grades = {price: found.worth for price in asked if (found := line.grade(price))}
    fine = [price.amount for price, worth in grades.items() if worth in (Worth.GREAT, Worth.GOOD)]

    assert (good.amount if good else None) == max(fine, default=None)
