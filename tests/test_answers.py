"""What is shown at once, what is read behind it, what is asked of the shops first, and what is left without memory."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from alerts.answers import Answers
from alerts.domain.errors import StoreUnavailable
from alerts.domain.freshness import Freshness
from alerts.domain.model import Product, Snapshot, Tier
from alerts.reach import Reach
from alerts.scan import Scan, Source
from alerts.shelf import Shelf
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock, Shops
from tests.worlds import IN, MINUTE, OUT, failure, offer, product

HOUR = timedelta(hours=1)
PRODUCT = product("Acme", "Bolt")
CARD = product("Acme", sku="card").model_copy(update={"category": "Cards"})


class AwayStore(MemoryStore):
    """Memory that can be away, or silent."""

    is_away = is_silent = False
    questions = 0

    async def snapshot(self, sku: str) -> Snapshot:
        self.questions += 1
        if self.is_silent:
            await asyncio.Event().wait()
        if self.is_away:
            raise StoreUnavailable("The store does not answer.")
        return await super().snapshot(sku)


class World:
    def __init__(self, *, size: int = 100) -> None:
        self.clock = FakeClock()
        self.store = AwayStore(clock=self.clock)
        self.shops = Shops(self.clock, Acme=offer(OUT, "100"), Bolt=offer(IN, "110"))
        # Nothing that is silent here is ever heard, so there is no sense in waiting for it.
        self.reach = Reach(self.clock, patience=timedelta(0))
        self.answers = self.another(size=size)

    def another(self, *, size: int = 100) -> Answers:
        """The same program in another process."""
        shelf = Shelf(self.clock, size=size)
        looks = {"Acme": self.shops, "Bolt": self.shops}
        self.scan = Scan(looks=looks, store=self.store, clock=self.clock, patience=MINUTE, kept=shelf.put)
        return Answers(
            scan=self.scan,
            store=self.store,
            clock=self.clock,
            freshness=Freshness(fresh=5 * MINUTE, ttl={"default": HOUR, "cards": 24 * HOUR}),
            shelf=shelf,
            reach=self.reach,
        )

    async def old(self, age: timedelta, what: Product = PRODUCT) -> None:
        """Have it looked at, and let so much time pass."""
        await self.answers(what)
        await self.clock.advance(age.total_seconds())
        self.shops.looks = 0


@pytest.fixture
def world() -> World:
    return World()


async def test_a_young_answer_comes_from_memory_and_nobody_looks(world: World) -> None:
    await world.old(5 * MINUTE - timedelta(seconds=1))

    answer = await world.answers(PRODUCT)
    await world.clock.advance(1)

    assert (answer.source, answer.is_refreshing, world.shops.looks) == (Source.CACHED, False, 0)


async def test_an_older_one_is_shown_at_once_and_the_shops_are_read_behind_it(world: World) -> None:
    await world.old(5 * MINUTE)
    world.shops.gate.clear()

    answer = await world.answers(PRODUCT)
    world.shops.gate.set()
    await world.clock.advance(0)
    next_one = await world.answers(PRODUCT)

    assert (answer.source, answer.is_refreshing) == (Source.CACHED, True)
    assert answer.as_of == world.clock.now() - 5 * MINUTE
    assert (next_one.source, next_one.is_refreshing, next_one.as_of) == (Source.CACHED, False, world.clock.now())
    assert world.shops.looks == 2


async def test_one_past_its_time_is_not_shown_before_the_shops_were_asked(world: World) -> None:
    await world.old(HOUR)

    answer = await world.answers(PRODUCT)

    assert (answer.source, world.shops.looks) == (Source.FRESH, 2)


async def test_a_category_has_its_own_time(world: World) -> None:
    await world.old(23 * HOUR, CARD)
    assert (await world.answers(CARD)).is_refreshing

    await world.old(24 * HOUR, CARD)
    assert (await world.answers(CARD)).source is Source.FRESH


async def test_fresh_always_asks_the_shops(world: World) -> None:
    await world.old(timedelta(seconds=1))

    assert (await world.answers(PRODUCT, fresh=True)).source is Source.FRESH
    assert world.shops.looks == 2


async def test_an_asker_who_wants_it_younger_is_not_shown_an_older_one(world: World) -> None:
    await world.old(timedelta(seconds=20))

    assert (await world.answers(PRODUCT, max_age=timedelta(seconds=21))).source is Source.CACHED
    assert (await world.answers(PRODUCT, max_age=timedelta(seconds=20))).source is Source.FRESH


async def test_when_the_shops_fail_the_last_known_is_stale_and_says_from_when_it_is(world: World) -> None:
    await world.old(HOUR)
    seen = world.clock.now() - HOUR
    world.shops.vendors |= {"Acme": failure(), "Bolt": failure()}

    first, again = await world.answers(PRODUCT), await world.answers(PRODUCT)

    assert (first.source, first.as_of) == (Source.STALE, seen)
    assert (again.source, again.as_of, world.shops.looks) == (Source.STALE, seen, 2)


async def test_a_change_that_is_read_behind_an_answer_is_news(world: World) -> None:
    await world.old(5 * MINUTE)
    world.shops.vendors["Acme"] = offer(IN, "100")

    await world.answers(PRODUCT)
    await world.clock.advance(0)

    assert len(await world.store.take_news("test", limit=9, wait=timedelta(0))) == 1


async def test_many_askers_of_an_older_answer_have_it_refreshed_once(world: World) -> None:
    await world.old(5 * MINUTE)
    others = world.another()

    await asyncio.gather(*(ask(PRODUCT) for ask in (world.answers, others) for _ in range(20)))
    await world.clock.advance(1)

    assert world.shops.looks == 2
    assert world.answers.stats().total.refreshes == 1


async def test_a_refresh_that_fails_is_counted_and_the_next_asker_tries_again(world: World) -> None:
    await world.old(5 * MINUTE)
    world.shops.vendors.clear()  # a defect of ours: a KeyError

    for _ in range(2):
        assert (await world.answers(PRODUCT)).is_refreshing
        await world.clock.advance(0)

    assert world.answers.stats().total.errors == 2


async def test_what_another_process_has_read_is_noticed_after_a_second(world: World) -> None:
    await world.answers(PRODUCT)
    world.shops.vendors["Acme"] = offer(OUT, "90")
    await world.another()(PRODUCT, fresh=True)

    before = await world.answers(PRODUCT)
    await world.clock.advance(1)
    after = await world.answers(PRODUCT)

    assert (before.snapshot.revision, after.snapshot.revision) == (1, 2)


async def test_what_this_process_has_read_by_its_timetable_is_there_at_once(world: World) -> None:
    await world.answers(PRODUCT)
    await world.clock.advance(0.1)
    await world.scan.for_slot(PRODUCT, world.clock.now())

    assert (await world.answers(PRODUCT)).snapshot.revision == 2


async def test_within_a_second_memory_is_not_asked_again(world: World) -> None:
    await world.answers(PRODUCT)
    asked = world.store.questions

    for _ in range(50):
        await world.answers(PRODUCT)

    assert world.store.questions == asked
    assert world.answers.stats().total.from_memory == 50


@pytest.mark.parametrize("how", ["is_away", "is_silent"])
async def test_without_memory_what_was_seen_last_is_shown_as_stale(world: World, how: str) -> None:
    await world.old(2 * MINUTE)
    setattr(world.store, how, True)

    answer = await world.answers(PRODUCT)
    asked = world.store.questions
    fresh = await world.answers(PRODUCT, fresh=True)

    for each in (answer, fresh):
        assert (each.source, each.is_store_away) == (Source.STALE, True)
        assert each.as_of == world.clock.now() - 2 * MINUTE
    assert world.store.questions == asked, "within the second after a silence nobody waits for memory"
    assert world.shops.looks == 0
    assert world.answers.stats().is_store_away


async def test_memory_that_is_back_is_noticed_within_seconds(world: World) -> None:
    await world.old(2 * MINUTE)
    world.store.is_silent = True
    await world.answers(PRODUCT)
    world.store.is_silent = False
    await world.clock.advance(1)

    answer = await world.answers(PRODUCT)

    assert (answer.source, answer.is_store_away) == (Source.CACHED, False)
    assert not world.answers.stats().is_store_away


async def test_while_one_tries_whether_memory_is_back_the_others_do_not_wait() -> None:
    clock = FakeClock()
    reach, silence = Reach(clock), asyncio.Event()
    with pytest.raises(StoreUnavailable):
        await reach(_refusing)
    await clock.advance(1)
    trying = asyncio.create_task(reach(lambda: _until(silence)))
    await asyncio.sleep(0)

    with pytest.raises(StoreUnavailable):
        await reach(lambda: _until(silence))
    silence.set()

    assert await trying
    assert await reach(lambda: _until(silence))


async def test_of_what_was_never_seen_nothing_is_pretended_while_memory_is_away(world: World) -> None:
    world.store.is_away = True

    with pytest.raises(StoreUnavailable):
        await world.answers(PRODUCT)

    assert world.answers.stats().total.errors == 1


async def test_an_emptied_store_is_not_hidden_by_what_was_seen(world: World) -> None:
    await world.old(2 * MINUTE)
    world.store._snapshots.clear()
    world.store._commits.clear()

    assert (await world.answers(PRODUCT)).source is Source.FRESH


async def test_whatever_was_not_asked_for_the_longest_makes_room() -> None:
    world = World(size=2)
    names = ["a", "b", "c"]
    for sku in names:
        await world.answers(product("Acme", sku=sku))
    world.store.is_away = True
    await world.clock.advance(2)

    assert world.answers.stats().entries == 2
    with pytest.raises(StoreUnavailable):
        await world.answers(product("Acme", sku="a"))
    assert (await world.answers(product("Acme", sku="c"))).is_store_away


async def test_the_statistics_count_each_answer_once_and_by_category(world: World) -> None:
    await world.answers(PRODUCT)  # a miss
    await world.answers(PRODUCT)
    await world.answers(CARD)  # a miss
    await world.clock.advance(300)
    await world.answers(CARD)
    await world.answers(CARD, fresh=True)

    stats = world.answers.stats()

    assert sorted(stats.by_category) == ["Cards", "default"]
    cards, rest, total = stats.by_category["Cards"], stats.by_category["default"], stats.total
    assert (rest.hits, rest.misses, rest.bypasses, rest.refreshes) == (1, 1, 0, 0)
    assert (cards.hits, cards.misses, cards.bypasses, cards.refreshes) == (1, 1, 1, 1)
    assert (total.hits, total.misses, total.rate, stats.entries) == (2, 2, 0.5, 2)


async def _refusing() -> bool:
    raise StoreUnavailable("The store does not answer.")


async def _until(event: asyncio.Event) -> bool:
    return await event.wait()


@pytest.mark.parametrize("is_own", [True, False], ids=["by itself", "by all who watch it"])
async def test_what_is_frozen_is_read_on_demand_and_by_nobody_more_often_than_every_five_minutes(
    is_own: bool, world: World
) -> None:
    what = PRODUCT.model_copy(update={"tier": Tier.FROZEN}) if is_own else PRODUCT
    if not is_own:
        await world.store.set_floor(what.sku, Tier.FROZEN)
    assert (await world.answers(what, fresh=True)).source is Source.FRESH
    await world.clock.advance(5 * 60 - 1)
    world.shops.looks = 0

    guarded = await world.answers(what, fresh=True)
    assert (guarded.source, world.shops.looks) == (Source.CACHED, 0)
    await world.clock.advance(1)
    assert (await world.answers(what, fresh=True)).source is Source.FRESH


async def test_what_somebody_watches_after_all_is_not_guarded(world: World) -> None:
    frozen = PRODUCT.model_copy(update={"tier": Tier.FROZEN})
    await world.store.set_floor(frozen.sku, Tier.WARM)
    await world.old(MINUTE, frozen)

    assert (await world.answers(frozen, fresh=True)).source is Source.FRESH
