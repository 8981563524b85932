"""How far a price has to move to be told: by the alert's own floor, the guild's, or the default."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.changes import advance
from alerts.domain.confirm import Rules
from alerts.domain.floor import DEFAULT_FLOOR, Floor, floor_of, measured
from alerts.domain.guild import GuildSettings
from alerts.domain.model import Change, ChangeKind, Known, Offer, Point
from alerts.domain.money import Money
from alerts.domain.rules import Verb, decide
from alerts.domain.wishes import Target
from alerts.guilds import Guilds
from tests.test_journey import ADMIN, DEALS, PI, World
from tests.worlds import IN, MINUTE, OUT, START, change, listing, offer, pounds, reading, subscription

DROP, RISE = ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE
TINY, LARGE = Floor(amount="0.10", percent="0.1"), Floor(amount="10", percent="10")
TRUSTING = Rules(reads=1, suspicious_reads=1, suspicious_span=timedelta(0))


def moves(course: Sequence[Offer], floor: Floor) -> list[tuple[ChangeKind, str, str]]:
    """What is told of a listing that offers these, one after the other: the kind, from which price, to which."""
    known: Known | None = None
    points: list[Point] = []
    said = []
    for minute, each in enumerate(course):
        step = advance(listing(), known, reading(each, START + minute * MINUTE), TRUSTING)
        known = step.known
        points += [step.point] if step.point else []
        for found in step.changes:
            seen = measured(found, points, floor)
            if seen.kind in (DROP, RISE) and not seen.is_small:
                assert seen.old.price
                assert seen.new.price
                said.append((seen.kind, str(seen.old.price.amount), str(seen.new.price.amount)))
    return said


def priced(*prices: str) -> list[Offer]:
    return [offer(IN, price) for price in prices]


@pytest.mark.parametrize(
    ("floor", "told"),
    [
        (TINY, [(DROP, "100.00", "99.80"), (RISE, "99.80", "100.00"), (DROP, "100.00", "98.50")]),
        (DEFAULT_FLOOR, [(DROP, "100.00", "98.50")]),
        (LARGE, []),
    ],
)
def test_a_floor_decides_which_moves_are_told(floor: Floor, told: list[tuple[ChangeKind, str, str]]) -> None:
    assert moves(priced("100", "99.80", "99.75", "100", "98.50"), floor) == told


def test_a_slow_drift_adds_up_under_a_large_floor() -> None:
    drift = [str(100 - step) for step in range(0, 24, 2)]

    assert moves(priced(*drift), LARGE) == [(DROP, "100.00", "88.00"), (DROP, "88.00", "78.00")]


def test_a_drift_by_pennies_adds_up_under_a_small_floor() -> None:
    drift = [f"{Decimal(100) - Decimal(step) / 100:.2f}" for step in range(34)]

    told = moves(priced(*drift), Floor(amount="0.10", percent="100"))

    assert [new for _, _, new in told] == ["99.89", "99.78", "99.67"]


def test_what_a_page_shows_while_nothing_is_sold_is_not_measured_from() -> None:
    course = [offer(IN, "100"), offer(OUT, "99.70"), offer(IN, "99.70")]

    assert moves(course, TINY) == [(DROP, "100.00", "99.70")]


def test_a_price_in_another_currency_is_measured_anew() -> None:
    course = [*priced("100", "95"), *(offer(IN, Money.of(each, "USD")) for each in ("120", "115", "108"))]

    assert moves(course, LARGE) == [(DROP, "120.00", "108.00")]


def test_a_move_is_measured_alike_however_late_it_is_looked_at() -> None:
    news = change(DROP, old=offer(IN, "99"), new=offer(IN, "88"), at=START + 2 * MINUTE)
    before = [
        Point(at=START + n * MINUTE, vendor="Acme", availability=IN, price=pounds(p)) for n, p in ((0, 100), (1, 99))
    ]
    later = [
        Point(at=START + n * MINUTE, vendor="Acme", availability=IN, price=pounds(p)) for n, p in ((2, 88), (3, 50))
    ]

    assert measured(news, [*before, *later], LARGE) == measured(news, before, LARGE)
    assert str(measured(news, before, LARGE).old.price) == "100.00 GBP"


def test_the_default_floor_changes_nothing() -> None:
    news = change(DROP, old=offer(IN, "99"), new=offer(IN, "98.50"), is_small=True)

    assert measured(news, [], DEFAULT_FLOOR) is news


@pytest.mark.parametrize(
    ("own", "guild", "expected"),
    [
        ({}, DEFAULT_FLOOR, DEFAULT_FLOOR),
        ({}, LARGE, LARGE),
        ({"floor_amount": "5"}, LARGE, Floor(amount="5", percent="10")),
        ({"floor_amount": "5", "floor_percent": "1"}, LARGE, Floor(amount="5", percent="1")),
        ({"below": "500 GBP"}, LARGE, DEFAULT_FLOOR),
    ],
)
def test_an_alerts_own_floor_goes_before_the_guilds(own: dict[str, str], guild: Floor, expected: Floor) -> None:
    assert floor_of(subscription(**own), guild) == expected


def test_the_rules_judge_by_the_floor_that_counts() -> None:
    news = change(DROP, old=offer(IN, "100"), new=offer(IN, "95"))
    small = change(DROP, old=offer(IN, "100"), new=offer(IN, "99.80"), is_small=True)

    def verb(of: Change, floor: Floor, **own: object) -> Verb:
        return decide(of, subscription(**own), floor=floor).verb

    assert verb(news, DEFAULT_FLOOR) is Verb.DELIVER
    assert verb(news, LARGE) is Verb.SUPPRESS
    assert verb(news, LARGE, floor_amount="4") is Verb.DELIVER
    assert verb(small, DEFAULT_FLOOR) is Verb.SUPPRESS
    assert verb(small, TINY) is Verb.DELIVER
    assert verb(small, TINY, floor_amount="1", floor_percent="1") is Verb.SUPPRESS


amounts = st.lists(st.integers(7000, 13000).map(lambda pence: f"{Decimal(pence) / 100:.2f}"), min_size=1, max_size=25)
floors = st.builds(
    Floor, amount=st.sampled_from(["0", "0.1", "1", "5", "10"]), percent=st.sampled_from(["0", "0.1", "2", "5", "10"])
)


@given(amounts, floors)
def test_nothing_slips_by_and_nothing_below_the_floor_is_told(course: list[str], floor: Floor) -> None:
    """The chain of what is told begins at the first price, has no gap, and ends within the floor of the last one."""
    told = moves(priced(*course), floor)
    prices = [pounds(course[0]), *(pounds(new) for _, _, new in told)]

    assert [old for _, old, _ in told] == [str(price.amount) for price in prices[:-1]]
    assert all(floor.is_passed(pounds(old), pounds(new)) for _, old, new in told)
    assert all((kind is DROP) is (Decimal(new) < Decimal(old)) for kind, old, new in told)
    assert not floor.is_passed(prices[-1], pounds(course[-1]))


# In the pipeline


async def world_of(*floors_of_guilds: Floor, kinds: Sequence[ChangeKind] = (DROP, RISE)) -> World:
    """A guild for each floor, with an alert in a channel of its number."""
    world = World()
    for guild, floor in enumerate(floors_of_guilds, 1):
        await Guilds(store=world.store).change(guild, floor_amount=floor.amount, floor_percent=floor.percent)
        await world.subscriptions.add(guild, PI, Target(id=guild), by=ADMIN, kinds=kinds)
    return world


async def played(world: World, *prices: str) -> list[tuple[int, str, str]]:
    """The channel, from which price and to which, of every message."""
    for price in prices:
        for _ in range(3):  # a large move needs looks that agree
            await world.look(offer(IN, price))
            await world.clock.advance(60)
        await world.turn()
    return [(m.target.id, str(m.change.old.price), str(m.change.new.price)) for m in world.mailbox.letters]


async def test_each_guild_hears_of_the_moves_that_its_floor_lets_through() -> None:
    world = await world_of(TINY, DEFAULT_FLOOR, LARGE)

    assert await played(world, "100", "99.80", "98.50", "94", "89") == [
        (1, "100.00 GBP", "99.80 GBP"),
        (1, "99.80 GBP", "98.50 GBP"),
        (2, "100.00 GBP", "98.50 GBP"),
        (1, "98.50 GBP", "94.00 GBP"),
        (2, "98.50 GBP", "94.00 GBP"),
        (1, "94.00 GBP", "89.00 GBP"),
        (2, "94.00 GBP", "89.00 GBP"),
        (3, "100.00 GBP", "89.00 GBP"),
    ]


async def test_a_new_low_by_less_than_the_floor_is_not_told() -> None:
    world = await world_of(LARGE, kinds=(ChangeKind.NEW_LOW,))

    assert await played(world, "100", "97", "94", "89") == [(1, "100.00 GBP", "89.00 GBP")]


async def test_a_floor_that_is_raised_counts_from_the_next_move() -> None:
    world = await world_of(DEFAULT_FLOOR)
    assert len(await played(world, "100", "95")) == 1

    await Guilds(store=world.store).change(1, floor_amount="10", floor_percent="10")

    assert await played(world, "92", "88") == [(1, "100.00 GBP", "95.00 GBP"), (1, "100.00 GBP", "88.00 GBP")]


async def test_a_spread_that_is_repeated_after_a_crash_tells_a_measured_move_once() -> None:
    world = await world_of(LARGE)
    await played(world, "100", "95")
    for _ in range(3):
        await world.look(offer(IN, "88"))
        await world.clock.advance(60)
    (news,) = await world.store.take_news("dies here", limit=9, wait=timedelta(0))
    await world.fanout._spread(news)  # and never says that it is done
    await world.clock.advance(6)

    assert await played(world, "88") == [(1, "100.00 GBP", "88.00 GBP")]


async def test_two_alerts_of_one_channel_with_two_floors_tell_one_event_once() -> None:
    world = World()
    await world.store.put_subscription(subscription("a", kinds=(DROP,), channel=DEALS.id, floor_amount="0.10"))
    await world.store.put_subscription(subscription("b", kinds=(DROP,), channel=DEALS.id))

    told = await played(world, "100", "99.80", "97")

    assert [new for _, _, new in told] == ["99.80 GBP", "97.00 GBP"]


async def test_a_measured_move_that_had_to_wait_is_told_as_it_was_measured() -> None:
    world = await world_of(LARGE)
    (mine,) = await world.subscriptions.list(1)
    await world.store.put_subscription(mine.model_copy(update={"snooze_until": world.clock.now() + timedelta(hours=9)}))
    assert await played(world, "100", "95", "88", "87") == []

    await world.clock.advance(9 * 3600)
    await world.turn()

    assert await played(world) == [(1, "100.00 GBP", "88.00 GBP")]


async def test_a_guild_is_asked_for_its_settings_once_per_change() -> None:
    world = await world_of(LARGE, TINY)
    await world.subscriptions.add(1, PI, DEALS, by=ADMIN, kinds=[DROP])
    asked: list[int] = []
    answer = world.store.guild_settings

    async def counted(guild: int) -> GuildSettings:
        asked.append(guild)
        return await answer(guild)

    world.store.guild_settings = counted  # type: ignore[method-assign]
    await played(world, "100", "95")

    assert asked == [1, 2]
