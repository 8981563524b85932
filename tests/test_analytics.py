"""What has been going on, added up over processes and days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.analytics import Analytics
from alerts.domain.errors import BadInput, StoreUnavailable
from alerts.domain.model import ChangeKind
from alerts.domain.wishes import Watch
from alerts.observing import RESTING
from alerts.products import Products
from alerts.store.memory import MemoryStore
from alerts.store.promises.tallies import Batch, Slot, Span
from alerts.tallying import EVERY, Tallying, began
from tests.fakes import FakeClock
from tests.worlds import START, change, product

PI, DECK = product("Acme", "Bolt"), product("Bolt", sku="deck", name="Deck")


class Forgetful(MemoryStore):
    """Memory that is away now and then; what it was told the last time it may have kept."""

    away = False
    asked = 0
    loses_answers = False

    async def add_tallies(self, batch: Batch) -> None:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("The store does not answer.")
        await super().add_tallies(batch)
        if self.loses_answers:
            raise StoreUnavailable("The store does not answer.")


class World:
    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.store = Forgetful(clock=self.clock)
        self.tallying = self.another()
        self.analytics = Analytics(store=self.store, products=Products([PI, DECK]), clock=self.clock)

    def another(self) -> Tallying:
        """The same in another process."""
        return Tallying(store=self.store, clock=self.clock, vendors=["Acme", "Bolt"])


@pytest.fixture
def world() -> World:
    return World()


async def test_looks_are_counted_by_vendor_with_their_latency(world: World) -> None:
    for seconds in (0.1, 0.2, 0.3):
        world.tallying.looked("Acme", "in_stock", seconds)
    world.tallying.looked("Acme", "timeout", 20.0)
    world.tallying.looked("Acme", RESTING, 0.0)
    world.tallying.tripped("Acme")
    await world.tallying.flush()

    found = await world.analytics.stats(days=1)

    acme = next(each for each in found.vendors if each.vendor == "Acme")
    assert (acme.looks, acme.failed, acme.rested, acme.trips, acme.failure_rate) == (4, 1, 1, 1, 0.25)
    assert acme.latency
    assert (acme.latency.min, acme.latency.avg, acme.latency.max) == (100, 5150, 20_000)
    assert 150 <= acme.latency.p50 <= 260
    assert 15_000 <= acme.latency.p95 <= 20_000
    assert (found.looks, found.failed, found.failure_rate, found.breaker_trips) == (4, 1, 0.25, 1)


async def test_processes_add_to_the_same_numbers(world: World) -> None:
    for tallying in (world.tallying, world.another(), world.another()):
        tallying.looked("Bolt", "out_of_stock", 0.5)
        tallying.scanned("pi5", [])
        await tallying.flush()

    found = await world.analytics.stats(days=1)
    assert (found.looks, found.scans) == (3, 3)
    assert [(each.sku, each.name, each.scans) for each in found.products] == [("pi5", PI.name, 3)]


async def test_shops_that_nobody_configured_are_counted_together(world: World) -> None:
    for number in range(50):
        world.tallying.looked(f"shop{number}.test", "in_stock", 0.1)
    await world.tallying.flush()

    assert [(each.vendor, each.looks) for each in (await world.analytics.stats()).vendors] == [("other", 50)]


async def test_days_are_told_apart_and_added_up(world: World) -> None:
    for _ in range(3):
        world.tallying.looked("Acme", "in_stock", 0.1)
        world.tallying.answered("cached")
        world.tallying.delivered("channel", "sent", 2.0)
        world.tallying.decided("restocked", "held")
        world.tallying.decided("restocked", "cooldown")
        world.tallying.decided("sold_out", "suppressed")
        await world.tallying.flush()
        await world.clock.advance(86_400)
    world.tallying.answered("fresh")
    await world.tallying.flush()

    found = await world.analytics.stats(days=4)

    assert found.by_day
    assert [(day.looks, day.told, day.held, day.suppressed) for day in found.by_day] == [(1, 1, 1, 2)] * 3 + [(0,) * 4]
    assert found.cache
    assert (found.cache.hits, found.cache.misses, found.cache.ratio) == (3, 1, 0.75)
    assert found.alerts
    assert (found.alerts.told, found.alerts.held, found.alerts.suppressed, found.alerts.cooldown) == (3, 3, 3, 3)
    assert (await world.analytics.stats(days=1)).looks == 0


async def test_hours_are_shown_for_the_last_days(world: World) -> None:
    world.tallying.looked("Acme", "in_stock", 0.1)
    await world.tallying.flush()
    await world.clock.advance(2 * 3600)
    world.tallying.looked("Acme", "blocked", 0.1)
    await world.tallying.flush()

    found = (await world.analytics.stats(days=1)).by_hour
    assert found
    assert [(each.looks, each.failed) for each in found[-3:]] == [(1, 0), (0, 0), (1, 1)]
    assert len(found) == 24


async def test_restocks_are_shown_by_weekday_and_hour(world: World) -> None:
    sunday_noon = change(ChangeKind.RESTOCKED, at=START)
    world.tallying.scanned("pi5", [sunday_noon, change(ChangeKind.PRICE_DROP)])
    await world.tallying.flush()

    week = (await world.analytics.stats()).restocks
    assert week
    assert week[6][12] == 1
    assert sum(map(sum, week)) == 1


async def test_who_was_there_is_counted_and_not_kept(world: World) -> None:
    for user in (1001, 1001, 1002):
        world.tallying.active(77_000, user)
        await world.tallying.flush()
    other = world.another()
    other.active(None, 1002)
    await other.flush()

    found = (await world.analytics.stats(days=1)).by_day
    assert found
    assert (found[0].active_guilds, found[0].active_users) == (1, 2)
    kept = repr(vars(world.store))
    assert not [each for each in ("1001", "1002", "77000") if each in kept]


async def test_the_same_person_leaves_another_mark_on_another_day(world: World) -> None:
    for _ in range(2):
        world.tallying.active(1, 1001)
        await world.tallying.flush()
        await world.clock.advance(86_400)

    (_, first), (_, second) = world.store._there.values()
    assert len(first) == len(second) == 1
    assert first != second


async def test_a_guild_is_told_of_its_own_watches_alone(world: World) -> None:
    await world.store.add_watch(Watch(guild=1, sku="deck", added_by=7, added_at=START))
    for sku in ("pi5", "deck", "deck"):
        world.tallying.scanned(sku, [])
    for vendor in ("Acme", "Bolt"):
        world.tallying.looked(vendor, "in_stock", 0.1)
    await world.tallying.flush()

    found = await world.analytics.stats(guild=1)
    nobody = await world.analytics.stats(guild=2)

    assert [(each.sku, each.scans) for each in found.products] == [("deck", 2)]
    assert [each.vendor for each in found.vendors] == ["Bolt"]
    assert found.scans == 2
    assert (found.by_day, found.cache, found.alerts, found.restocks) == (None,) * 4
    assert (nobody.products, nobody.vendors, nobody.looks) == ((), (), 0)


@pytest.mark.parametrize("days", [0, -1, 401])
async def test_days_that_are_not_kept_are_refused(world: World, days: int) -> None:
    with pytest.raises(BadInput, match="1 to 400"):
        await world.analytics.stats(days=days)


async def test_a_year_can_be_asked_for(world: World) -> None:
    world.tallying.looked("Acme", "in_stock", 0.1)
    await world.tallying.flush()
    await world.clock.advance(399 * 86_400)

    assert (await world.analytics.stats(days=400)).looks == 1


async def test_a_hundred_scans_cost_one_question_every_few_seconds(world: World) -> None:
    for _ in range(100):
        world.tallying.looked("Acme", "in_stock", 0.1)
        world.tallying.scanned("pi5", [])
        await world.tallying.turn()
    assert world.store.asked == 0

    await world.clock.advance(EVERY)
    await world.tallying.turn()
    await world.tallying.turn()
    assert world.store.asked == 1


async def test_what_memory_could_not_take_is_added_later_and_once(world: World) -> None:
    world.store.away = True
    for _ in range(3):
        world.tallying.looked("Acme", "in_stock", 0.1)
        with pytest.raises(StoreUnavailable):
            await world.tallying.flush()
    world.store.away, world.store.loses_answers = False, True
    with pytest.raises(StoreUnavailable):
        await world.tallying.flush()
    world.store.loses_answers = False
    await world.tallying.flush()

    assert (await world.analytics.stats()).looks == 3


async def test_the_end_of_the_process_waits_for_no_store(world: World) -> None:
    world.tallying.looked("Acme", "in_stock", 0.1)
    world.store.away = True
    await world.tallying.leave()


async def test_what_waits_for_a_store_that_is_away_is_bounded(world: World) -> None:
    for hour in range(3000):
        world.tallying.looked("Acme", "in_stock", 0.1)
        await world.clock.advance(0 if hour % 3 else 300)
    for number in range(20_000):
        world.tallying.active(number, number)
        world.tallying.scanned(f"sku{number}", [])

    assert len(world.tallying._sums) <= 2_000
    assert len(world.tallying._users) == len(world.tallying._products) == 10_000


def test_a_span_begins_where_it_should() -> None:
    at = START.replace(hour=13, minute=58, second=59)

    assert began(Span.SLICE, at).minute == 55
    assert (began(Span.HOUR, at).hour, began(Span.HOUR, at).minute) == (13, 0)
    assert began(Span.DAY, at).hour == 0
    assert Slot(Span.HOUR, at).lasts == timedelta(days=14)
