"""From the timetable to the mailbox, in memory: what is told, to whom, how often."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from alerts.deliver import Deliver
from alerts.domain.deliveries import DeliveryState, delivery_id
from alerts.domain.errors import BadInput, DeliveryError, NotFound, Remedy
from alerts.domain.model import ChangeKind, Offer, Tier
from alerts.domain.priority import Priority
from alerts.domain.wishes import Target
from alerts.fanout import Fanout
from alerts.products import Products
from alerts.scan import Scan
from alerts.store.memory import MemoryStore
from alerts.store.ports import Attempt
from alerts.subscriptions import Subscriptions
from alerts.tick import Pace, Tick
from alerts.watches import Watches
from tests.fakes import Docket, FakeClock, Mailbox, Shops
from tests.worlds import IN, MINUTE, OUT, SECOND, offer, product

PI, DECK = product("Acme"), product("Acme", sku="deck", name="Steam Deck", tier=Tier.COLD)
DEALS, OTHER = Target(id=10), Target(id=11)
ADMIN, GUILD = 7, 1


class World:
    """The whole engine over a dictionary; a turn of everything at each step."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.shops, self.mailbox, self.docket = Shops(self.clock, Acme=offer(OUT)), Mailbox(), Docket()
        self.products = Products([PI, DECK])
        self.watches = Watches(store=self.store, products=self.products, clock=self.clock)
        self.subscriptions = Subscriptions(store=self.store, watches=self.watches, clock=self.clock)
        self.scan = Scan(looks={"Acme": self.shops}, store=self.store, clock=self.clock, patience=MINUTE)
        self.fanout = Fanout(store=self.store, products=self.products, clock=self.clock, name="one")
        tiers = {Tier.HOT: Pace(5 * MINUTE, 2), Tier.COLD: Pace(timedelta(days=1), 2)}
        self.tick = Tick(tiers=tiers, store=self.store, jobs=self.docket, clock=self.clock)

    def deliver(self, name: str = "one") -> Deliver:
        return Deliver(store=self.store, notifier=self.mailbox, clock=self.clock, name=name)

    async def look(self, found: Offer) -> None:
        self.shops.vendors["Acme"] = found
        await self.scan(PI, max_age=timedelta(0))
        await self.clock.advance(1)

    async def turn(self) -> list[tuple[ChangeKind, int]]:
        """Fan out and deliver all there is; what lies in the mailbox now."""
        while await self.fanout() or await self.deliver()():
            pass
        return [(letter.change.kind, letter.target.id) for letter in self.mailbox.letters]


@pytest.fixture
def world() -> World:
    return World()


async def test_a_restock_reaches_the_subscribed_channel_once(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN), offer(IN)):
        await world.look(found)

    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)]
    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)]


async def test_every_restock_is_told_however_alike_they_are(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN), offer(OUT), offer(IN)):
        await world.look(found)
        await world.turn()
        await world.clock.advance(3600)

    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)] * 2


async def test_of_restocks_that_nobody_could_be_told_the_newest_is_told(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN), offer(OUT), offer(IN)):
        await world.clock.advance(1800)
        await world.look(found)
        await world.fanout()

    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)]


async def test_two_guilds_and_two_channels_each_hear_it(world: World) -> None:
    await world.subscriptions.add(1, PI, DEALS, by=ADMIN)
    await world.subscriptions.add(2, PI, OTHER, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)

    assert sorted(await world.turn()) == [(ChangeKind.RESTOCKED, DEALS.id), (ChangeKind.RESTOCKED, OTHER.id)]


async def test_subscribing_again_in_the_same_place_changes_the_first(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN, kinds=[ChangeKind.SOLD_OUT])

    (only,) = await world.subscriptions.list(GUILD)

    assert only.kinds == (ChangeKind.SOLD_OUT,)


async def test_a_spread_that_was_cut_short_and_repeated_tells_once(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)
    (news,) = await world.store.take_news("dies here", limit=9, wait=timedelta(0))
    await world.fanout._spread(news)  # and never says that it is done
    await world.clock.advance(6)

    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)]


async def test_a_tired_discord_gets_it_later(world: World) -> None:
    world.mailbox.failures = [DeliveryError("503")]
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)

    assert await world.turn() == []
    await world.clock.advance(1)
    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)]


