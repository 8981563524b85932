"""/setup: channel, role, products, test; and hello on joining."""

from __future__ import annotations

from datetime import timedelta

import discord
from simcord import ChannelHandle, InteractionResult

from alerts.domain.wishes import Subscription
from bot.cogs.setup import SetupCog
from tests.sim.world import World, button, neighbours, shown


async def alerts(world: World) -> list[Subscription]:
    return list(await world.store.subscriptions(world.guild.id))


async def begin(world: World) -> InteractionResult:
    return await world.admin.slash(world.channel, "setup")


async def choose_channel(world: World, answer: InteractionResult, channel: ChannelHandle) -> InteractionResult:
    return await world.admin.select(answer.response, [channel], custom_id="hs:setup:channel")


def closed(world: World, name: str = "closed", **denied: bool) -> ChannelHandle:
    overwrite = discord.PermissionOverwrite(**dict.fromkeys(denied, False))
    return world.guild.create_text_channel(name, overwrites={world.guild.default_role: overwrite})


async def test_three_choices_make_the_alerts_and_a_test_pings_nobody(world: World) -> None:
    role = world.guild.create_role("Deal hunters", mentionable=True)
    answer = await begin(world)
    assert answer.ephemeral
    answer = await choose_channel(world, answer, world.channel)
    assert "2 of 3" in shown(answer)
    answer = await world.admin.select(answer.response, [role])
    assert "3 of 3" in shown(answer)
    answer = await world.admin.select(answer.response, ["pi5", "deck"])

    made = await alerts(world)
    assert {each.sku for each in made} == {"pi5", "deck"}
    assert {(each.target.id, each.mention_role) for each in made} == {(world.channel.id, role.id)}
    assert "Set up · done" in shown(answer)
    assert "**Steam Deck**" in shown(answer)
    assert "What happens next" in shown(answer)

    tested = await world.admin.click(answer.response, label="Send a test message")
    sample = world.channel.last_message
    assert "It arrived: https://discord.com/channels/" in shown(tested)
    assert sample
    assert sample.embeds[0].title == "Test: I can write here"
    assert not sample.mentions


async def test_nobody_needs_to_be_mentioned(world: World) -> None:
    answer = await choose_channel(world, await begin(world), world.channel)
    answer = await world.admin.click(answer.response, label="Mention nobody")
    await world.admin.select(answer.response, ["pi5"])

    (made,) = await alerts(world)
    assert made.mention_role is None


async def test_what_is_missing_in_a_channel_is_named_and_another_one_can_be_chosen(world: World) -> None:
    dark = closed(world, send_messages=True, embed_links=True)
    await world.env.settle()
    answer = await choose_channel(world, await begin(world), dark)

    assert "I lack **Send Messages**, **Embed Links** in" in shown(answer)
    answer = await choose_channel(world, answer, world.channel)
    assert "2 of 3" in shown(answer)


async def test_a_role_that_cannot_be_mentioned_is_named_with_the_cure(world: World) -> None:
    quiet, calm = world.guild.create_role("Quiet"), closed(world, "calm", mention_everyone=True)
    await world.env.settle()
    answer = await choose_channel(world, await begin(world), calm)
    answer = await world.admin.select(answer.response, [quiet])

    assert "I may not mention <@&" in shown(answer)
    assert "2 of 3" in shown(answer)


async def test_everybody_is_mentioned_only_by_who_may(world: World) -> None:
    answer = await choose_channel(world, await begin(world), world.channel)
    answer = await world.admin.select(answer.response, [world.guild.default_role])

    assert "which you lack here" in shown(answer)


async def test_setup_goes_on_after_a_restart(world: World) -> None:
    answer = await choose_channel(world, await begin(world), world.channel)
    world.bot.client._connection._view_store._views.clear()
    answer = await world.admin.click(answer.response, label="Mention nobody")
    await world.admin.select(answer.response, ["jetson"])

    assert [each.sku for each in await alerts(world)] == ["jetson"]


