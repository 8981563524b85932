"""How often a product is looked at: warmer is never slower, and no shop is asked for more than it has room for."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.heat import Facts, Want, fit, interval, is_usual_hour, tier_of
from alerts.domain.model import Tier
from alerts.domain.stats import Usual
from tests.worlds import MINUTE, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = {Tier.HOT: 5 * MINUTE, Tier.WARM: HOUR, Tier.COLD: DAY}
NOON_OF_SUNDAYS = Usual(weekday=6, on_weekday=4, hour=12, in_hour=4, of=5)  # as START is

spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))
usuals = st.builds(
    Usual, weekday=st.integers(0, 6), on_weekday=st.integers(1, 9), hour=st.integers(0, 23), in_hour=st.integers(1, 9),
    of=st.integers(3, 9),
)  # fmt: skip
facts = st.builds(
    Facts, watchers=st.integers(0, 10**5), asks=st.floats(0, 1e6), changed_ago=st.none() | spans, quiet_for=spans,
    usual=st.none() | usuals, is_blind=st.booleans(),
)  # fmt: skip
tiers = st.sampled_from([Tier.HOT, Tier.WARM, Tier.COLD])
# Any order of the tiers: an operator may write what they like.
everies = st.fixed_dictionaries(dict.fromkeys(EVERY, st.timedeltas(timedelta(seconds=1), timedelta(days=40))))


def every(given: Facts, tier: Tier = Tier.WARM, floor: Tier | None = None, now: datetime = START) -> timedelta:
    return interval(given, tier=tier, every=EVERY, now=now, floor=floor)


@given(facts, tiers, everies, st.none() | st.sampled_from(Tier), st.datetimes(timezones=st.just(UTC)))
def test_never_quicker_than_the_quickest_tier_nor_slower_than_the_slowest(
    given: Facts, tier: Tier, every: dict[Tier, timedelta], floor: Tier | None, now: datetime
) -> None:
    found = interval(given, tier=tier, every=every, now=now, floor=floor)

    assert min(every.values()) <= found <= max(every.values())


@given(facts, tiers, st.sampled_from([Tier.HOT, Tier.WARM, Tier.COLD]))
def test_a_tier_that_somebody_chose_is_kept_at_least(given: Facts, tier: Tier, floor: Tier) -> None:
    assert every(given, tier, floor) <= EVERY[floor]


@given(facts, tiers, st.integers(0, 10**5), st.floats(0, 1e6))
def test_who_is_watched_or_asked_for_more_never_waits_longer(given: Facts, tier: Tier, more: int, asks: float) -> None:
    warmer = replace(given, watchers=given.watchers + more, asks=given.asks + asks)

    assert every(warmer, tier) <= every(given, tier)


@given(facts, tiers, spans)
def test_who_is_quiet_for_longer_or_cannot_be_read_is_never_looked_at_more(
    given: Facts, tier: Tier, longer: timedelta
) -> None:
    assert every(replace(given, quiet_for=given.quiet_for + longer), tier) >= every(given, tier)
    assert every(replace(given, is_blind=True), tier) >= every(replace(given, is_blind=False), tier)


@given(facts, tiers)
def test_whose_usual_hour_it_is_never_waits_longer(given: Facts, tier: Tier) -> None:
    assert every(replace(given, usual=NOON_OF_SUNDAYS), tier) <= every(replace(given, usual=None), tier)


@pytest.mark.parametrize(
    ("given", "minutes"),
    [
        (Facts(), 60),
        (Facts(watchers=1, asks=9), 60),
        (Facts(watchers=10), 30),
        (Facts(watchers=100, asks=10), 7.5),
        (Facts(changed_ago=59 * MINUTE), 15),
        (Facts(changed_ago=23 * HOUR), 30),
        (Facts(usual=NOON_OF_SUNDAYS), 5),
        (Facts(quiet_for=14 * DAY), 120),
        (Facts(quiet_for=60 * DAY), 240),
        (Facts(is_blind=True), 120),
        (Facts(quiet_for=60 * DAY, watchers=100), 60),
        (Facts(watchers=10**6, asks=10**6), 5),
    ],
)
def test_a_warm_product(given: Facts, minutes: float) -> None:
    assert every(given) == minutes * MINUTE


@pytest.mark.parametrize(
    ("hours", "is_it"), [(-1, False), (-0.5, True), (0, True), (0.9, True), (1, False), (24, False), (24 * 7, True)]
)
def test_the_usual_hour_begins_half_an_hour_early_and_keeps_to_its_weekday(hours: float, is_it: bool) -> None:
    assert is_usual_hour(NOON_OF_SUNDAYS, START + hours * HOUR) is is_it


def test_without_a_weekday_of_its_own_it_comes_every_day_and_without_an_hour_never() -> None:
    assert is_usual_hour(replace(NOON_OF_SUNDAYS, on_weekday=2), START + DAY)
    assert not is_usual_hour(replace(NOON_OF_SUNDAYS, in_hour=2), START)


def test_an_interval_belongs_to_the_slowest_tier_that_is_as_quick() -> None:
    spans = {span: tier_of(span, EVERY) for span in (MINUTE, 5 * MINUTE, 59 * MINUTE, HOUR, 23 * HOUR, 2 * DAY)}
    assert list(spans.values()) == [Tier.HOT, Tier.HOT, Tier.HOT, Tier.WARM, Tier.WARM, Tier.COLD]


# What shops may be asked

shops = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 5))
wants = st.lists(st.tuples(st.timedeltas(timedelta(seconds=1), DAY), shops), max_size=60).map(
    lambda found: [Want(f"p{number}", *each) for number, each in enumerate(found)]
)
paces = st.dictionaries(st.sampled_from("abc"), st.timedeltas(timedelta(milliseconds=10), timedelta(minutes=5)))


@given(wants, paces)
def test_no_plan_asks_a_shop_for_more_than_its_pace(wants: list[Want], paces: dict[str, timedelta]) -> None:
    plan = fit(wants, paces)

    asked = defaultdict[str, float](float)
    for want in wants:
        for shop, requests in want.requests.items():
            asked[shop] += requests * (HOUR / plan.every[want.sku])
    for shop, pace in paces.items():
        assert asked[shop] <= 0.8 * (HOUR / pace) * (1 + 1e-5)


@given(wants, paces)
def test_nobody_is_looked_at_more_than_wanted_and_nobody_waits_longer_whose_shops_have_room(
    wants: list[Want], paces: dict[str, timedelta]
) -> None:
    plan = fit(wants, paces)

    for want in wants:
        has_room = all(plan.loads[shop].stretch == 1 for shop in want.requests)
        assert plan.every[want.sku] == want.every if has_room else plan.every[want.sku] > want.every


@given(wants, paces)
def test_all_products_of_the_same_shops_wait_longer_by_the_same_share(
    wants: list[Want], paces: dict[str, timedelta]
) -> None:
    plan, shares = fit(wants, paces), defaultdict[frozenset[str], list[float]](list)
    for want in wants:
        shares[frozenset(want.requests)].append(plan.every[want.sku] / want.every)

    for found in shares.values():
        assert max(found) == pytest.approx(min(found), rel=1e-5)


@given(wants, paces)
def test_a_shop_is_not_stretched_much_more_than_it_must(wants: list[Want], paces: dict[str, timedelta]) -> None:
    for load in fit(wants, paces).loads.values():
        needed = max(1.0, load.wanted / load.room)
        assert needed * (1 - 1e-9) <= load.stretch <= needed * 2**0.125 * (1 + 1e-9)


def test_a_thousand_hot_listings_of_a_shop_that_takes_one_request_a_second_wait_over_twenty_minutes() -> None:
    plan = fit([Want(f"p{number}", 5 * MINUTE, {"shop": 1}) for number in range(1000)], {"shop": timedelta(seconds=1)})

    load = plan.loads["shop"]
    assert (load.wanted, load.room) == (12_000, pytest.approx(2880))
    assert math.isclose(plan.every["p0"] / MINUTE, 5 * load.stretch, rel_tol=1e-6)
    assert 1000 / 0.8 / 60 <= plan.every["p0"] / MINUTE <= 1000 / 0.8 / 60 * 1.1
