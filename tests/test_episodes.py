"""One living alert per restock: posted once, changed as things change, closed when it has sold out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.episodes import Act, Episode, follow, posted
from alerts.domain.model import ChangeKind, Offer, Snapshot
from bot.ui.alerts import episode_embed, episode_text
from tests.test_journey import ADMIN, DEALS, GUILD, PI, World
from tests.worlds import IN, MINUTE, OUT, START, change, offer, subscription

K = ChangeKind


@pytest.fixture
async def world() -> World:
    made = World()
    await made.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await made.look(offer(OUT))
    return made


async def happens(world: World, *offers: Offer, after: float = 60) -> None:
    for each in offers:
        await world.clock.advance(after)
        await world.look(each)
        await world.look(each)  # a turn soon after another one needs a second look
        await world.turn()


async def test_a_restock_that_sells_out_is_one_message_that_says_so(world: World) -> None:
    await happens(world, offer(IN))
    await happens(world, offer(OUT), after=14 * 60)

    (letter,), (edit,) = world.mailbox.letters, world.mailbox.edits
    assert letter.change.kind is K.RESTOCKED
    assert not edit.is_open
    assert "Sold out after 14 min" in episode_text(edit)


async def test_the_next_restock_is_a_new_message(world: World) -> None:
    await happens(world, offer(IN), offer(OUT), offer(IN), after=3600)

    assert [letter.change.kind for letter in world.mailbox.letters] == [K.RESTOCKED, K.RESTOCKED]
    assert len(world.mailbox.edits) == 1


async def test_a_price_that_moves_is_changed_in_the_message_and_told_to_who_asked(world: World) -> None:
    await happens(world, offer(IN, "100"), offer(IN, "120"), offer(IN, "90"))

    assert [letter.change.kind for letter in world.mailbox.letters] == [K.RESTOCKED, K.PRICE_DROP]
    assert [edit.stands[0].offer.price for edit in world.mailbox.edits] == [offer(IN, "120").price]


async def test_nobody_hears_of_a_sell_out_that_no_message_told_the_beginning_of() -> None:
    world = World()
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await world.look(offer(IN))
    await happens(world, offer(OUT))

    assert (world.mailbox.letters, world.mailbox.edits) == ([], [])


async def test_who_asked_for_sell_outs_hears_of_one_without_an_episode() -> None:
    world = World()
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN, kinds=[K.SOLD_OUT])
    await world.look(offer(IN))
    await happens(world, offer(OUT))

    assert [letter.change.kind for letter in world.mailbox.letters] == [K.SOLD_OUT]


async def test_changes_in_quick_succession_are_one_edit(world: World) -> None:
    await happens(world, offer(IN, "100"), offer(IN, "103"))
    for price in ("106", "109", "112"):
        await world.look(offer(IN, price))
        await world.turn()
    await world.clock.advance(5)
    await world.turn()

    assert [str(edit.stands[0].offer.price) for edit in world.mailbox.edits] == ["103.00 GBP", "112.00 GBP"]


async def test_an_edit_that_was_cut_short_is_made_after_all(world: World) -> None:
    await happens(world, offer(IN))
    await world.clock.advance(3600)
    await world.look(offer(OUT))
    await world.fanout()
    (claim,) = await world.store.open(await world.store.take(limit=9, wait=timedelta(0)))
    episode = follow(await world.store.episode(DEALS, PI.sku), claim.delivery).episode
    assert episode
    await world.store.put_episode(episode)  # and the process dies here

    await world.turn()

    assert [edit.is_open for edit in world.mailbox.edits] == [False]


def letter(kind: ChangeKind = K.RESTOCKED, *, follow_up: bool = False, **more: object) -> Delivery:
    return delivery_for(
        change(kind, **more), subscription(), product_name="Raspberry Pi 5", now=START, is_follow_up=follow_up
    )


def opened(**more: object) -> Episode:
    episode = follow(None, letter(**more)).episode
    assert episode
    return posted(episode, 99)


def test_another_shop_joins_the_message_instead_of_posting_its_own() -> None:
    step = follow(opened(), letter(listing="bolt", vendor="Bolt"))

    assert step.act is Act.EDIT
    assert step.episode
    assert [stand.vendor for stand in step.episode.stands] == ["Acme", "Bolt"]


def test_the_episode_ends_when_the_last_shop_has_sold_out() -> None:
    episode = follow(opened(), letter(listing="bolt", vendor="Bolt")).episode
    for listing, vendor, is_open in (("acme", "Acme", True), ("bolt", "Bolt", False)):
        gone = letter(K.SOLD_OUT, follow_up=True, listing=listing, vendor=vendor, new=offer(OUT), at=START + 9 * MINUTE)
        episode = follow(episode, gone).episode
        assert episode
        assert episode.is_open is is_open


@pytest.mark.parametrize("again", [letter(), letter(K.SOLD_OUT, follow_up=True, new=offer(OUT))])
def test_taking_the_same_in_twice_changes_nothing_more(again: Delivery) -> None:
    once = follow(opened(), again)

    assert follow(once.episode, again).episode == once.episode


def test_a_follow_up_without_an_episode_is_nothing() -> None:
    assert follow(None, letter(K.PRICE_RISE, follow_up=True)).act is Act.NOTHING


def test_a_closed_message_shows_every_shop_with_how_long_it_lasted() -> None:
    gone = letter(K.SOLD_OUT, follow_up=True, new=offer(OUT), at=START + 15 * MINUTE)
    episode = follow(opened(), gone).episode
    assert episode

    embed = episode_embed(episode, Snapshot(sku="pi5"))

    assert embed.title == "Sold out after 14 min: Raspberry Pi 5"
    assert embed.fields[0].value == "~~£90.00~~\n🔴 Sold out after 14 min"
    assert "Then the page said “said by the button”" in (embed.fields[-1].value or "")
