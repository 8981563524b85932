"""“Alert me”: the form, the alert, the direct message, and what its owner can do to it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from simcord import InteractionResult, MemberActor
from simcord.http.client import _FakeResponse

from alerts.deliver import Deliver
from alerts.domain.guild import Language
from alerts.domain.wishes import Target, TargetKind, space_of
from alerts.fanout import Fanout
from alerts.own import MOST_OWN
from bot.notify.by_kind import Notify
from bot.notify.channels import Channels
from tests.letters import letter, part
from tests.sim.world import World, button, shown
from tests.worlds import IN, OUT, offer, subscription

KINDS = ["restocked", "price_drop"]


@pytest.fixture(autouse=True)
def _answers_have_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """simcord's refusals lack what ours are read from."""

    async def text(_: object, __: str = "") -> str:
        return "{}"

    monkeypatch.setattr(_FakeResponse, "text", text, raising=False)


async def an_alert(world: World, **facts: Any) -> Any:
    """A message with the button, in the channel that everybody sees."""
    target = Target(id=world.channel.id)
    way = Channels(world.bot.client, clock=world.bot.clock, observe=lambda _: None)
    await way.post(letter(part(target, guild=world.guild.id, **facts)))
    return world.channel.last_message


async def ask(world: World, who: MemberActor, *, price: str = "", kinds: list[str] = KINDS) -> InteractionResult:
    """Press the button and fill the form."""
    form = await who.click(await an_alert(world), label="Alert me")
    assert form.modal, shown(form)
    return await who.submit_modal(form, {"price": price, "kinds": kinds})


def dms(world: World, who: MemberActor) -> list[str]:
    return [
        "\n".join([message.content, *(str(embed.to_dict()) for embed in message.embeds)])
        for message in who.user.dm_channel.history()
    ]


def close_dms(world: World, who: MemberActor) -> None:
    world.env.inject_error(
        "POST", f"/channels/{who.user.dm_channel.id}/messages", status=403, code=50007, times=None,
        message="Cannot send messages to this user",
    )  # fmt: skip


async def deliver(world: World) -> None:
    """What the running bot does all the time: spread the news and send what is queued."""
    store, clock = world.store, world.bot.clock
    await Fanout(store=store, products=world.parts.products, clock=clock, name="test")()
    notify = Notify(world.bot.client, clock=clock, addresses=world.parts.addresses, worker=world.parts.worker)
    await Deliver(store=store, notifier=notify, clock=clock, name="test")()


async def restocks(world: World, price: str = "90") -> None:
    """The shop is seen sold out, then twice with goods, so that it counts."""
    for found in (offer(OUT), offer(IN, price), offer(IN, price)):
        await world.sells(Acme=found)
        await world.pass_time(60)


async def test_the_form_makes_an_alert_that_is_told_to_its_owner_alone(world: World) -> None:
    answer = await ask(world, world.member, price="500 GBP")

    assert answer.ephemeral
    assert "I write to you when **Raspberry Pi 5** changes" in shown(answer)
    assert "below £500.00" in shown(answer)
    assert "/me alerts" in shown(answer)
    assert ["Hello!" in each for each in dms(world, world.member)] == [True]
    before = len(world.channel.history())
    await restocks(world)
    await deliver(world)
    assert "Back in stock" in dms(world, world.member)[-1]
    assert len(world.channel.history()) == before
    assert dms(world, world.admin) == []


async def test_a_price_that_is_not_reached_is_not_told(world: World) -> None:
    await ask(world, world.member, price="£50")

    await restocks(world, price="90")
    await deliver(world)

    assert len(dms(world, world.member)) == 1


async def test_an_own_alert_is_nowhere_in_the_server(world: World) -> None:
    await ask(world, world.member)

    listed = await world.admin.slash(world.channel, "alerts list")
    watched = await world.admin.slash(world.channel, "watch list")

    assert "Nothing yet" in shown(listed)
    assert "Nothing yet" in shown(watched)
    assert await world.admin.autocomplete(world.channel, "alerts unsubscribe", "alert", "") == []
    assert await world.store.subscriptions(world.guild.id) == []
    assert len(await world.store.subscriptions(space_of(world.member.id))) == 1


