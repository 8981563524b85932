"""What is let go of an old history, and that nobody misses it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import Availability, Condition, Point, Product, Tier
from alerts.domain.money import Money
from alerts.domain.retention import Retention, let_go
from alerts.domain.stats import product_lows, settled, timeline
from alerts.products import Products
from alerts.retention import Forgetting
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock
from tests.worlds import IN, OUT, START, product

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULE = Retention(full=100 * DAY, keep=365 * DAY)


def point(at: datetime, pounds: int | None = 100, stock: Availability = IN, **more: object) -> Point:
    price = Money.of(pounds, "GBP") if pounds else None
    return Point.model_validate({"at": at, "vendor": "Acme", "availability": stock, "price": price, **more})


def ago(days: float, pounds: int | None = 100, stock: Availability = IN, **more: object) -> Point:
    return point(START - timedelta(days=days), pounds, stock, **more)


def kept(points: list[Point], rule: Retention = RULE, now: datetime = START) -> list[Point]:
    gone = set(let_go(points, now, rule))
    return [each for each in points if each.at not in gone]


HISTORIES = st.lists(
    st.builds(
        ago,
        st.floats(0.01, 500) | st.integers(1, 500).map(float),
        st.none() | st.integers(1, 40),
        st.sampled_from([IN, OUT, Availability.UNKNOWN, Availability.PREORDER, Availability.LIMITED]),
        condition=st.sampled_from([Condition.NEW, Condition.USED]),
        online=st.sampled_from([None, None, False]),
    ),
    max_size=60,
)


@given(HISTORIES, HISTORIES)
def test_no_low_of_any_window_changes(one: list[Point], other: list[Point]) -> None:
    left = [kept(one), kept(other)]

    for sort in {each.sort for each in [*one, *other] if each.sort}:
        before, after = product_lows([one, other], START, sort=sort), product_lows(left, START, sort=sort)
        assert (after.low_30d, after.low_90d, after.low_ever) == (before.low_30d, before.low_90d, before.low_ever)


@given(HISTORIES, st.sampled_from([1, 7, 30, 90]))
def test_statistics_of_every_window_but_all_time_stay_as_they_are(history: list[Point], days: int) -> None:
    sort = next((each.sort for each in history if each.sort), None)
    before, after = timeline([history], START, sort=sort), timeline([kept(history)], START, sort=sort)

    assert after.over(days * DAY) == before.over(days * DAY)
    assert after.price == before.price


@given(HISTORIES)
def test_the_newest_point_and_all_of_the_newest_time_stay(history: list[Point]) -> None:
    left = kept(history)

    assert [each for each in history if each.at >= START - RULE.full] == [
        each for each in left if each.at >= START - RULE.full
    ]
    if history:
        newest = max(each.at for each in history)
        assert [each for each in left if each.at == newest] == [each for each in history if each.at == newest]


@given(HISTORIES)
def test_doing_it_again_finds_nothing(history: list[Point]) -> None:
    assert let_go(kept(history), START, RULE) == ()


def test_a_restless_day_keeps_its_first_its_last_and_its_lowest() -> None:
    prices = [100, 90, 95, 80, 85, 99, 97, 98]
    day = (START - 200 * DAY).replace(hour=0)
    history = [*(point(day + n * HOUR, price) for n, price in enumerate(prices)), ago(1)]

    assert [each.price.amount for each in kept(history) if each.price] == [100, 80, 85, 98, 100]


def test_a_quiet_day_keeps_all() -> None:
    history = [*(ago(200 - n / 24, 100 + n % 2) for n in range(4)), ago(1, 7)]

    assert kept(history) == history


def test_beyond_what_is_kept_the_last_state_and_the_lowest_price_ever_stay() -> None:
    history = [ago(800, 90), ago(700, 50), ago(699, 95), ago(600, 94), ago(500, 93), ago(200, 92), ago(1, 91)]

    assert [each.price.amount for each in kept(history) if each.price] == [50, 95, 93, 92, 91]


def test_a_low_that_could_not_be_had_is_none() -> None:
    history = [ago(800, 10, OUT), ago(700, 50), ago(699, 95), ago(500, 93), ago(1, 91)]

    assert [each.price.amount for each in kept(history) if each.price] == [50, 95, 93, 91]


def test_an_only_point_stays_however_old_it_is() -> None:
    assert kept([ago(4000)]) == [ago(4000)]
    assert let_go([], START, RULE) == ()


def test_a_restless_listing_of_two_years_is_a_tenth_of_what_it_was() -> None:
    history = [ago(730 - n / 24, 100 + n * 7 % 30, IN if n % 5 else OUT) for n in range(24 * 730)]
    left = kept(history)

    assert len(settled(history, START)) > 17_000
    assert len([each for each in left if each.at < START - RULE.full]) < 1_100


@pytest.mark.parametrize(("full", "keep"), [(90, 365), (100, 99)])
def test_a_rule_that_would_spoil_statistics_is_refused(full: int, keep: int) -> None:
    with pytest.raises(ValueError, match="write"):
        Retention(full=full * DAY, keep=keep * DAY)


class World:
    def __init__(self, *products: Product) -> None:
        self.clock = FakeClock(START)
        self.store = MemoryStore(clock=self.clock)
        self.products = products

    def process(self, name: str = "a") -> Forgetting:
        rules = dict.fromkeys(Tier, RULE) | {Tier.COLD: Retention(full=10_000 * DAY, keep=10_000 * DAY)}
        products = Products(self.products)
        return Forgetting(store=self.store, products=products, clock=self.clock, name=name, rules=rules)

    def restless(self, sku: str, days: int = 10) -> None:
        self.store._points[sku, "acme"] = [ago(200 - n / 24, 100 + n % 7) for n in range(24 * days)] + [ago(1)]

    def left(self, sku: str) -> int:
        return len(self.store._points[sku, "acme"])


async def test_each_tier_has_a_rule_of_its_own() -> None:
    world = World(product("Acme", sku="hot", tier=Tier.HOT), product("Acme", sku="cold", tier=Tier.COLD))
    world.restless("hot")
    world.restless("cold")

    await world.process().some()

    assert (world.left("hot"), world.left("cold")) == (37, 241)


async def test_a_few_old_points_are_not_worth_a_look() -> None:
    world = World(product("Acme"))
    world.restless("pi5", days=2)

    assert await world.process().some() == 0
    assert world.left("pi5") == 49


async def test_a_round_a_day_goes_through_all_products_and_over_a_restart() -> None:
    world = World(*(product("Acme", sku=f"p{n:03}") for n in range(250)))
    for each in world.products:
        world.restless(each.sku, days=5)
    turns = [await world.process().some() > 0 for _ in range(5)]
    world.restless("p249")
    again = await world.process().some()
    await world.clock.advance(24 * 3600)
    tomorrow = [await world.process().some() for _ in range(3)]

    assert turns == [True, True, True, False, False]
    assert again == 0
    assert [gone > 0 for gone in tomorrow] == [False, False, True]


async def test_one_process_at_a_time_and_the_next_one_when_it_leaves() -> None:
    world = World(product("Acme"))
    world.restless("pi5")
    assert await world.store.lead("retention", "a", ttl=HOUR)
    other = world.process("b")
    await other.turn()
    assert world.left("pi5") == 241

    await world.store.resign("retention", "a")
    await other.turn()
    assert world.left("pi5") == 241  # not at once again
    await world.clock.advance(5)
    await other.turn()

    assert world.left("pi5") < 60
