"""What is drawn of a history: nothing that matters is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import Availability, Listing, Point
from alerts.domain.money import Money
from alerts.domain.stats import timeline
from alerts.domain.tracks import Shelf, Step, Track, lowest_of, thinned, tracks
from tests.worlds import IN, OUT, START, listing, pounds

DAY = timedelta(days=1)
LATER = Availability.PREORDER


def point(days: float, stock: Availability = IN, price: str | None = "100", vendor: str = "Acme") -> Point:
    return Point(at=START - days * DAY, vendor=vendor, availability=stock, price=pounds(price) if price else None)


def drawn(days: float, *histories: Sequence[Point], listings: Sequence[Listing] | None = None) -> tuple[Track, ...]:
    named = listings or [listing(points[0].vendor if points else f"Empty{i}") for i, points in enumerate(histories)]
    return tracks(named, histories, timeline(histories, START), START - days * DAY)


def test_what_was_true_when_the_window_began_is_drawn_from_its_beginning() -> None:
    (track,) = drawn(5, [point(20, OUT, "90"), point(10), point(2, price="80")])

    assert [(START - step.at, step.price, step.is_asked) for step in track.steps] == [
        (5 * DAY, pounds(100), True),
        (2 * DAY, pounds(80), True),
    ]


def test_the_cheapest_that_can_be_ordered_now_comes_first_then_what_was_cheap_then_the_rest() -> None:
    found = drawn(
        30,
        [point(9, price="50", vendor="Was"), point(1, OUT, "50", vendor="Was")],
        [point(9, price="99", vendor="Dear")],
        [point(9, price=None, vendor="Dumb")],
        [point(9, price="98", vendor="Cheap")],
        [],
    )

    assert [track.vendor for track in found] == ["Cheap", "Dear", "Was", "Dumb"]


def test_a_price_of_what_is_sold_out_is_drawn_and_does_not_count() -> None:
    (track,) = drawn(30, [point(9, price="90"), point(5, OUT, "10")])

    assert [step.is_asked for step in track.steps] == [True, False]
    assert track.lowest is not None
    assert track.lowest.price == pounds(90)


def test_a_price_of_another_sort_is_not_drawn_but_its_stock_is() -> None:
    dollars = point(3).model_copy(update={"price": Money.of(1, "USD")})
    (track,) = drawn(30, [point(9), point(6, price="90"), dollars])

    assert [step.price for step in track.steps] == [pounds(100), pounds(90), None]
    assert track.last.shelf is Shelf.IN


def test_a_look_that_saw_no_stock_at_all_changes_nothing() -> None:
    (track,) = drawn(30, [point(9), point(6, Availability.UNKNOWN, None)])

    assert len(track.steps) == 1


def test_of_the_lowest_prices_the_newest_is_marked() -> None:
    found = drawn(30, [point(9), point(8, price="70")], [point(4, price="70", vendor="Bolt")])
    lowest = lowest_of(found)

    assert lowest is not None
    assert (lowest[0].vendor, START - lowest[1].at) == ("Bolt", 4 * DAY)


def test_two_listings_of_one_shop_are_told_apart() -> None:
    both = [listing("Acme", id="a", region="GB"), listing("Acme", id="b")]

    assert {track.vendor for track in drawn(30, [point(9)], [point(8)], listings=both)} == {"Acme (GB)", "Acme (2)"}


def step(seconds: int, price: int | None, *, is_asked: bool) -> Step:
    money = pounds(price) if price is not None else None
    shelf = Shelf.IN if is_asked else Shelf.OUT
    return Step(START + timedelta(seconds=seconds), shelf, money, is_asked and money is not None)


STEPS = st.lists(
    st.builds(step, st.integers(0, 9999), st.none() | st.integers(1, 500), is_asked=st.booleans()),
    max_size=300,
    unique_by=lambda each: each.at,
).map(lambda found: sorted(found, key=lambda each: each.at))


@given(STEPS, st.integers(1, 40))
def test_thinned_out_steps_keep_the_ends_the_lows_and_the_highs(steps: list[Step], columns: int) -> None:
    kept = thinned(steps, START, START + timedelta(seconds=10_000), columns)
    asked = [each.price.amount for each in steps if each.is_asked and each.price]
    left = [each.price.amount for each in kept if each.is_asked and each.price]

    assert len(kept) <= max(columns, 5 * columns)
    assert [each for each in steps if each in kept] == list(kept)
    assert (kept[:1], kept[-1:]) == (tuple(steps[:1]), tuple(steps[-1:]))
    assert (min(left, default=0), max(left, default=0)) == (min(asked, default=0), max(asked, default=0))


@given(STEPS, st.integers(1, 40))
def test_thinned_out_steps_say_the_same_at_every_edge_of_a_column(steps: list[Step], columns: int) -> None:
    width = timedelta(seconds=10_000) / columns
    kept = thinned(steps, START, START + timedelta(seconds=10_000), columns)

    for edge in (START + i * width for i in range(1, columns)):
        assert [s for s in steps if s.at < edge][-1:] == [s for s in kept if s.at < edge][-1:]
