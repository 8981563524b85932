"""Alerts go by their guild's own names, and rest with their guild's watch, whatever other guilds do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.catalogue import Catalogue
from alerts.deliver import Deliver
from alerts.domain.model import ChangeKind, Product
from alerts.domain.wishes import Target
from alerts.fanout import Fanout
from alerts.scan import Scan
from alerts.store.memory import MemoryStore
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from alerts.why import Why
from tests.fakes import FakeClock, Mailbox, Shops
from tests.worlds import IN, MINUTE, OUT, START, offer, product

HERE, THERE = Target(id=10), Target(id=20)


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.shops, self.mailbox = Shops(self.clock, **{"shop.test": offer(OUT)}), Mailbox()
        self.catalogue = Catalogue([product("Acme")], store=self.store)
        self.watches = Watches(store=self.store, products=self.catalogue, clock=self.clock)
        self.subscriptions = Subscriptions(store=self.store, watches=self.watches, clock=self.clock)
        self.scan = Scan(looks={"shop.test": self.shops}, store=self.store, clock=self.clock, patience=MINUTE)
        # Another process, which noticed nothing of what is added here.
        others = Catalogue([product("Acme")], store=self.store)
        self.fanout = Fanout(store=self.store, products=others, clock=self.clock, name="one")

    async def shared(self) -> Product:
        """A product that two guilds have added and hear of, one of them by a name of its own."""
        card = await self.catalogue.add(self.catalogue.proposed("https://shop.test/card", name="Card", at=START))
        await self.watches.add(1, card, by=7, name="Ours")
        await self.watches.add(2, card, by=7)
        for guild, target in ((1, HERE), (2, THERE)):
            mine = (await self.catalogue.of(guild)).get(card.sku)
            assert mine
            await self.subscriptions.add(guild, mine, target, by=7)
        return card

    async def look(self, card: Product, *stocks: object) -> None:
        for stock in stocks:
            self.shops.vendors["shop.test"] = offer(stock)  # type: ignore[arg-type]
            await self.scan(card, max_age=timedelta(0))
            await self.clock.advance(1)

    async def told(self) -> list[tuple[int, str]]:
        deliver = Deliver(store=self.store, notifier=self.mailbox, clock=self.clock, name="one")
        while await self.fanout() or await deliver():
            pass
        return sorted((letter.target.id, letter.product_name) for letter in self.mailbox.letters)


@pytest.fixture
def world() -> World:
    return World()


async def test_each_guild_hears_of_one_scan_by_its_own_name(world: World) -> None:
    card = await world.shared()
    await world.look(card, OUT, IN)

    assert await world.told() == [(10, "Ours"), (20, "Card")]
    assert world.shops.looks == 2


async def test_alerts_rest_while_their_guilds_watch_is_paused(world: World) -> None:
    card = await world.shared()
    await world.watches.change(1, card.sku, paused=True)
    await world.look(card, OUT, IN)
    assert await world.told() == [(20, "Card")]

    silence = (await Why(store=world.store, clock=world.clock).of_product(1, card)).silence
    assert "Its watch is paused here" in silence[0].text

    await world.watches.change(1, card.sku, paused=False)
    await world.look(card, OUT, IN)
    assert (10, "Ours") in await world.told()


async def test_what_is_so_already_rests_with_its_watch_too(world: World) -> None:
    card = await world.shared()
    await world.look(card, IN)
    await world.watches.change(1, card.sku, paused=True)
    for guild in (1, 2):
        target = Target(id=guild * 100)
        await world.subscriptions.add(guild, card, target, by=7, kinds=[ChangeKind.RESTOCKED], first_sight="tell_now")

    assert await world.told() == [(200, "Card")]
