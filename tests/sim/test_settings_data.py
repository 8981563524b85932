"""/settings export and /settings erase, as a server's managers use them."""

from __future__ import annotations

import orjson

from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings
from tests.sim.test_settings import manager
from tests.sim.world import World, shown

CHOICE = GuildSettings(timezone="Europe/Berlin")


async def lives(world: World) -> None:
    await world.parts.guilds.change(world.guild.id, timezone="Europe/Berlin")
    await world.admin.slash(world.channel, "watch add", product="pi5")


async def test_a_manager_gets_everything_of_the_server_as_a_file(world: World) -> None:
    await lives(world)

    answer = await world.admin.slash(world.channel, "settings export")

    assert answer.ephemeral
    assert "[file hardware-sentry-server.json]" in shown(answer)
    made = await world.parts.guild_export.export(world.guild.id)
    assert made["settings"] == {"timezone": "Europe/Berlin"}
    assert [each["what"] for each in made["changes"]] == ["data exported", "watch added"]


async def test_the_servers_name_erases_everything_and_the_bot_leaves(world: World) -> None:
    await lives(world)

    await world.admin.slash(world.channel, "settings erase", confirm=" here ")

    said = [each.json for each in world.env.http_requests if each.method == "POST" and "/webhooks/" in each.path]
    assert "I keep nothing of this server" in str(said)
    assert await world.parts.guilds.settings(world.guild.id) == DEFAULT_SETTINGS
    assert await world.store.watches(world.guild.id) == []
    assert [(each.method, each.path) for each in world.env.http_requests if each.method == "DELETE"] == [
        ("DELETE", f"/users/@me/guilds/{world.guild.id}")
    ]


async def test_anything_but_its_name_erases_nothing(world: World) -> None:
    await lives(world)

    for typed in ("yes", "Elsewhere", str(world.guild.id)):
        answer = await world.admin.slash(world.channel, "settings erase", confirm=typed)
        assert "Nothing was erased" in shown(answer)
        assert "**Here**" in shown(answer)

    assert len(await world.store.watches(world.guild.id)) == 1


async def test_the_manager_role_alone_may_export_and_not_erase(world: World) -> None:
    await lives(world)
    helper, role = manager(world)
    await world.parts.guilds.change(world.guild.id, manager_role=role)
    world.guild.set_command_permissions(world.bot.client.command_ids["settings"], {helper: True})

    answer = await helper.slash(world.channel, "settings erase", confirm="Here")

    assert "Manage Server" in shown(answer)
    assert len(await world.store.watches(world.guild.id)) == 1


async def test_an_export_is_json_that_any_program_reads(world: World) -> None:
    await lives(world)

    text = orjson.dumps(await world.parts.guild_export.export(world.guild.id))

    assert f'"server":"{world.guild.id}"'.encode() in text
