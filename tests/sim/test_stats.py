"""/stats: this server's own figures, and the empty state."""

from __future__ import annotations

from tests.sim.world import World, neighbours, shown
from tests.worlds import IN, offer


async def test_a_server_that_watches_nothing_is_told_how_to_begin(world: World) -> None:
    answer = await world.member.slash(world.channel, "stats")

    assert answer.ephemeral
    assert "Nothing is watched here yet" in shown(answer)


async def test_the_figures_are_of_this_server(world: World) -> None:
    await world.admin.slash(world.channel, "watch add", product="pi5")
    await world.sells(Acme=offer(IN, "80"))
    _, channel, _, stranger = neighbours(world.env, "There")

    here = await world.member.slash(world.channel, "stats")
    there = await stranger.slash(channel, "stats")

    assert here.ephemeral
    assert "1 product · 2 shops" in shown(here)
    assert "Every shop can be read" in shown(here)
    assert "Nothing is watched here yet" in shown(there)


async def test_in_a_direct_message_there_is_no_server_to_tell_of(world: World) -> None:
    command = next(each for each in world.bot.client.tree.get_commands() if each.name == "stats")

    assert command.to_dict(world.bot.client.tree)["contexts"] == [0]