async def test_discord_says_when_to_come_back(world: World) -> None:
    world.mailbox.failures = [DeliveryError("429", retry_after=MINUTE)]
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)

    await world.turn()
    await world.clock.advance(59)
    assert await world.turn() == []
    await world.clock.advance(1)
    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)]


async def test_a_deleted_channel_ends_its_message_and_not_the_next_one(world: World) -> None:
    world.mailbox.failures = [DeliveryError("unknown channel", remedy=Remedy.BURY)]
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await world.subscriptions.add(GUILD, PI, OTHER, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)

    (arrived,) = await world.turn()
    (kept,) = world.mailbox.letters
    lost = DEALS if arrived[1] == OTHER.id else OTHER

    assert await world.store.delivery_state(delivery_id(kept.change, lost)) is DeliveryState.BURIED


async def test_only_one_process_delivers_and_the_next_takes_over(world: World) -> None:
    await world.store.lead("deliver", "two", ttl=5 * SECOND)
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)
    await world.fanout()

    assert not await world.deliver("one")()
    await world.clock.advance(6)
    assert await world.deliver("one")()


async def test_a_subscribed_product_is_watched_and_due_at_once(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)

    assert await world.tick() == 1
    assert [sku for sku, _ in world.docket.jobs] == ["pi5"]


async def test_a_tick_queues_a_slot_once_and_the_next_slot_comes_without_drift(world: World) -> None:
    await world.watches.add(GUILD, PI, by=ADMIN)
    start = world.clock.now()
    for _ in range(801):
        await world.tick()
        await world.clock.advance(1.5)

    first, *slots = [at for _, at in world.docket.jobs]
    assert first == start
    assert 2.5 * MINUTE <= slots[0] - first <= 7.5 * MINUTE
    assert [after - before for before, after in pairwise(slots)] == [5 * MINUTE] * 3


async def test_slots_missed_while_nobody_ticked_are_not_made_up_for(world: World) -> None:
    await world.watches.add(GUILD, PI, by=ADMIN)
    await world.clock.advance(86400)

    assert [await world.tick() for _ in range(3)] == [1, 0, 0]


async def test_two_schedulers_make_one_job(world: World) -> None:
    await world.watches.add(GUILD, PI, by=ADMIN)
    (due,) = await world.store.due(Tier.HOT, world.clock.now(), limit=9)
    await world.docket.put(due.sku, slot=due.at, priority=Priority.HOT)  # the other one was quicker

    await world.tick()

    assert len(world.docket.jobs) == 1


async def test_a_product_nobody_watches_any_more_is_not_due(world: World) -> None:
    await world.watches.add(1, PI, by=ADMIN)
    await world.watches.add(2, PI, by=ADMIN)
    await world.watches.remove(1, PI)
    assert await world.store.scheduled() == {"pi5"}

    await world.watches.remove(2, PI)

    assert await world.store.scheduled() == frozenset()


async def test_a_watch_that_alerts_need_is_not_removed(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)

    with pytest.raises(BadInput, match="1 alert needs Raspberry Pi 5"):
        await world.watches.remove(GUILD, PI)


async def test_what_is_not_there_is_said_in_words(world: World) -> None:
    with pytest.raises(NotFound):
        await world.watches.remove(GUILD, PI)
    with pytest.raises(NotFound):
        await world.subscriptions.remove(GUILD, "nothing")


async def test_a_product_that_left_the_configuration_leaves_the_timetable(world: World) -> None:
    await world.watches.add(GUILD, PI, by=ADMIN)
    await world.watches.add(GUILD, DECK, by=ADMIN)
    smaller = Watches(store=world.store, products=Products([DECK]), clock=world.clock)

    await smaller.settle()

    assert await world.store.scheduled() == {"deck"}


async def test_what_was_queued_before_a_crash_is_told_once_after_it(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)
    await world.fanout()
    (claim,) = await world.store.open(await world.store.take(limit=9, wait=timedelta(0)))
    seat = await world.store.lead("deliver", "one", ttl=5 * SECOND)
    attempt = Attempt(claim.delivery.id, [claim])
    await world.store.begin(seat, [attempt], world.clock.now())  # and the process dies here

    assert await world.turn() == [(ChangeKind.RESTOCKED, DEALS.id)]