async def test_a_channel_that_was_deleted_meanwhile_starts_anew(world: World) -> None:
    gone = world.guild.create_text_channel("gone")
    await world.env.settle()
    answer = await choose_channel(world, await begin(world), gone)
    world.env.backend.delete_channel(gone.id)
    await world.env.settle()
    answer = await world.admin.click(answer.response, label="Mention nobody")

    assert "1 of 3" in shown(answer)
    assert "I cannot see that channel" in shown(answer)


async def test_a_channel_of_another_server_is_none_of_ours(world: World) -> None:
    _, other, _, _ = neighbours(world.env, "Elsewhere")
    await world.env.settle()
    answer = await choose_channel(world, await begin(world), world.channel)
    world.retouch.append(lambda payload: forge(payload, str(other.id)))
    answer = await world.admin.click(answer.response, label="Mention nobody")

    assert "I cannot see that channel" in shown(answer)
    assert not await alerts(world)


def forge(payload: dict[str, object], channel: str) -> None:
    data = payload["data"]
    assert isinstance(data, dict)
    data["custom_id"] = f"hs:setup:nobody:{channel}"
    message = payload["message"]
    assert isinstance(message, dict)
    for row in message["components"]:
        for each in row["components"]:
            each["custom_id"] = data["custom_id"] if each["type"] == 2 else each["custom_id"]


async def test_a_member_may_not_set_up_by_the_button_either(world: World) -> None:
    answer = await world.member.click(await hello(world), label="Set up")

    assert answer.ephemeral
    assert "You need the **Manage Server** permission" in shown(answer)


async def test_joining_says_hello_once_where_the_bot_may_write_and_never_to_a_person(world: World) -> None:
    await hello(world)
    await joined(world)

    assert [message.content[:6] for message in world.channel.history()] == ["Hello!"]
    assert not [each for each in world.env.http_requests if each.path == "/users/@me/channels"]


async def test_a_channel_where_the_bot_may_not_write_is_passed_over(world: World) -> None:
    deals = world.channel
    world.env.backend.delete_channel(deals.id)
    mute = closed(world, "mute", send_messages=True)
    there = world.guild.create_text_channel("there")
    await world.env.settle()
    await joined(world)

    assert not mute.history()
    assert there.last_message


async def test_who_was_thrown_out_and_invited_again_says_hello_again(world: World) -> None:
    await hello(world)
    me = guild_of(world).me
    me.joined_at = (me.joined_at or discord.utils.utcnow()) + timedelta(days=1)
    await joined(world)

    assert len(world.channel.history()) == 2


async def test_nowhere_to_say_hello_is_no_trouble(world: World) -> None:
    world.env.backend.delete_channel(world.channel.id)
    await world.env.settle()
    await joined(world)

    assert not await world.store.note(f"welcome:{world.guild.id}")


async def test_who_invited_us_while_we_were_down_is_greeted_when_we_are_back(world: World) -> None:
    me, now = guild_of(world).me, world.bot.clock.now()
    for days, hellos in ((8, 0), (6, 1), (6, 1)):
        me.joined_at = now - timedelta(days=days)
        await available(world)
        assert len(world.channel.history()) == hellos


async def test_the_button_of_hello_begins(world: World) -> None:
    answer = await world.admin.click(await hello(world), label="Set up")

    assert answer.ephemeral
    assert button(answer, "Choose a channel")


async def hello(world: World) -> discord.Message:
    """The message on joining. simcord's guilds have no channel yet when the bot joins, so they join once more."""
    await joined(world)
    message = world.channel.last_message
    assert message
    return message


async def available(world: World) -> None:
    """How discord.py says that a guild is here, at the start and after an outage."""
    cog = world.bot.client.get_cog("SetupCog")
    assert isinstance(cog, SetupCog)
    await cog.on_guild_available(guild_of(world))


async def joined(world: World) -> None:
    cog = world.bot.client.get_cog("SetupCog")
    assert isinstance(cog, SetupCog)
    await cog.on_guild_join(guild_of(world))


def guild_of(world: World) -> discord.Guild:
    guild = world.bot.client.get_guild(world.guild.id)
    assert guild
    return guild
