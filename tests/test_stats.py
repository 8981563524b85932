"""Statistics of a history: examples to check by hand, properties, and a slow count of hours that must agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import Availability, Condition, Point, PriceKind, Sort
from alerts.domain.money import Money
from alerts.domain.stats import WINDOWS, Grade, Lows, Prices, Timeline, Usual, Worth, lows, product_lows, timeline
from tests.worlds import IN, OUT, START, pounds

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ORDERABLE = (IN, Availability.LIMITED, Availability.PREORDER)


USED, FROM = Condition.USED, PriceKind.FROM


def point(
    ago: timedelta, stock: Availability = IN, price: str | Money | None = "100", vendor: str = "Acme", **more: object
) -> Point:
    money = pounds(price) if isinstance(price, str) else price
    facts = {"at": START - ago, "vendor": vendor, "availability": stock, "price": money}
    return Point.model_validate({**facts, **more})


def dollars(amount: str) -> Money:
    return Money.of(amount, "USD")


def line_of(*points: Point) -> Timeline:
    return timeline([points], START)


# Ten days of one listing: in stock at £100 for six days, sold out for one, then £80 for three.
TEN_DAYS = (point(10 * DAY), point(4 * DAY, OUT), point(3 * DAY, price="80"))


def test_ten_days_of_which_nine_were_in_stock() -> None:
    found = line_of(*TEN_DAYS).over()

    assert (found.known, found.in_stock, found.share, found.restocks) == (10 * DAY, 9 * DAY, 0.9, 1)
    assert found.prices == Prices(lowest=pounds(80), median=pounds(100), highest=pounds(100))


def test_a_window_begins_with_what_was_true_before_it() -> None:
    found = line_of(*TEN_DAYS).over(7 * DAY)  # three days at £100, one sold out, three at £80

    assert (found.known, found.in_stock, found.restocks) == (7 * DAY, 6 * DAY, 1)
    assert found.prices == Prices(lowest=pounds(80), median=pounds(80), highest=pounds(100))


def test_what_ended_when_the_window_began_is_not_in_it_and_what_began_then_is() -> None:
    found = line_of(*TEN_DAYS).over(3 * DAY)

    assert (found.known, found.in_stock, found.restocks) == (3 * DAY, 3 * DAY, 1)
    assert found.prices == Prices(lowest=pounds(80), median=pounds(80), highest=pounds(80))


def test_what_is_offered_from_now_on_is_in_the_window_for_no_time() -> None:
    found = line_of(*TEN_DAYS, point(0 * DAY, price="70")).over(DAY)

    assert found.in_stock == DAY
    assert found.prices == Prices(lowest=pounds(70), median=pounds(80), highest=pounds(80))


def test_a_history_that_begins_now_has_a_price_and_no_share() -> None:
    found = line_of(point(0 * DAY)).over()

    assert (found.known, found.share, found.current) == (0 * DAY, None, None)
    assert found.prices == Prices(lowest=pounds(100), median=pounds(100), highest=pounds(100))


def test_no_history_says_nothing() -> None:
    found = timeline([[], []], START).over()

    assert (found.known, found.share, found.restocks, found.usual, found.prices, found.current) == (
        *(0 * DAY, None, 0, None, None, None),
    )


def test_what_comes_later_than_now_is_not_known_yet() -> None:
    assert line_of(*TEN_DAYS, point(-DAY, OUT)) == line_of(*TEN_DAYS)


def test_the_median_of_an_even_split_is_the_lower_price() -> None:
    found = line_of(point(2 * DAY), point(DAY, price="80")).over()

    assert found.prices
    assert found.prices.median == pounds(80)


@pytest.mark.parametrize("stock", [OUT, Availability.BACKORDER, Availability.DISCONTINUED, Availability.UNKNOWN])
def test_a_price_it_could_not_be_ordered_at_does_not_count(stock: Availability) -> None:
    assert line_of(point(DAY, stock, "1")).over().prices is None


def test_a_pre_order_has_a_price_and_is_not_in_stock() -> None:
    found = line_of(point(DAY, Availability.PREORDER)).over()

    assert found.prices
    assert found.share == 0


def test_several_shops_are_in_stock_when_one_is_at_the_best_price_of_each_moment() -> None:
    acme = [point(4 * DAY, price="100"), point(2 * DAY, OUT)]
    bolt = [point(3 * DAY, price="90", vendor="Bolt"), point(DAY, price="120", vendor="Bolt")]
    found = timeline([acme, bolt], START).over()  # £100, £90, £90, £120: a day each

    assert (found.share, found.restocks) == (1, 0)
    assert found.prices == Prices(lowest=pounds(90), median=pounds(90), highest=pounds(120))


def test_it_came_back_when_no_shop_had_it_before() -> None:
    acme = [point(6 * DAY), point(5 * DAY, OUT), point(2 * DAY), point(DAY, OUT)]
    bolt = [point(6 * DAY, OUT), point(4 * DAY), point(3 * DAY, OUT), point(36 * HOUR)]

    assert timeline([acme], START).over().restocks == 1
    assert timeline([bolt], START).over().restocks == 2
    assert timeline([acme, bolt], START).over().restocks == 2  # Acme had it already when Bolt's second came


@pytest.mark.parametrize("first", [[], [point(3 * DAY, Availability.UNKNOWN)]])
def test_the_first_sight_of_stock_is_no_restock(first: list[Point]) -> None:
    assert line_of(*first, point(2 * DAY)).over().restocks == 0


def test_a_time_of_unknown_stock_is_no_part_of_the_share() -> None:
    found = line_of(point(3 * DAY, Availability.UNKNOWN), point(2 * DAY), point(DAY, OUT)).over()

    assert (found.known, found.share) == (2 * DAY, 0.5)


def test_unknown_stock_between_says_nothing() -> None:
    assert line_of(*TEN_DAYS, point(5 * DAY, Availability.UNKNOWN, None)) == line_of(*TEN_DAYS)


def restocks(*moments: datetime) -> Usual | None:
    points = [
        Point(at=at + shift, vendor="Acme", availability=stock, price=pounds(5))
        for at in moments
        for shift, stock in ((-HOUR, OUT), (0 * HOUR, IN))
    ]
    return line_of(*points).over().usual


def test_three_restocks_have_a_usual_weekday_and_hour_and_two_have_none() -> None:
    tuesday, next_tuesday = datetime.fromisoformat("2026-11-03T14:05Z"), datetime.fromisoformat("2026-11-10T14:55Z")
    friday = datetime.fromisoformat("2026-11-13T09:00Z")

    assert restocks(tuesday, next_tuesday) is None
    assert restocks(tuesday, next_tuesday, friday) == Usual(weekday=1, on_weekday=2, hour=14, in_hour=2, of=3)


def test_weekday_and_hour_are_utc_whatever_the_points_say() -> None:
    west = timezone(timedelta(hours=-8))
    late = [datetime(2026, 11, day, 23, tzinfo=west) for day in (2, 9, 16)]  # Monday there, Tuesday 07:00 UTC

    assert restocks(*late) == Usual(weekday=1, on_weekday=3, hour=7, in_hour=3, of=3)


@pytest.mark.parametrize(
    ("price", "percentile", "worth"),
    [
        ("79", 100, Worth.GREAT),  # never as cheap
        ("80", 100, Worth.GREAT),
        ("81", 90, Worth.GREAT),  # one day of ten was cheaper
        ("91", 70, Worth.GOOD),
        ("95", 70, Worth.GOOD),
        ("100", 70, Worth.USUAL),  # what it mostly costs
        ("101", 20, Worth.HIGH),
        ("130", 0, Worth.HIGH),
    ],
)
def test_a_good_price(price: str, percentile: int, worth: Worth) -> None:
    # One day at £80, two at £90, five at £100, two at £120.
    line = line_of(point(10 * DAY, price="120"), point(8 * DAY), point(3 * DAY, price="90"), point(DAY, price="80"))

    assert line.grade(pounds(price)) == Grade(pounds(price), percentile, worth, 10 * DAY)


def test_a_price_that_never_moved_is_usual_and_not_great() -> None:
    assert line_of(point(DAY)).over().current == Grade(pounds(100), 100, Worth.USUAL, DAY)


def test_the_commonest_currency_counts_and_the_others_are_named() -> None:
    line = line_of(point(3 * DAY, price="90"), point(2 * DAY), point(DAY, price=dollars("1")))

    assert (line.currency, line.ignored) == ("GBP", ("USD",))
    assert line.over().prices == Prices(lowest=pounds(90), median=pounds(90), highest=pounds(100))
    assert line.price is None
    assert line.grade(dollars("1")) is None


def test_lows_are_of_before_the_moment() -> None:
    points = [point(100 * DAY, price="50"), point(95 * DAY, price="70"), point(60 * DAY), point(0 * DAY, price="10")]

    found = lows(points, START)

    assert found == Lows(low_30d=pounds(100), low_90d=pounds(70), low_ever=pounds(50), since=START - 100 * DAY)
    assert [found.beaten_by(pounds(each)) for each in (100, 99, 70, 69, 50, 49)] == [
        *(None, "30d", "30d", "90d", "90d", "all"),
    ]
    assert found.beaten_by(dollars("1")) is None


def test_lows_are_asked_in_the_currency_that_is_compared() -> None:
    points = [point(3 * DAY), point(2 * DAY, price="90"), point(DAY, price=dollars("70"))]

    assert lows(points, START, currency="USD").low_ever == dollars("70")
    assert lows(points, START, currency="JPY").low_ever is None
    assert product_lows([points, [point(DAY, price="60")]], START).low_ever == pounds(60)
    assert lows([], START) == Lows(None, None, None, None)


def test_prices_of_the_sort_of_most_listings_count_and_the_others_are_named() -> None:
    restless = [point(n * DAY, price=str(n), condition=USED) for n in range(1, 9)]
    acme, bolt = [point(9 * DAY, price="90")], [point(8 * DAY, price="95"), point(DAY, price="20", price_kind=FROM)]
    line = timeline([restless, acme, bolt], START)

    assert line.sort == Sort("GBP")
    assert line.other_sorts == (Sort("GBP", PriceKind.EXACT, USED), Sort("GBP", FROM))
    assert line.over().prices == Prices(lowest=pounds(90), median=pounds(90), highest=pounds(90))


def test_a_history_of_nothing_but_used_things_is_about_them() -> None:
    line = line_of(point(2 * DAY, price="40", condition=USED), point(DAY, price="50", condition=USED))

    assert (line.sort, line.price) == (Sort("GBP", PriceKind.EXACT, USED), pounds(50))


def test_a_listing_that_turns_to_another_sort_of_price_has_none_of_the_old_sort_left() -> None:
    line = timeline([[point(2 * DAY), point(DAY, price="40", price_kind=FROM)]], START, sort=Sort("GBP"))

    assert (line.price, line.over(12 * HOUR).prices) == (None, None)
    assert line.over().share == 1


def test_what_is_over_a_counter_only_could_not_be_ordered_and_coming_back_from_there_is_a_restock() -> None:
    found = line_of(point(4 * DAY), point(2 * DAY, price="60", online=False), point(DAY)).over()

    assert (found.share, found.restocks) == (0.75, 1)
    assert found.prices == Prices(lowest=pounds(100), median=pounds(100), highest=pounds(100))


@pytest.mark.parametrize("sort", [Sort("GBP", FROM), Sort("GBP", PriceKind.EXACT, USED), Sort("USD")])
def test_lows_are_those_of_the_sort_that_is_compared(sort: Sort) -> None:
    points = [
        point(5 * DAY),
        point(4 * DAY, price="30", price_kind=FROM),
        point(3 * DAY, price="40", condition=USED),
        point(2 * DAY, price=dollars("50")),
    ]
    amounts = {FROM: pounds(30), USED: pounds(40), "USD": dollars("50")}

    assert lows(points, START, sort=sort).low_ever == next(v for k, v in amounts.items() if k in sort)
    assert lows(points, START, sort=Sort("GBP")).low_ever == pounds(100)


HOURS = st.integers(0, 100 * 24) | st.sampled_from([0, 1, 24, 7 * 24, 30 * 24, 90 * 24])
MONEY = st.builds(Money.of, st.integers(1, 9), st.sampled_from(["GBP", "GBP", "USD"]))
POINTS = st.lists(
    st.builds(
        lambda h, s, p, c, k, o: point(h * HOUR, s, p, condition=c, price_kind=k, online=o),
        HOURS,
        st.sampled_from(Availability),
        st.none() | MONEY,
        st.sampled_from([Condition.NEW, Condition.NEW, USED]),
        st.sampled_from([PriceKind.EXACT, PriceKind.EXACT, FROM]),
        st.sampled_from([None, None, True, False]),
    ),
    max_size=12,
    unique_by=lambda each: each.at,
)
HISTORIES = st.lists(POINTS, max_size=3)


@given(HISTORIES, st.sampled_from([*WINDOWS.values(), 5 * HOUR]))
def test_it_agrees_with_counting_hours(histories: list[list[Point]], span: timedelta | None) -> None:
    line = timeline(histories, START)
    found = line.over(span)
    begin = min(int((START - line.since) / HOUR) if line.since else 0, int(span / HOUR) if span else 10**6)
    moments = [[_at(points, START - hour * HOUR) for points in histories] for hour in range(begin, -1, -1)]
    lived, best = moments[:-1], [_best(each, line.sort) for each in moments]
    timed = sorted(each for each in best[:-1] if each is not None) or [each for each in best if each is not None]

    assert found.known == HOUR * sum(any(p and p.availability is not Availability.UNKNOWN for p in m) for m in lived)
    assert found.in_stock == HOUR * sum(any(p and p.is_orderable for p in m) for m in lived)
    assert (found.prices is None) == all(each is None for each in best)
    if found.prices:
        known = [each for each in best if each is not None]
        assert (found.prices.lowest.amount, found.prices.highest.amount) == (min(known), max(known))
        assert found.prices.median.amount == timed[(len(timed) - 1) // 2]


def _at(points: Sequence[Point], moment: datetime) -> Point | None:
    """What a listing offered at a moment, looked up the slow way."""
    before = sorted((p for p in points if p.at <= moment), key=lambda p: p.at)
    known = [p for p in before if p.availability is not Availability.UNKNOWN]
    found = known or before
    return found[-1] if found else None


def _best(offered: Sequence[Point | None], sort: Sort | None) -> Decimal | None:
    amounts = [p.price.amount for p in offered if p and p.price and p.sort == sort and p.availability in ORDERABLE
               and (p.online is not False or p.availability is Availability.PREORDER)]  # fmt: skip
    return min(amounts, default=None)


@given(HISTORIES)
def test_shares_are_shares_and_windows_nest(histories: list[list[Point]]) -> None:
    line = timeline(histories, START)
    found = [line.over(span) for span in WINDOWS.values()]

    assert all(each.share is None or 0 <= each.share <= 1 for each in found)
    assert all(each.in_stock <= each.known for each in found)
    for inner, outer in pairwise(found):
        assert inner.known <= outer.known
        assert inner.in_stock <= outer.in_stock
        assert inner.restocks <= outer.restocks
        if inner.prices:
            assert outer.prices
            assert outer.prices.lowest.amount <= inner.prices.lowest.amount
            assert inner.prices.highest.amount <= outer.prices.highest.amount


@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_points_and_of_listings_does_not_matter(histories: list[list[Point]], random: object) -> None:
    mixed = [random.sample(points, len(points)) for points in histories]  # type: ignore[attr-defined]

    assert timeline(mixed[::-1], START) == timeline(histories, START)


@given(POINTS.filter(bool), st.data())
def test_the_same_point_again_at_once_or_later_changes_nothing(points: list[Point], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(points))
    later = [each.at for each in points if each.at > again.at] or [START + HOUR]
    repeated = again.model_copy(update={"at": again.at + (min(later) - again.at) / 2})

    assert timeline([[*points, again]], START) == timeline([points], START)
    assert timeline([[*points, repeated]], START) == timeline([points], START)


@given(HISTORIES, st.integers(0, 10), st.integers(0, 10), st.sampled_from(list(WINDOWS.values())))
def test_a_higher_price_is_never_a_better_one(
    histories: list[list[Point]], one: int, other: int, span: timedelta | None
) -> None:
    line = timeline(histories, START, currency="GBP")
    low, high = line.grade(pounds(min(one, other)), span), line.grade(pounds(max(one, other)), span)

    if low and high:
        assert 0 <= high.percentile <= low.percentile <= 100
        assert list(Worth).index(low.worth) <= list(Worth).index(high.worth)


@given(HISTORIES, st.sampled_from(["GBP", "USD", None]))
def test_sorts_are_never_mixed(histories: list[list[Point]], currency: str | None) -> None:
    line = timeline(histories, START, currency=currency)
    alone = [[p if p.sort == line.sort else p.model_copy(update={"price": None})
              for p in points] for points in histories]  # fmt: skip

    assert {each.price.currency for each in line.stretches if each.price} <= {line.currency}
    assert [line.over(span) for span in WINDOWS.values()] == [
        timeline(alone, START, sort=line.sort).over(span) for span in WINDOWS.values()
    ]


@given(HISTORIES)
def test_lows_nest_and_do_not_know_the_present(histories: list[list[Point]]) -> None:
    found = product_lows(histories, START, currency="GBP")
    past = [[p for p in points if p.at < START] for points in histories]

    assert found == product_lows(past, START, currency="GBP")
    known = [low.amount for low in (found.low_ever, found.low_90d, found.low_30d) if low]
    assert known == sorted(known)
