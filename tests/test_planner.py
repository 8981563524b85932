"""The plan follows what is known, one process makes it, and it says what does not fit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from alerts.domain.agenda import NOTE, Agenda, read_agenda
from alerts.domain.model import Offer, Product, Tier
from alerts.planner import BETWEEN, Paces, Planner
from alerts.products import Products
from alerts.scan import Scan
from alerts.store.memory import MemoryStore
from alerts.watches import Watches
from tests.fakes import FakeClock, Shops
from tests.worlds import IN, MINUTE, OUT, offer, product

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = {Tier.HOT: 5 * MINUTE, Tier.WARM: HOUR, Tier.COLD: DAY}
PI, DECK = product(tier=Tier.WARM), product("Bolt", sku="deck", tier=Tier.COLD)
GUILD, ADMIN = 1, 7


class World:
    def __init__(self, *products: Product, host: timedelta | None = None, **pace: timedelta) -> None:
        self.clock = FakeClock()
        self.store, self.products = MemoryStore(clock=self.clock), Products(products or (PI, DECK))
        self.shops = Shops(self.clock, Acme=offer(OUT), Bolt=offer(OUT))
        self.watches = Watches(store=self.store, products=self.products, clock=self.clock, chosen={"deck": Tier.COLD})
        looks = {"Acme": self.shops, "Bolt": self.shops}
        self.scan = Scan(looks=looks, store=self.store, clock=self.clock, patience=MINUTE)
        self.paces = Paces(host, pace)
        self.planner = self.another("one")

    def another(self, name: str, *, adapts: bool = True) -> Planner:
        return Planner(
            store=self.store, products=self.products, clock=self.clock, name=name, every=EVERY, paces=self.paces,
            blind_after=6, adapts=adapts,
        )  # fmt: skip

    async def look(self, what: Product, found: Offer) -> None:
        self.shops.vendors[what.listings[0].vendor] = found
        await self.scan(what, max_age=timedelta(0))
        await self.clock.advance(1)

    async def round(self, planner: Planner | None = None) -> None:
        """Until the whole timetable has been gone through, and a little longer."""
        for _ in range(90):
            await (planner or self.planner).turn()
            await self.clock.advance(1)

    async def every(self) -> Mapping[str, timedelta]:
        return await self.store.planned([each.sku for each in self.products])

    async def agenda(self) -> Agenda:
        found = read_agenda(await self.store.note(NOTE))
        assert found
        return found

    async def watch(self, *what: Product, **more: object) -> None:
        for each in what or tuple(self.products):
            await self.watches.add(GUILD, each, by=ADMIN, **more)  # type: ignore[arg-type]


@pytest.fixture
async def world() -> World:
    world = World()
    await world.watch()
    return world


async def test_what_nothing_is_known_of_goes_by_its_tier(world: World) -> None:
    await world.round()

    assert await world.every() == {"pi5": HOUR, "deck": DAY}


async def test_a_baseline_is_no_change_and_a_change_makes_it_rise_for_an_hour(world: World) -> None:
    await world.look(PI, offer(OUT))
    await world.round()
    assert (await world.every())["pi5"] == HOUR

    await world.look(PI, offer(IN))
    await world.look(PI, offer(IN))
    await world.round()
    assert (await world.every())["pi5"] == HOUR / 4

    await world.clock.advance(2 * 3600)
    await world.round()
    assert (await world.every())["pi5"] == HOUR / 2


async def test_what_has_risen_is_looked_at_soon_and_not_at_its_old_time(world: World) -> None:
    await world.store.unschedule("deck")
    await world.store.schedule("deck", Tier.COLD, world.clock.now() + 20 * HOUR)
    hour = int(world.clock.now().timestamp() // 3600)
    await world.store.count_asks(hour, {"deck": 5000})

    await world.round()

    assert (await world.every())["deck"] == DAY / 8
    (due,) = await world.store.due(Tier.COLD, world.clock.now() + 5 * HOUR, limit=9)
    assert due.at - world.clock.now() <= DAY / 8 * 1.5


async def test_what_is_quiet_falls_unless_somebody_chose_its_tier() -> None:
    world = World(PI, product(sku="mine", tier=Tier.WARM), product(sku="deck", tier=Tier.WARM))
    world.watches = Watches(store=world.store, products=world.products, clock=world.clock, chosen={"deck": Tier.WARM})
    await world.watch()
    await world.watches.change(GUILD, "mine", tier=Tier.HOT)
    for each in world.products:
        await world.look(each, offer(OUT))
    await world.clock.advance(61 * 86400)

    await world.round()

    assert await world.every() == {"pi5": 4 * HOUR, "mine": 5 * MINUTE, "deck": HOUR}


async def test_what_none_of_its_shops_shows_any_more_is_asked_for_half_as_often(world: World) -> None:
    for _ in range(6):
        await world.store.looked("Acme", world.clock.now(), failed=True, reason="timeout")

    await world.round()

    assert (await world.every())["pi5"] == 2 * HOUR


async def test_its_usual_hour_brings_it_forward(world: World) -> None:
    for _ in range(4):
        await world.look(PI, offer(OUT))
        await world.look(PI, offer(IN))
        await world.look(PI, offer(IN))
        await world.clock.advance(86400 * 7 - 3)
    await world.look(PI, offer(OUT))
    await world.clock.advance(6.9 * 86400)  # to the day and hour of all the others, but for two hours
    await world.round()
    before = (await world.every())["pi5"]
    await world.clock.advance(2 * 3600)

    await world.round()

    assert before == HOUR
    assert (await world.every())["pi5"] == 5 * MINUTE


async def test_a_shop_that_has_no_room_for_all_is_stretched_and_it_is_said() -> None:
    crowd = [product(sku=f"p{number}", tier=Tier.HOT) for number in range(40)]
    world = World(*crowd, DECK, Acme=MINUTE)
    await world.watch()

    await world.round()

    agenda, every = await world.agenda(), await world.every()
    assert agenda.stretched() == [("Acme", pytest.approx(10, rel=0.1))]
    assert {round(every[each.sku] / (5 * MINUTE), 3) for each in crowd} == {agenda.stretched()[0][1]}
    assert every["deck"] == DAY
    assert agenda.tiers[Tier.HOT].looks <= 0.8 * 60
    assert agenda.shops["Acme"].requests == 40 * 12


async def test_the_pace_of_a_host_counts_for_all_its_vendors_together() -> None:
    names = [(vendor, f"{vendor.lower()}{n}") for vendor in ("Acme", "Bolt") for n in range(20)]
    crowd = [product(vendor, sku=sku, tier=Tier.HOT) for vendor, sku in names]
    alike = [
        each.model_copy(
            update={"listings": (each.listings[0].model_copy(update={"url": f"https://mall.test/{each.sku}"}),)}
        )
        for each in crowd
    ]
    world = World(*alike, host=MINUTE)
    await world.watch()

    await world.round()

    assert dict((await world.agenda()).stretched()).keys() == {"Acme", "Bolt"}
    assert sum(HOUR / each for each in (await world.every()).values()) <= 0.8 * 60


async def test_without_adapting_every_product_goes_by_its_tier_and_what_does_not_fit_is_said_still() -> None:
    crowd = [product(sku=f"p{number}", tier=Tier.HOT) for number in range(40)]
    world = World(*crowd, Acme=MINUTE)
    await world.watch()
    await world.round()
    fixed = world.another("two", adapts=False)
    await world.planner.leave()

    await world.round(fixed)

    assert await world.every() == {}
    agenda = await world.agenda()
    assert (agenda.adapts, agenda.quickest, agenda.tiers[Tier.HOT].products) == (False, 5 * MINUTE, 40)
    assert agenda.stretched()


async def test_one_process_plans_and_the_next_one_takes_over(world: World) -> None:
    other, began = world.another("two"), (world.clock.now(), set[str]())

    async def turns(*planners: Planner) -> None:
        for _ in range(20):
            for each in planners:
                await each.turn()
            await world.clock.advance(0.5)

    await turns(world.planner, other)
    first = (await world.agenda()).at
    await world.clock.advance(BETWEEN.total_seconds())
    await turns(other)

    assert first >= began[0]
    assert (await world.agenda()).at > first


async def test_a_planner_that_slept_over_its_lease_writes_nothing(world: World) -> None:
    other = world.another("two")
    snapshot = world.store.snapshot
    slept: list[str] = []

    async def sleepy(sku: str) -> object:
        if not slept:
            slept.append(sku)
            await world.clock.advance(14)
            await other.turn()
            await world.store.set_note(NOTE, "by two")
        return await snapshot(sku)

    world.store.snapshot = sleepy  # type: ignore[method-assign,assignment]
    await world.planner.turn()

    assert slept
    assert await world.store.note(NOTE) == "by two"


async def test_a_round_of_many_products_is_cut_into_pages_with_pauses() -> None:
    crowd: Sequence[Product] = [product(sku=f"p{number}", tier=Tier.WARM) for number in range(250)]
    world = World(*crowd)
    await world.watch()
    asked = list[str]()
    snapshot = world.store.snapshot

    async def counted(sku: str) -> object:
        asked.append(sku)
        return await snapshot(sku)

    world.store.snapshot = counted  # type: ignore[method-assign,assignment]
    counts = []
    for _ in range(4):
        await world.planner.turn()
        await world.planner.turn()
        counts.append(len(asked))
        await world.clock.advance(1)

    assert counts == [100, 200, 250, 250]
    assert len(await world.every()) == 250


@pytest.mark.parametrize("steps", range(8))
async def test_a_round_that_new_settings_overtook_is_made_anew_by_them(world: World, steps: int) -> None:
    turn = asyncio.create_task(world.planner.turn())
    for _ in range(steps):
        await asyncio.sleep(0)

    world.planner.configure(every={**EVERY, Tier.WARM: HOUR / 2}, paces=world.paces, blind_after=6, adapts=True)
    await turn
    await world.round()

    assert await world.every() == {"pi5": HOUR / 2, "deck": DAY}
