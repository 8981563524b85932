"""Rules at work in the pipeline: what is told at once, what waits, and what is remembered of it."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.model import ChangeKind, Offer
from alerts.domain.wishes import Target
from tests.test_journey import ADMIN, DEALS, DECK, GUILD, PI, World
from tests.worlds import IN, OUT, failure, offer

K = ChangeKind
OTHER = Target(id=11)


async def subscribed(target: Target = DEALS, **rules: object) -> World:
    world = World()
    await world.subscriptions.add(GUILD, PI, target, by=ADMIN, **rules)  # type: ignore[arg-type]
    await world.look(offer(OUT, "600"))
    return world


async def offers(world: World, *found: Offer, hours: float = 1) -> list[tuple[ChangeKind, str]]:
    """Each offer is there for so long; what lies in the mailbox at the end."""
    for each in found:
        await world.look(each)
        await world.look(each)
        await world.turn()
        await world.clock.advance(hours * 3600)
        await world.turn()
    return [(letter.change.kind, str(letter.change.new.price)) for letter in world.mailbox.letters]


async def test_below_five_hundred_tells_once_around_the_threshold() -> None:
    world = await subscribed(below="500 GBP", kinds=list(K))

    told = await offers(world, *(offer(IN, price) for price in ("510", "499.99", "500.01", "499.99", "505")))

    assert [price for _, price in told] == ["499.99 GBP"]


async def test_a_threshold_is_crossed_by_a_penny_too() -> None:
    world = await subscribed(below="500 GBP", kinds=list(K))

    assert [price for _, price in await offers(world, offer(IN, "500.01"), offer(IN, "499.99"))] == ["499.99 GBP"]


async def test_a_small_move_is_no_news_to_others() -> None:
    world = await subscribed(kinds=[K.PRICE_DROP])

    assert await offers(world, offer(IN, "600"), offer(IN, "599.50")) == []


async def test_news_in_quiet_hours_waits_and_comes_in_one_message_if_it_is_still_true() -> None:
    quiet = {"start": "22:00", "end": "07:00", "timezone": "UTC"}
    world = await subscribed(quiet=quiet, kinds=[K.RESTOCKED, K.PRICE_DROP])  # it is noon
    await world.clock.advance(11 * 3600)

    night = await offers(world, offer(IN, "600"), offer(IN, "500"))
    await world.clock.advance(7 * 3600)
    await world.turn()

    (letter,) = world.mailbox.letters
    assert night == []
    assert (letter.change.kind, [each.change.kind for each in letter.also]) == (K.RESTOCKED, [K.PRICE_DROP])


async def test_news_that_is_no_longer_true_in_the_morning_is_not_told() -> None:
    quiet = {"start": "22:00", "end": "07:00", "timezone": "UTC"}
    world = await subscribed(quiet=quiet, kinds=[K.RESTOCKED])
    await world.clock.advance(11 * 3600)

    assert await offers(world, offer(IN, "600"), offer(OUT, "600"), offer(OUT, "600"), hours=4) == []


async def test_a_cooldown_counts_from_what_arrived_and_a_better_price_breaks_it() -> None:
    world = await subscribed(kinds=[K.PRICE_DROP], cooldown=timedelta(hours=6))

    told = await offers(world, *(offer(IN, price) for price in ("600", "550", "590", "560", "520")))

    assert told == [(K.PRICE_DROP, "550.00 GBP"), (K.PRICE_DROP, "520.00 GBP")]


async def test_a_daily_cap_holds() -> None:
    world = await subscribed(kinds=[K.PRICE_DROP], daily_cap=2)

    assert len(await offers(world, *(offer(IN, str(p)) for p in (600, 590, 580, 570, 560)), hours=0.5)) == 2


async def test_a_new_low_is_told_beside_a_drop_or_alone_to_who_asked_for_it() -> None:
    world = await subscribed(kinds=[K.NEW_LOW])
    await world.subscriptions.add(GUILD, PI, OTHER, by=ADMIN, kinds=[K.PRICE_DROP, K.NEW_LOW])

    await offers(world, *(offer(IN, price) for price in ("600", "500", "550", "510", "490")))

    here = [(m.change.kind, str(m.change.new.price)) for m in world.mailbox.letters if m.target == DEALS]
    there = [(m.change.kind, str(m.change.new.price)) for m in world.mailbox.letters if m.target == OTHER]
    assert here == [(K.NEW_LOW, "500.00 GBP"), (K.NEW_LOW, "490.00 GBP")]
    assert [kind for kind, _ in there] == [K.PRICE_DROP] * 3


async def test_a_failed_send_costs_nobody_the_cooldown() -> None:
    world = await subscribed(kinds=[K.RESTOCKED], cooldown=timedelta(days=1))
    (mine,) = await world.subscriptions.list(GUILD)

    await world.look(offer(IN, "600"))
    await world.fanout()

    assert (await world.store.memory(GUILD, mine.id)).told == ()
    await world.deliver()()
    assert (await world.store.memory(GUILD, mine.id)).told != ()


async def test_a_blind_shop_is_told_once_per_channel_and_once_when_it_is_back() -> None:
    world = await subscribed(kinds=[K.VENDOR_BLIND, K.VENDOR_BACK])
    await world.subscriptions.add(GUILD, DECK, DEALS, by=ADMIN, kinds=[K.VENDOR_BLIND])

    told = []
    for outcome in [failure()] * 9 + [offer(OUT, "600")] * 2 + [failure()] * 3:
        world.shops.vendors["Acme"] = outcome
        await world.scan(PI, max_age=timedelta(0))
        await world.clock.advance(60)
        told = await world.turn()

    assert told == [(K.VENDOR_BLIND, DEALS.id), (K.VENDOR_BACK, DEALS.id)]
    assert "6 looks in a row failed" in world.mailbox.letters[0].change.detail


async def test_a_shop_that_cannot_be_read_is_no_news_to_who_did_not_ask() -> None:
    world = await subscribed()

    for _ in range(9):
        world.shops.vendors["Acme"] = failure()
        await world.scan(PI, max_age=timedelta(0))
        await world.clock.advance(60)

    assert await world.turn() == []
