"""How often a product is looked at is what its hottest watcher asks for, and nobody passes the quota."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from alerts.catalogue import Catalogue
from alerts.domain.errors import BadInput, NotFound, UnknownProduct
from alerts.domain.model import Product, Tier
from alerts.domain.quota import Quota
from alerts.domain.wishes import OPERATOR, Watch
from alerts.store.memory import MemoryStore
from alerts.watches import Wanted, Watches
from tests.fakes import FakeClock
from tests.worlds import START, product, subscription

WARM = product(sku="pi5", tier=Tier.WARM)
HOT = product(sku="deck", tier=Tier.HOT, name="Steam Deck")
SOON = START + timedelta(minutes=1)


class World:
    def __init__(self, **quota: int) -> None:
        self.store = MemoryStore(clock=FakeClock())
        self.catalogue = Catalogue([WARM, HOT], store=self.store)
        self.watches = self.of(self.catalogue, **quota)

    def of(self, products: Catalogue, **quota: int) -> Watches:
        return Watches(store=self.store, products=products, clock=FakeClock(), quota=Quota(**quota))

    async def tier(self, sku: str = "pi5") -> Tier | None:
        for tier in Tier:
            if any(due.sku == sku for due in await self.store.due(tier, SOON, limit=99)):
                return tier
        return None

    async def added(self, path: str = "x") -> Product:
        return await self.catalogue.add(self.catalogue.proposed(f"https://shop.test/{path}", name=path, at=START))


async def test_the_hottest_wish_of_all_guilds_counts() -> None:
    world = World()
    await world.watches.add(1, WARM, by=7)
    assert await world.tier() is Tier.WARM

    await world.watches.add(2, WARM, by=7, tier=Tier.HOT)
    assert await world.tier() is Tier.HOT
    await world.watches.change(1, "pi5", tier=Tier.COLD)
    assert await world.tier() is Tier.HOT
    await world.watches.change(2, "pi5", tier=Tier.FROZEN)
    assert await world.tier() is Tier.COLD
    await world.watches.change(2, "pi5", tier=None)
    assert await world.tier() is Tier.WARM
    await world.watches.remove(2, WARM)
    assert await world.tier() is Tier.COLD


async def test_a_pause_counts_for_nothing_until_it_ends() -> None:
    world = World()
    await world.watches.add(1, WARM, by=7)
    await world.watches.add(2, WARM, by=7, tier=Tier.HOT)

    await world.watches.change(2, "pi5", paused=True)
    assert await world.tier() is Tier.WARM
    await world.watches.change(1, "pi5", paused=True)
    assert await world.tier() is None
    await world.watches.change(2, "pi5", paused=False)
    assert await world.tier() is Tier.HOT


async def test_what_nobody_watches_is_no_longer_scanned_and_stays_known() -> None:
    world = World()
    card = await world.added()
    await world.watches.add(1, card, by=7)
    await world.watches.add(2, card, by=7)

    await world.watches.remove(1, card)
    assert await world.tier(card.sku) is Tier.WARM
    await world.watches.remove(2, card)
    assert await world.tier(card.sku) is None
    assert await world.catalogue.at("https://shop.test/x") == card


async def test_a_start_keeps_what_another_process_added() -> None:
    world = World()
    late = Catalogue([WARM], store=world.store)
    await world.watches.add(1, HOT, by=7)
    card = await world.added()
    await world.watches.add(1, card, by=7)

    await world.of(late).settle()

    assert await world.store.scheduled() == {card.sku}, "the deck has left the configuration"


async def test_whoever_comes_while_the_last_one_goes_is_scanned() -> None:
    world = World()
    await world.watches.add(1, WARM, by=7)
    empty = world.store.unschedule

    async def unschedule(sku: str) -> None:
        await empty(sku)
        world.store.unschedule = empty  # type: ignore[method-assign]
        await world.watches.add(2, WARM, by=7)
        await empty(sku)  # the slower of the two is the one who goes

    world.store.unschedule = unschedule  # type: ignore[method-assign]
    await world.watches.remove(1, WARM)

    assert await world.tier() is Tier.WARM


@pytest.mark.parametrize(("kind", "number"), [("watches", "2"), ("urls", "2"), ("hot", "2")])
async def test_a_full_quota_is_refused_with_its_number(kind: str, number: str) -> None:
    world = World(**{kind: 2})
    tier = Tier.HOT if kind == "hot" else None
    products = [await world.added(f"p{n}") for n in range(3)]
    for each in products[:2]:
        await world.watches.add(1, each, by=7, tier=tier)

    with pytest.raises(BadInput, match=number):
        await world.watches.add(1, products[2], by=7, tier=tier)
    assert len(await world.watches.list(1)) == 2
    assert await world.watches.add(2, products[2], by=7, tier=tier), "another guild has its own"
    assert await world.watches.add(OPERATOR, products[2], by=7, tier=tier)
    assert not await world.watches.add(1, products[0], by=7), "what is watched already asks for no room"


async def test_a_quota_that_was_lowered_takes_nothing_away() -> None:
    world = World()
    products = [await world.added(f"p{n}") for n in range(3)]
    for each in products:
        await world.watches.add(1, each, by=7, tier=Tier.HOT)
    fewer = world.of(world.catalogue, watches=1, urls=1, hot=1)

    await fewer.change(1, products[0].sku, name="Ours")
    await fewer.change(1, products[0].sku, tier=Tier.WARM)
    with pytest.raises(BadInput, match="hot"):
        await fewer.change(1, products[0].sku, tier=Tier.HOT)


async def test_what_the_operator_made_hot_uses_nobodys_quota() -> None:
    world = World(hot=0)

    assert await world.watches.add(1, HOT, by=7, tier=Tier.HOT)
    assert await world.tier("deck") is Tier.HOT


async def test_many_at_once_do_not_pass_the_quota() -> None:
    world = World(watches=3)
    products = [await world.added(f"p{n}") for n in range(20)]

    done = await asyncio.gather(*(world.watches.add(1, p, by=7) for p in products), return_exceptions=True)

    assert sum(each is True for each in done) == 3
    assert len(await world.watches.list(1)) == 3


async def test_several_are_watched_together_or_not_at_all() -> None:
    world = World(watches=2)
    products = [await world.added(f"p{n}") for n in range(3)]

    with pytest.raises(BadInput, match="2"):
        await world.watches.add_all(1, [Wanted(p) for p in products], by=7)
    assert await world.watches.list(1) == []
    await world.watches.add_all(1, [Wanted(p) for p in products[:2]], by=7)
    await world.watches.add_all(1, [Wanted(p) for p in products[:2]], by=7)
    assert len(await world.watches.list(1)) == 2


class _Counting(MemoryStore):
    reads = 0

    async def watches(self, guild: int) -> Sequence[Watch]:
        self.reads += 1
        return await super().watches(guild)


async def test_adding_one_by_one_does_not_read_all_that_is_there_where_nothing_limits_it() -> None:
    world = World()
    world.store = _Counting(clock=FakeClock())
    world.watches = world.of(world.catalogue)

    assert [await world.watches.add(OPERATOR, each, by=7) for each in (WARM, HOT, WARM)] == [True, True, False]
    assert world.store.reads == 0
    assert {each.sku for each in await world.store.watches(OPERATOR)} == {"pi5", "deck"}


async def test_a_watch_is_found_by_its_product_and_only_in_its_guild() -> None:
    world = World()
    await world.watches.add(1, WARM, by=7, name="Raspi")
    watch, found = await world.watches.watched(1, "raspi")

    assert (watch.sku, found.name) == ("pi5", "Raspi")
    with pytest.raises(NotFound):
        await world.watches.watched(2, "pi5")
    with pytest.raises(NotFound):
        await world.watches.watched(1, "deck")
    with pytest.raises(UnknownProduct):
        await world.watches.watched(1, "no such thing")
    with pytest.raises(NotFound):
        await world.watches.change(2, "pi5", paused=True)


async def test_a_watch_whose_product_left_the_configuration_can_be_removed() -> None:
    world = World()
    await world.watches.add(1, HOT, by=7)
    smaller = world.of(Catalogue([WARM], store=world.store))

    _, gone = await smaller.watched(1, "deck")
    await smaller.remove(1, gone)

    assert await smaller.list(1) == []


async def test_what_an_alert_needs_is_not_removed() -> None:
    world = World()
    await world.watches.add(1, WARM, by=7)
    await world.store.put_subscription(subscription())

    with pytest.raises(BadInput, match="1 alert needs"):
        await world.watches.remove(1, WARM)


async def test_the_hottest_tier_that_somebody_chose_is_remembered_and_a_products_own_is_nobodys_choice() -> None:
    world = World()

    async def floor() -> Tier | None:
        return (await world.store.floors(["pi5"])).get("pi5")

    await world.watches.add(1, WARM, by=7)
    assert await floor() is None
    await world.watches.add(2, WARM, by=7, tier=Tier.COLD)
    assert await floor() is Tier.COLD
    await world.watches.change(1, "pi5", tier=Tier.HOT)
    assert await floor() is Tier.HOT
    await world.watches.change(1, "pi5", paused=True)
    assert await floor() is Tier.COLD
    await world.watches.change(2, "pi5", tier=Tier.FROZEN)
    assert await floor() is Tier.FROZEN
    await world.watches.remove(2, WARM)
    await world.watches.remove(1, WARM)
    assert await floor() is None


async def test_a_tier_that_the_operator_named_is_a_choice_too() -> None:
    world = World()
    watches = Watches(store=world.store, products=world.catalogue, clock=FakeClock(), chosen={"deck": Tier.HOT})
    await watches.add(1, HOT, by=7)

    assert await world.store.floors(["deck"]) == {"deck": Tier.HOT}
