"""One bad target never ends the others, and no trouble of Discord's loses a message or posts it twice."""

from __future__ import annotations

import asyncio

import pytest

from alerts.deliver import Deliver
from alerts.domain.deliveries import DeliveryState, delivery_for
from alerts.domain.episodes import follow
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from alerts.domain.model import ChangeKind
from alerts.domain.trail import Step
from tests.fakes import Mailbox
from tests.test_journey import ADMIN, DEALS, GUILD, OTHER, PI, World
from tests.worlds import IN, MINUTE, OUT, SECOND, START, change, offer, subscription


class Picky(Mailbox):
    """A Mailbox that answers one channel as it is told, and all others at once."""

    def __init__(self, answer: asyncio.Future[int]) -> None:
        super().__init__()
        self.answer = answer

    async def post(self, letter: Letter) -> int:
        if letter.target == DEALS:
            await self.answer
        return await super().post(letter)


async def restocked(mailbox: Mailbox) -> World:
    """Two channels wait to hear of a restock; DEALS was there first."""
    world = World()
    world.mailbox = mailbox
    for target in (DEALS, OTHER):
        await world.subscriptions.add(GUILD, PI, target, by=ADMIN)
    for found in (offer(OUT), offer(IN)):
        await world.look(found)
    await world.fanout()
    return world


def told(world: World) -> list[int]:
    return [letter.target.id for letter in world.mailbox.letters]


async def test_a_channel_that_hangs_holds_up_no_other() -> None:
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    world = await restocked(Picky(answer))

    turn = asyncio.create_task(world.deliver()())
    await world.clock.advance(0)
    assert told(world) == [OTHER.id]

    answer.set_result(1)
    await turn
    assert told(world) == [OTHER.id, DEALS.id]


async def test_a_message_that_cannot_be_made_holds_up_no_other() -> None:
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    answer.set_exception(ValueError("no such currency"))
    world = await restocked(Picky(answer))

    await world.turn()

    assert told(world) == [OTHER.id]


async def test_a_discord_that_is_away_for_minutes_loses_nothing() -> None:
    world = await restocked(Mailbox(*[DeliveryError("503")] * 20))

    for _ in range(12 * 60):
        await world.turn()
        await world.clock.advance(1)

    assert sorted(told(world)) == [DEALS.id, OTHER.id]


async def test_a_restock_that_waited_for_a_quarter_of_an_hour_is_no_news_and_why_says_so() -> None:
    world = await restocked(Mailbox(*[DeliveryError("503")] * 2))
    await world.turn()
    await world.clock.advance(16 * 60)

    assert await world.turn() == []
    stages = await world.store.trail(GUILD, sku=PI.sku, limit=99)
    assert [each.step for each in stages if each.step in (Step.EXPIRED, Step.BURIED)] == [Step.BURIED] * 2


async def test_a_price_is_news_for_hours() -> None:
    world = await restocked(Mailbox())
    await world.turn()
    await world.look(offer(IN, "60"))
    await world.look(offer(IN, "60"))
    await world.fanout()
    await world.clock.advance(5 * 3600)

    assert [kind for kind, _ in await world.turn()][2:] == [ChangeKind.PRICE_DROP] * 2


async def test_trouble_with_the_store_is_raised_after_every_channel_had_its_turn() -> None:
    world = await restocked(Mailbox())
    deliver = Deliver(store=Forgetful(world), notifier=world.mailbox, clock=world.clock, name="one")

    with pytest.raises(ConnectionError):
        await deliver()

    assert sorted(told(world)) == [DEALS.id, OTHER.id]


class Forgetful:
    """A store that is away whenever the end of a delivery is noted."""

    def __init__(self, world: World) -> None:
        self._store = world.store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def finish(self, *_: object) -> None:
        raise ConnectionError


async def test_what_comes_later_waits_for_the_message_before_it() -> None:
    world = await restocked(Mailbox(*[DeliveryError("503", retry_after=9 * SECOND)] * 2))
    await world.turn()
    await world.look(offer(OUT))
    await world.look(offer(OUT))
    await world.turn()
    assert (world.mailbox.letters, world.mailbox.edits) == ([], [])

    await world.clock.advance(9)
    await world.turn()
    await world.clock.advance(9)
    await world.turn()

    assert sorted(told(world)) == [DEALS.id, OTHER.id]
    assert [edit.is_open for edit in world.mailbox.edits] == [False, False]


async def test_after_a_restock_that_could_not_be_told_the_next_one_is() -> None:
    world = await restocked(Mailbox(*[DeliveryError("unknown channel", remedy=Remedy.BURY)] * 2))
    await world.turn()
    for found in (offer(OUT), offer(OUT), offer(IN), offer(IN)):
        await world.clock.advance(3600)
        await world.look(found)
        await world.turn()

    assert sorted(told(world)) == [DEALS.id, OTHER.id]


async def test_a_sell_out_that_was_overtaken_by_the_next_restock_holds_up_nothing() -> None:
    world = World()
    opening = delivery_for(change(), subscription(), product_name="Raspberry Pi 5", now=world.clock.now())
    late = delivery_for(
        change(ChangeKind.SOLD_OUT, since=START - 60 * MINUTE),
        subscription(),
        product_name="Raspberry Pi 5",
        now=world.clock.now() - MINUTE,
        is_follow_up=True,
    )
    opened = follow(None, opening).episode
    assert opened
    await world.store.put_episode(opened)  # and whoever did so died before it was posted
    await world.store.enqueue(late)
    await world.store.enqueue(opening)

    await world.turn()

    assert world.mailbox.letters == [opening]
    assert world.mailbox.edits == []
    assert await world.store.delivery_state(late.id) in (DeliveryState.SENT, DeliveryState.BURIED)
