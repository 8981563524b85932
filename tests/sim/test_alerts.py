"""/alerts subscribe, by options: what is kept, and each refusal."""

from __future__ import annotations

from decimal import Decimal

import discord
import pytest

from alerts.domain.model import ChangeKind
from alerts.domain.wishes import FirstSight, Target, TargetKind
from tests.sim.alerting import CATEGORIES, mine, off, subscribe, the_one
from tests.sim.world import World, neighbours, shown
from tests.worlds import IN, offer


async def test_a_channel_hears_of_a_product_and_is_shown_how_it_stands(world: World) -> None:
    answer = await subscribe(world)

    assert answer.ephemeral
    assert f"<#{world.channel.id}> hears of **Raspberry Pi 5** from now on" in shown(answer)
    assert "Nobody has it in stock" in shown(answer)
    made = await the_one(world)
    assert (made.sku, made.target) == ("pi5", Target(id=world.channel.id))
    assert made.first_sight is FirstSight.BASELINE


async def test_every_rule_of_the_command_is_kept(world: World) -> None:
    role = world.guild.create_role("deal hunters")
    await subscribe(
        world, role=role, kinds="Price drops only", below="£450", drop_percent=12.5,
        new_low="Lowest in 90 days", first_sight="Tell what is so already, once",
    )  # fmt: skip

    made = await the_one(world)
    assert str(made.below) == "450.00 GBP"
    assert (made.mention_role, made.kinds) == (role.id, (ChangeKind.PRICE_DROP,))
    assert (made.drop_percent, made.new_low, made.first_sight) == (Decimal("12.5"), 90, FirstSight.TELL_NOW)


async def test_a_price_without_a_currency_is_in_the_servers_own(world: World) -> None:
    await world.parts.guilds.change(world.guild.id, currency="EUR")
    await subscribe(world, below="1.299,00")

    assert str((await the_one(world)).below) == "1299.00 EUR"


async def test_without_a_choice_it_is_in_the_one_that_shops_sell_in(world: World) -> None:
    await world.sells(Acme=offer(IN, "61.20"))
    await subscribe(world, below="50")

    assert str((await the_one(world)).below) == "50.00 GBP"


@pytest.mark.parametrize(
    ("typed", "words"), [("cheap", "is not a price"), ("$45", "several currencies share the sign")]
)
async def test_a_price_that_is_not_certain_is_refused_with_an_example(typed: str, words: str, world: World) -> None:
    answer = await subscribe(world, below=typed)

    assert words in shown(answer)
    assert "such as 450" in shown(answer)
    assert await mine(world) == []


@pytest.mark.parametrize("sim_bot", [CATEGORIES], indirect=True)
async def test_a_category_is_subscribed_as_one(world: World) -> None:
    answer = await world.admin.slash(world.channel, "alerts subscribe", category="boards")

    assert "everything in Boards" in shown(answer)
    assert (await the_one(world)).category == "Boards"
    choices = await world.admin.autocomplete(world.channel, "alerts subscribe", "category", "boa")
    assert [each["value"] for each in choices] == ["Boards"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Choose a product or a category"),
        ({"product": "pi5", "category": "x"}, "one of the two"),
        ({"category": "toasters"}, "No product is in that category"),
        ({"product": "toaster"}, "I know no product"),
    ],
)
async def test_what_it_is_about_is_asked_for_in_words(options: dict[str, object], words: str, world: World) -> None:
    answer = await world.admin.slash(world.channel, "alerts subscribe", **options)

    assert answer.ephemeral
    assert words in shown(answer)
    assert await mine(world) == []


async def test_a_member_without_the_permission_is_refused(world: World) -> None:
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))
    answer = await subscribe(world)

    assert "Manage Server" in shown(answer)
    assert await mine(world) == []


async def test_a_permission_that_the_bot_lacks_is_named(world: World) -> None:
    deny = discord.PermissionOverwrite(send_messages=False)
    closed = world.guild.create_text_channel("closed", overwrites={world.env.bot.user: deny})
    answer = await subscribe(world, channel=closed)

    assert f"I lack Send Messages in <#{closed.id}>: grant it there" in shown(answer)
    assert await mine(world) == []


async def test_a_channel_that_the_asker_cannot_see_is_refused(world: World) -> None:
    deny = discord.PermissionOverwrite(view_channel=False)
    hidden = world.guild.create_text_channel("hidden", overwrites={world.admin: deny})
    await world.env.settle()
    world.retouch.append(lambda payload: _choose(payload, hidden.id))
    answer = await subscribe(world, channel=world.channel)

    assert "You cannot see that channel yourself" in shown(answer)
    assert await mine(world) == []


async def test_another_servers_channel_is_none(world: World) -> None:
    _, theirs, _, _ = neighbours(world.env, "There")
    await world.env.settle()
    world.retouch.append(lambda payload: _choose(payload, theirs.id))
    answer = await subscribe(world, channel=world.channel)

    assert "choose one as the channel" in shown(answer)
    assert await mine(world) == []


def _choose(payload: dict[str, object], channel: int) -> None:
    """As a client of somebody's own making would: the id of a channel that nobody offered."""
    options = payload["data"]["options"][0]["options"]  # type: ignore[index]
    for each in options:
        if each["name"] == "channel":
            resolved = payload["data"]["resolved"]["channels"]  # type: ignore[index]
            resolved[str(channel)] = {**resolved.pop(each["value"]), "id": str(channel)}
            each["value"] = str(channel)


async def test_everyone_is_mentioned_by_those_alone_who_may(world: World) -> None:
    answer = await subscribe(world, role=world.guild.default_role)

    assert "Mention @everyone, @here, and All Roles" in shown(answer)
    assert await mine(world) == []


async def test_a_forum_is_a_target_of_its_own_kind(world: World) -> None:
    forum = world.guild.create_forum_channel("finds")
    await world.env.settle()
    await subscribe(world, channel=forum)

    assert (await the_one(world)).target == Target(type=TargetKind.FORUM, id=forum.id)


async def test_subscribing_again_clears_how_the_target_stood(world: World) -> None:
    await subscribe(world)
    target = (await the_one(world)).target
    await world.store.put_standing(off(target, world.guild.id, world))
    await subscribe(world)

    assert await world.store.standings() == {}