@pytest.mark.parametrize("label", ["Change", "Remove"])
async def test_nobody_ends_or_changes_the_alert_of_another(world: World, label: str) -> None:
    made = await ask(world, world.member)
    mine = await world.store.subscriptions(space_of(world.member.id))
    theirs = await ask(world, world.admin)
    stolen, own = button(made, label)["custom_id"], button(theirs, label)["custom_id"]

    # In the message, too: discord.py takes no press of a button that the message does not have.
    world.retouch.append(lambda payload: payload.update(json.loads(json.dumps(payload).replace(own, stolen))))
    answer = await world.admin.click(theirs.response, label=label)

    assert "You have no such alert" in shown(answer)
    assert await world.store.subscriptions(space_of(world.member.id)) == mine


async def own_of(world: World, who: MemberActor) -> list[str]:
    return [each.id for each in await world.store.subscriptions(space_of(who.id))]


async def test_the_same_product_again_changes_the_alert_and_the_form_knows_it(world: World) -> None:
    await ask(world, world.member, price="500 GBP")
    form = await world.member.click(await an_alert(world), label="Alert me")

    assert '"500.00 GBP"' in shown(form)
    answer = await world.member.submit_modal(form, {"price": "400 GBP", "kinds": ["new_low"]})

    assert "Changed." in shown(answer)
    (only,) = await world.store.subscriptions(space_of(world.member.id))
    assert str(only.below) == "400.00 GBP"
    assert [kind.value for kind in only.kinds] == ["new_low"]


async def test_a_price_that_is_none_is_refused_in_words(world: World) -> None:
    answer = await ask(world, world.member, price="cheap")

    assert "“cheap” is not a price" in shown(answer)
    assert await own_of(world, world.member) == []


async def test_a_price_takes_the_currency_of_the_server_then_of_the_shops(world: World) -> None:
    await world.sells(Acme=offer(IN, "90"))
    await ask(world, world.member, price="80")
    assert str((await world.store.subscriptions(space_of(world.member.id)))[0].below) == "80.00 GBP"

    await world.parts.guilds.change(world.guild.id, currency="EUR")
    await ask(world, world.member, price="80")
    assert str((await world.store.subscriptions(space_of(world.member.id)))[0].below) == "80.00 EUR"


async def test_there_is_room_for_so_many_and_then_it_is_said(world: World) -> None:
    target = Target(type=TargetKind.DM, id=world.member.id)
    for number in range(MOST_OWN):
        facts = {"guild": space_of(world.member.id), "sku": f"sku{number}", "target": target}
        await world.store.put_subscription(subscription(f"f{number}", **facts))

    answer = await ask(world, world.member)

    assert f"more than {MOST_OWN}" in shown(answer)
    listed = await world.member.slash(world.channel, "me alerts")
    assert listed.acknowledged


async def test_a_product_that_is_gone_says_so(world: World) -> None:
    message = await an_alert(world, sku="toaster")

    answer = await world.member.click(message, label="Alert me")

    assert "no longer offered" in shown(answer)


async def test_the_list_shows_pauses_resumes_and_ends(world: World) -> None:
    await ask(world, world.member, price="500 GBP")
    (alert,) = await own_of(world, world.member)
    listed = await world.member.slash(world.channel, "me alerts")
    assert listed.ephemeral
    assert "Raspberry Pi 5" in shown(listed)

    one = await world.member.select(listed.response, [alert])
    assert "below £500.00" in shown(one)
    paused = await world.member.click(one.response or listed.response, label="Pause")
    assert (await world.store.subscriptions(space_of(world.member.id)))[0].paused
    resumed = await world.member.click(paused.response or listed.response, label="Resume")
    assert not (await world.store.subscriptions(space_of(world.member.id)))[0].paused
    ended = await world.member.click(resumed.response or listed.response, label="Remove")

    assert "no longer write to you of **Raspberry Pi 5**" in shown(ended)
    assert await own_of(world, world.member) == []
    assert await world.store.watchers("pi5") == set()
    assert "pi5" not in await world.store.scheduled()


async def test_an_empty_list_says_how_to_begin(world: World) -> None:
    answer = await world.member.slash(world.channel, "me alerts")

    assert answer.ephemeral
    assert "press **Alert me**" in shown(answer)


async def test_ending_an_alert_leaves_what_the_server_watches(world: World) -> None:
    await world.admin.slash(world.channel, "watch add", product="pi5")
    await ask(world, world.member)
    await world.parts.own.remove(world.member.id, (await own_of(world, world.member))[0])

    assert await world.store.watchers("pi5") == {world.guild.id}
    assert "pi5" in await world.store.scheduled()


