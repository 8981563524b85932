"""/help: by task, in pages."""

from __future__ import annotations

from tests.sim.world import World, shown


async def test_help_lists_tasks_for_everybody_alone(world: World) -> None:
    answer = await world.member.slash(world.channel, "help")

    assert answer.ephemeral
    for task in ("Get told when something is back", "Only below a price", "Why was I (not) told?", "Stop an alert"):
        assert task in shown(answer)


async def test_a_task_shows_commands_that_can_be_clicked(world: World) -> None:
    answer = await world.member.slash(world.channel, "help")
    page = await world.member.select(answer.response, ["stop"], custom_id="hs:help:topic")

    ids = world.bot.client.command_ids
    assert f"</alerts list:{ids['alerts']}>" in shown(page)
    assert f"</alerts unsubscribe:{ids['alerts']}>" in shown(page)


async def test_every_page_names_only_commands_that_exist(world: World) -> None:
    answer = await world.member.slash(world.channel, "help")
    (select,) = answer.response.components[0]["components"]
    for option in select["options"]:
        answer = await world.member.select(answer.response, [option["value"]], custom_id="hs:help:topic")
        assert "</" in answer.response.embeds[0].description
        assert "{" not in answer.response.embeds[0].description


async def test_help_works_in_a_direct_message_and_after_a_restart(world: World) -> None:
    answer = await world.member.user.slash("help")

    assert "What would you like to do?" in shown(answer)


async def test_a_page_of_a_version_that_is_gone_begins_anew(world: World) -> None:
    answer = await world.member.slash(world.channel, "help")
    world.retouch.append(lambda payload: payload.get("data", {}).update(values=["no such task"]))
    page = await world.member.select(answer.response, ["stop"], custom_id="hs:help:topic")

    assert "What would you like to do?" in shown(page)
