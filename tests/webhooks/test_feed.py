"""Which changes become messages, to whom, and what is in them."""

from __future__ import annotations

import asyncio

import pytest

from alerts.domain.guild import GuildSettings
from alerts.domain.model import ChangeKind, Product, point_of
from alerts.fanout import Fanout
from alerts.public import change_as_public
from tests.webhooks.world import World
from tests.worlds import MINUTE, OUT, START, change, offer, product

K = ChangeKind


@pytest.fixture
def world() -> World:
    return World(product(), product("Acme", "Bolt", sku="deck", name="Deck"))


async def told(world: World) -> list[tuple[str, str]]:
    await world.turn()
    return [(url, body["data"]["kind"]) for url, _, body in world.addresses.got()]


async def test_a_change_is_told_in_the_public_shape_with_its_product(world: World) -> None:
    await world.hook()
    await world.happens()
    await world.turn()

    [(_, headers, body)] = world.addresses.got()
    assert body == {
        "type": "change.restocked",
        "timestamp": "2026-11-22T12:01:00+00:00",
        "data": {"sku": "pi5", "name": "Raspberry Pi 5", **change_as_public(change())},
    }
    assert headers["webhook-id"].startswith("msg_")


async def test_each_webhook_is_told_what_it_asked_for(world: World) -> None:
    await world.watches("deck")
    await world.hook("https://all.test/")
    await world.hook("https://restocks.test/", kinds=[K.RESTOCKED])
    await world.hook("https://decks.test/", skus=["deck"])
    await world.happens(change(), change(K.SOLD_OUT), change(sku="deck"))

    assert sorted(await told(world)) == [
        ("https://all.test/", "restocked"),
        ("https://all.test/", "restocked"),
        ("https://all.test/", "sold_out"),
        ("https://decks.test/", "restocked"),
        ("https://restocks.test/", "restocked"),
        ("https://restocks.test/", "restocked"),
    ]


async def test_only_who_watches_the_product_is_told_and_not_while_the_watch_rests(world: World) -> None:
    await world.watches(guild=2, paused=True)
    await world.hook("https://one.test/")
    await world.webhooks.add(2, "https://paused.test/", by=7)
    await world.webhooks.add(3, "https://elsewhere.test/", by=7)
    await world.happens()

    assert await told(world) == [("https://one.test/", "restocked")]


async def test_a_product_goes_by_the_name_that_the_guild_gave_it(world: World) -> None:
    await world.watches(name="Our Pi")
    await world.hook()
    await world.happens()
    await world.turn()

    assert world.addresses.got()[0][2]["data"]["name"] == "Our Pi"


async def test_the_same_change_taken_twice_is_sent_once(world: World) -> None:
    await world.hook()
    for _ in range(2):
        await world.happens()
        await world.turn()

    assert len(world.addresses.ids) == 1


async def test_a_small_move_of_a_price_is_no_news_unless_the_guild_wants_it(world: World) -> None:
    small = change(K.PRICE_DROP, old=offer(price="100"), new=offer(price="99.50"), is_small=True)
    await world.hook("https://one.test/")
    await world.hook("https://two.test/", guild=2)
    await world.store.put_guild_settings(2, GuildSettings(floor_amount="0.1", floor_percent="0.1"))
    await world.happens(small)

    assert await told(world) == [("https://two.test/", "price_drop")]


async def test_that_it_was_never_so_cheap_is_told_beside_the_drop(world: World) -> None:
    await world.hook("https://all.test/")
    await world.hook("https://lows.test/", kinds=[K.NEW_LOW])
    point = point_of(offer(price="100"), at=START - 60 * MINUTE, vendor="Acme")
    world.store._points["pi5", "acme"].append(point)  # type: ignore[attr-defined]
    await world.happens(change(K.PRICE_DROP, old=offer(price="100")))

    assert sorted(await told(world)) == [
        ("https://all.test/", "new_low"),
        ("https://all.test/", "price_drop"),
        ("https://lows.test/", "new_low"),
    ]


async def test_a_shops_trouble_is_told_to_whoever_watches_something_of_it(world: World) -> None:
    await world.watches("deck", guild=2)
    await world.hook("https://pi.test/", guild=1)
    await world.webhooks.add(2, "https://deck.test/", by=7)
    await world.webhooks.add(2, "https://deck-only.test/", by=7, skus=["deck"])
    blind = change(K.VENDOR_BLIND, vendor="Bolt", sku="deck", listing="bolt", old=offer(OUT), new=offer(OUT))
    await world.happens(blind)

    assert sorted(await told(world)) == [
        ("https://deck-only.test/", "vendor_blind"),
        ("https://deck.test/", "vendor_blind"),
    ]


async def test_fan_out_is_not_held_up_by_a_feed_that_is_slow_or_dead(world: World) -> None:
    await world.hook()
    fanout = Fanout(store=world.store, products=world.products, clock=world.clock, name="one")
    held = asyncio.Event()

    class Stuck:
        def __getattr__(self, name: str) -> object:
            return getattr(world.store, name)

        async def hook_guilds(self, sku: str) -> frozenset[int]:
            await held.wait()
            return frozenset()

    feed, _ = world.another("two")
    feed._store = Stuck()  # type: ignore[assignment]
    await world.happens()
    stuck = asyncio.create_task(feed())

    assert await fanout()
    assert not await fanout()
    held.set()
    assert await stuck


async def test_a_product_that_nobody_knows_any_more_is_told_without_a_name() -> None:
    world = World(Product(sku="other", name="Other"))
    await world.hook()
    await world.happens()
    await world.turn()

    assert world.addresses.got()[0][2]["data"]["name"] is None