async def test_an_own_alert_in_a_direct_message_can_be_changed_and_ended_there(world: World) -> None:
    await ask(world, world.member)
    await restocks(world)
    await deliver(world)
    alert = world.member.user.dm_channel.last_message
    assert alert

    form = await world.member.user.click(alert, label="Change this alert")
    assert form.modal
    ended = await world.member.user.click(alert, label="Remove")

    assert "no longer write to you" in shown(ended)
    assert "Back in stock" in dms(world, world.member)[-1]
    assert await own_of(world, world.member) == []
    again = await world.member.user.click(alert, label="Remove")
    assert "You have no such alert" in shown(again)


async def test_its_messages_are_in_the_language_its_owner_reads(world: World) -> None:
    world.speak("de")

    await ask(world, world.member)

    assert (await world.store.guild_settings(space_of(world.member.id))).language is Language.GERMAN


async def test_closed_messages_are_said_at_once_with_the_cure_and_a_button(world: World) -> None:
    close_dms(world, world.member)

    answer = await ask(world, world.member)

    assert "I write to you when" in shown(answer)
    assert "Allow direct messages" in shown(answer)
    assert button(answer, "Try again")
    assert len(await own_of(world, world.member)) == 1


async def test_closed_messages_are_said_once_after_the_next_command_of_any_kind(world: World) -> None:
    await ask(world, world.member)
    close_dms(world, world.member)
    await restocks(world)
    await deliver(world)

    first = await world.member.slash(world.channel, "scan", product="pi5")
    second = await world.member.slash(world.channel, "scan", product="pi5")
    other = await world.admin.slash(world.channel, "scan", product="pi5")

    assert "Discord does not let me write to you" in shown(first)
    assert first.followups[-1].ephemeral
    assert "Discord does not let me" not in shown(second) + shown(other)


async def test_closed_messages_are_not_written_to_again_until_their_owner_tries(world: World) -> None:
    await ask(world, world.member)
    close_dms(world, world.member)
    await restocks(world)
    await deliver(world)
    path = f"/channels/{world.member.user.dm_channel.id}/messages"
    tried = sum(1 for each in world.env.http_requests if each.path.endswith(path))

    await restocks(world, price="70")
    await deliver(world)

    assert sum(1 for each in world.env.http_requests if each.path.endswith(path)) == tried
    said = await world.member.slash(world.channel, "me alerts")
    still = await world.member.click(said.response, label="Try again")
    assert "Allow direct messages" in shown(still)
    hasty = await world.member.click(said.response, label="Try again")
    assert "I have tried just now" in shown(hasty)
    world.env.backend.faults.clear()
    await world.pass_time(61)
    mended = await world.member.click(said.response, label="Try again")
    assert "It works" in shown(mended)
    await restocks(world, price="60")
    await deliver(world)
    assert "£60.00" in dms(world, world.member)[-1]


async def test_an_own_alert_is_made_in_a_direct_message_too(world: World) -> None:
    await ask(world, world.member)
    hello = world.member.user.dm_channel.last_message
    assert hello

    answer = await world.member.user.slash("me alerts")

    assert "Raspberry Pi 5" in shown(answer)


async def test_a_snooze_holds_what_comes_and_ends_when_told(world: World) -> None:
    none = await world.member.slash(world.channel, "me snooze", time=8)
    assert "no alerts of your own" in shown(none)
    await ask(world, world.member)

    answer = await world.member.slash(world.channel, "me snooze", time=8)
    await restocks(world)
    await deliver(world)

    assert "1 alert waits until" in shown(answer)
    assert len(dms(world, world.member)) == 1
    (mine,) = await world.store.subscriptions(space_of(world.member.id))
    assert mine.snooze_until
    assert mine.snooze_until - world.bot.clock.now() > timedelta(hours=7)
    awake = await world.member.slash(world.channel, "me snooze", time=0)
    assert "1 alert is awake again" in shown(awake)
    assert (await world.store.subscriptions(space_of(world.member.id)))[0].snooze_until is None


async def test_buttons_live_through_a_restart(world: World) -> None:
    message = await an_alert(world)
    await world.env.restart_bot()

    form = await world.member.click(message, label="Alert me")

    assert form.modal
