"""/alerts test."""

from __future__ import annotations

from alerts.domain.errors import DeliveryError, Remedy
from alerts.trial import Trial
from tests.fakes import Mailbox
from tests.sim.alerting import ask, desk_of, off, subscribe, the_one
from tests.sim.world import World


async def test_a_test_looks_like_an_alert_says_what_it_is_and_pings_nobody(world: World) -> None:
    role = world.guild.create_role("deal hunters")
    await subscribe(world, role=role)
    said = await ask(world, "test", alert=(await the_one(world)).id)

    posted = world.channel.last_message
    assert posted
    assert f"✅ <#{world.channel.id}>: the test arrived" in said
    assert "Test, nothing has happened" in posted.content
    assert "Back in stock: **Raspberry Pi 5**" in posted.content
    assert posted.embeds[0].footer.text == "Test alert"
    assert str(role.id) not in posted.content
    assert not posted.role_mentions


async def test_a_test_that_fails_says_why_and_what_to_do(world: World) -> None:
    await subscribe(world)
    refused = DeliveryError("Discord answered 403", remedy=Remedy.PAUSE, code=50013)
    away = DeliveryError("no answer from Discord")
    desk_of(world).trial = Trial(store=world.store, notifier=Mailbox(refused, away), clock=world.bot.clock)
    said = [await ask(world, "test", alert="all") for _ in range(2)]

    assert f"❌ <#{world.channel.id}>: I lack a permission. Grant me" in said[0]
    assert "no answer from Discord. Try again in a minute." in said[1]
    assert await world.store.standings() == {}


async def test_a_test_of_all_tries_each_target_once(world: World) -> None:
    other = world.guild.create_text_channel("other")
    for product in ("pi5", "deck"):
        await subscribe(world, product=product)
    await subscribe(world, channel=other)
    said = await ask(world, "test", alert="all")

    assert said.count("✅") == 2


async def test_a_test_that_arrives_clears_how_the_target_stood(world: World) -> None:
    await subscribe(world)
    made = await the_one(world)
    await world.store.put_standing(off(made.target, world.guild.id, world))
    await ask(world, "test", alert=made.id)

    assert await world.store.standings() == {}
