"""The address of a webhook or a service is a secret, from the form in which it is typed to its end."""

from __future__ import annotations

from alerts.domain.wishes import Target, TargetKind
from tests.sim.alerting import ask, desk_of, edited, last, opened, the_one
from tests.sim.world import World, shown

WEBHOOK = "https://discord.com/api/webhooks/123456789012345678/" + "s" * 60


async def test_a_webhooks_secret_shows_nowhere(world: World) -> None:
    panel = await opened(world)
    await panel.fill("Webhook or service", address=WEBHOOK)
    chosen = panel.text
    unsaved = await world.store.sealed(world.guild.id, Target(type=TargetKind.WEBHOOK, id=123456789012345678))
    await panel.press("Save")
    made = await the_one(world)
    said = [chosen, panel.text, await ask(world, "list"), repr(desk_of(world))]

    assert made.target == Target(type=TargetKind.WEBHOOK, id=123456789012345678)
    assert unsaved is None
    assert await world.parts.addresses.of(world.guild.id, made.target) == WEBHOOK
    assert "a webhook (discord" in chosen
    assert [text for text in said if "s" * 20 in text] == []


async def test_the_secret_of_an_ended_alert_is_forgotten_and_comes_back_with_it(world: World) -> None:
    panel = await opened(world)
    await panel.fill("Webhook or service", address=WEBHOOK)
    await panel.press("Save")
    made = await the_one(world)
    ended = await world.admin.slash(world.channel, "alerts unsubscribe", alert=made.id)
    gone = await world.store.sealed(world.guild.id, made.target)
    await world.admin.click(last(ended), label="Undo")  # type: ignore[arg-type]

    assert gone is None
    assert "s" * 60 in await world.parts.addresses.of(world.guild.id, made.target)


async def test_a_secret_is_forgotten_when_the_alert_moves_elsewhere(world: World) -> None:
    panel = await opened(world)
    await panel.fill("Webhook or service", address=WEBHOOK)
    await panel.press("Save")
    before = (await the_one(world)).target
    moved = await edited(world)
    await moved.choose("place", world.channel)
    await moved.press("Save")

    assert (await the_one(world)).target == Target(id=world.channel.id)
    assert await world.store.sealed(world.guild.id, before) is None


async def test_an_address_that_is_none_is_refused_without_repeating_it(world: World) -> None:
    panel = await opened(world)
    refused = await panel.fill("Webhook or service", address="https://example.org/secret-thing")

    assert "This is no Discord webhook's URL" in shown(refused)
    assert "secret-thing" not in shown(refused)
