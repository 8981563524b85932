"""/settings: shown, changed, taken back; and what follows from a choice."""

from __future__ import annotations

import discord
from simcord import MemberActor

from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings
from tests.sim.world import World, neighbours, shown


def manager(world: World) -> tuple[MemberActor, int]:
    """Somebody with a role that Discord lets in, but without Manage Server; and the role."""
    role = world.guild.create_role("Deal hunters")
    return world.guild.add_member(world.env.create_user("hunter"), roles=[role]), role.id


async def chosen(world: World) -> GuildSettings:
    return await world.parts.guilds.settings(world.guild.id)


async def test_a_server_that_chose_nothing_is_shown_the_defaults(world: World) -> None:
    answer = await world.admin.slash(world.channel, "settings show")

    assert answer.ephemeral
    for word in ("English", "UTC", "none", "nobody but Manage Server", "for everybody in the channel", "2 %"):
        assert word in shown(answer)


async def test_several_choices_are_changed_at_once_marked_and_kept(world: World) -> None:
    answer = await world.admin.slash(
        world.channel, "settings change", language="de", currency="EUR", timezone="Europe/Berlin",
        ephemeral_replies=True, floor_amount=0.1, floor_percent=5.0, notice_channel=world.channel,
    )  # fmt: skip

    assert answer.ephemeral
    assert "✏️ **Language of alerts**: Deutsch" in shown(answer)
    assert await chosen(world) == GuildSettings(
        language="de", currency="EUR", timezone="Europe/Berlin", ephemeral_replies=True, floor_amount="0.1",
        floor_percent="5", notice_channel=world.channel.id,
    )  # fmt: skip


async def test_a_choice_that_cannot_be_is_named_and_changes_nothing(world: World) -> None:
    answer = await world.admin.slash(world.channel, "settings change", timezone="Mars/Olympus", language="de")

    assert "timezone: is not a timezone" in shown(answer)
    assert await chosen(world) == DEFAULT_SETTINGS


async def test_choosing_nothing_is_told_so(world: World) -> None:
    answer = await world.admin.slash(world.channel, "settings change")

    assert "Choose at least one setting" in shown(answer)


async def test_the_same_choice_again_changes_nothing(world: World) -> None:
    answer = await world.admin.slash(world.channel, "settings change", language="en")

    assert "It was so already" in shown(answer)


async def test_a_choice_is_taken_back(world: World) -> None:
    await world.admin.slash(world.channel, "settings change", currency="EUR")
    answer = await world.admin.slash(world.channel, "settings reset", setting="currency")

    assert "✏️ **Currency" in shown(answer)
    assert await chosen(world) == DEFAULT_SETTINGS


async def test_a_channel_where_trouble_cannot_be_told_is_refused_with_what_is_missing(world: World) -> None:
    everyone = world.guild.default_role
    closed = world.guild.create_text_channel(
        "closed", overwrites={everyone: discord.PermissionOverwrite(send_messages=False)}
    )
    await world.env.settle()
    answer = await world.admin.slash(world.channel, "settings change", notice_channel=closed)

    assert "I lack Send Messages in" in shown(answer)
    assert await chosen(world) == DEFAULT_SETTINGS


async def test_a_manager_role_says_that_its_commands_have_to_be_opened(world: World) -> None:
    _, role = manager(world)
    answer = await world.admin.slash(world.channel, "settings change", manager_role=world.guild.roles["Deal hunters"])

    assert "Integrations" in shown(answer)
    assert f"<@&{role}>" in shown(answer)


async def test_everybody_is_no_manager_role(world: World) -> None:
    answer = await world.admin.slash(world.channel, "settings change", manager_role=world.guild.default_role)

    assert "everybody could manage me" in shown(answer)
    assert await chosen(world) == DEFAULT_SETTINGS


async def test_the_manager_role_manages_but_does_not_choose_who_manages(world: World) -> None:
    hunter, role = manager(world)
    open_to(world, hunter)
    refused = await hunter.slash(world.channel, "settings show")
    await world.parts.guilds.change(world.guild.id, manager_role=role)

    allowed = await hunter.slash(world.channel, "settings show")
    greedy = await hunter.slash(world.channel, "settings reset", setting="manager_role")

    assert "You need the **Manage Server** permission for this, or this server's manager role." in shown(refused)
    assert "Settings of this server" in shown(allowed)
    assert "Only somebody with the **Manage Server** permission chooses" in shown(greedy)
    assert (await chosen(world)).manager_role == role


async def test_a_role_of_the_same_person_in_another_server_manages_nothing_here(world: World) -> None:
    hunter, role = manager(world)
    open_to(world, hunter)
    other, _, _, _ = neighbours(world.env, "Elsewhere")
    await world.parts.guilds.change(other.id, manager_role=role)

    answer = await hunter.slash(world.channel, "watch list")

    assert "You need the **Manage Server** permission" in shown(answer)


async def test_a_member_may_not_manage(world: World) -> None:
    open_to(world, world.member)
    answer = await world.member.slash(world.channel, "settings change", language="de")

    assert answer.ephemeral
    assert "You need the **Manage Server** permission" in shown(answer)
    assert await chosen(world) == DEFAULT_SETTINGS


async def test_answers_are_for_the_asker_alone_where_the_server_wants_it(world: World) -> None:
    open_scan = await world.member.slash(world.channel, "scan", product="pi5")
    await world.admin.slash(world.channel, "settings change", ephemeral_replies=True)
    scan = await world.member.slash(world.channel, "scan", product="pi5")
    history = await world.member.slash(world.channel, "history", product="pi5")

    assert not open_scan.ephemeral
    assert scan.ephemeral
    assert history.ephemeral


async def test_timezones_and_currencies_are_suggested(world: World) -> None:
    zones = await world.admin.autocomplete(world.channel, "settings change", "timezone", "berl")
    currencies = await world.admin.autocomplete(world.channel, "settings change", "currency", "yen")
    first = await world.admin.autocomplete(world.channel, "settings change", "currency", "")

    assert [each["value"] for each in zones] == ["Europe/Berlin"]
    assert "JPY" in [each["value"] for each in currencies]
    assert len(first) <= 25
    assert first[0]["value"] == "USD"


def open_to(world: World, member: MemberActor) -> None:
    """Let Discord show managers' commands to this member, as an admin may under Integrations."""
    for name in ("settings", "watch"):
        world.guild.set_command_permissions(world.bot.client.command_ids[name], {member: True})
