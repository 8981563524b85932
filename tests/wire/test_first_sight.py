"""Over the wire: an alert made for what is in stock already is told at once, and explained."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alerts.clock import SystemClock
from alerts.domain.wishes import Target
from alerts.products import Products
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from bot.playground.play import Grounds, playground
from tests.wire.running import all_is_told, bot, next_slot_was_scanned

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

JETSON = "jetson-orin-nano"


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


async def wish(grounds: Grounds, times: int = 1) -> None:
    """Made beside the running bot, as another process would."""
    world, clock = grounds.discord.world, SystemClock()
    channel = next(each for each in world.channels.values() if each.name == "deals")
    products = Products(grounds.settings.catalogue())
    async with RedisStore(Embedded(grounds.settings.store.data_dir).url) as store:
        watches = Watches(store=store, products=products, clock=clock)
        subscriptions = Subscriptions(store=store, watches=watches, clock=clock)
        for _ in range(times):
            await subscriptions.add(
                int(world.guild.id), products.find(JETSON), Target(id=channel.id), by=1, first_sight="tell_now"
            )


async def test_what_is_in_stock_already_stands_in_the_channel_once_and_is_explained(grounds: Grounds) -> None:
    for listing in next(p for p in grounds.shop.products() if p["sku"] == JETSON)["listings"][1:]:
        grounds.shop.set(JETSON, listing["vendor"], availability="out_of_stock")
    vendor = next(p for p in grounds.shop.products() if p["sku"] == JETSON)["listings"][0]["vendor"]
    grounds.shop.set(JETSON, vendor, price="199.00", availability="in_stock")
    async with bot(grounds):
        await wish(grounds, times=2)  # nobody has looked at it yet
        message = await grounds.discord.message_in("deals", timeout=15)
        await wish(grounds)
        await next_slot_was_scanned(grounds.settings.store.data_dir, JETSON)
        await all_is_told(grounds.settings.store.data_dir)
        run = await grounds.discord.message_command("member", message, "Why this alert?")
        why = await run.answered(10)

    (embed,) = message["embeds"]
    assert grounds.discord.world.messages("deals") == [message]
    assert "In stock already: Jetson Orin Nano" in embed["title"]
    assert "£199.00" in str(embed["fields"])
    assert "it was so already" in str(why["embeds"])
