"""Being forgotten holds whatever happens meanwhile: a crash, news under way, a message that waits."""

from __future__ import annotations

import pytest

from alerts.deliver import Deliver
from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.errors import DeliveryError, Remedy, StoreUnavailable
from alerts.domain.wishes import Subscription, Target, TargetKind, Watch, space_of
from alerts.me import SECOND_LOOK, Me
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock, Mailbox
from tests.store.dumps import naming
from tests.worlds import MINUTE, START, change, subscription

ANNA, BEN = 4711, 4712


def own(user: int) -> Subscription:
    dm = Target(type=TargetKind.DM, id=user)
    return subscription(f"o{user % 10}", guild=space_of(user), target=dm, added_by=user)


def news_for(user: int, minute: int = 1) -> Delivery:
    return delivery_for(change(at=START + minute * MINUTE), own(user), product_name="Pi", now=START)


def fresh(store: MemoryStore | None = None) -> tuple[Me, MemoryStore, FakeClock]:
    clock = FakeClock()
    found = store or MemoryStore(clock=clock)
    return Me(store=found, clock=clock), found, clock


async def second_look(me: Me, clock: FakeClock) -> bool:
    await clock.advance(SECOND_LOOK.total_seconds() + 1)
    return await me.sweep()


async def test_what_waits_to_be_sent_is_not_sent_any_more_and_holds_nobody_up() -> None:
    me, store, clock = fresh()
    mailbox = Mailbox(*[DeliveryError("away", remedy=Remedy.RETRY)] * 2)
    deliver = Deliver(store=store, notifier=mailbox, clock=clock, name="a")
    for user in (ANNA, BEN):
        await store.put_subscription(own(user))
        await store.enqueue(news_for(user))
    await deliver()  # taken in, tried in vain, and waiting in memory, too
    assert mailbox.posts == []

    await me.forget(ANNA)
    await clock.advance(60)
    await deliver()

    assert [each.target.id for each in mailbox.letters] == [BEN]
    await second_look(me, clock)
    assert await naming(store, ANNA) == []


async def test_a_crash_in_between_is_finished_by_the_second_look() -> None:
    class Crashing(MemoryStore):
        is_well = False

        async def forget(self, user: int) -> None:
            if not self.is_well:
                raise StoreUnavailable("in the middle of it")
            await super().forget(user)

    store = Crashing()
    me, _, clock = fresh(store)
    await store.put_subscription(own(ANNA))
    with pytest.raises(StoreUnavailable):
        await me.forget(ANNA)

    store.is_well = True
    assert await second_look(me, clock)

    assert await naming(store, ANNA) == []


async def test_what_was_spread_meanwhile_goes_with_the_second_look_and_the_second_look_comes_once() -> None:
    me, store, clock = fresh()
    await store.put_subscription(own(ANNA))
    await me.forget(ANNA)
    assert not await me.sweep()
    await store.put_subscription(own(ANNA))  # by somebody who had asked before
    await store.enqueue(news_for(ANNA))

    assert await second_look(me, clock)

    assert await naming(store, ANNA) == []
    assert not await second_look(me, clock)


async def test_a_product_that_nobody_else_wants_is_scanned_no_longer() -> None:
    me, store, _ = fresh()
    for sku, guild in (("pi5", space_of(ANNA)), ("deck", space_of(ANNA)), ("deck", 1)):
        await store.add_watch(Watch(guild=guild, sku=sku, added_by=9, added_at=START))
        await store.schedule(sku, "hot", START)  # type: ignore[arg-type]  # any tier does

    await me.forget(ANNA)

    assert await store.scheduled() == {"deck"}
