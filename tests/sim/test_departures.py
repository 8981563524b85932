"""What of Discord's events says that a server was left, through the real client."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import discord
import pytest

from alerts.departures import Departures
from bot.departures import Departing, Guilds
from tests.sim.world import World


class Ear(Departures):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard = list[tuple[Any, ...]]()

    def listed(self, shard: int, count: int, guilds: Collection[int]) -> None:
        self.heard.append(("listed", shard, count, list(guilds)))

    def joined(self, guild: int) -> None:
        self.heard.append(("joined", guild))

    def left(self, guild: int) -> None:
        self.heard.append(("left", guild))


async def ear(world: World) -> Ear:
    made = Ear()
    await world.bot.client.add_cog(Departing(made))
    return made


async def says(world: World, event: str, payload: dict[str, Any]) -> None:
    world.bot.client._connection.parsers[event](payload)
    await world.env.settle()


async def test_an_outage_of_a_server_is_no_departure(world: World) -> None:
    heard = await ear(world)

    await says(world, "GUILD_DELETE", {"id": str(world.guild.id), "unavailable": True})

    assert heard.heard == []
    assert world.bot.client.get_guild(world.guild.id) is not None


async def test_a_server_that_removes_the_bot_has_left_also_in_the_middle_of_an_outage(world: World) -> None:
    heard = await ear(world)
    await says(world, "GUILD_DELETE", {"id": str(world.guild.id), "unavailable": True})

    await says(world, "GUILD_DELETE", {"id": str(world.guild.id)})

    assert heard.heard == [("left", world.guild.id)]


async def test_a_shards_ready_is_passed_on_with_all_that_it_lists(world: World) -> None:
    heard = await ear(world)

    world.bot.client._listed({"shard": [3, 16], "guilds": [{"id": "41", "unavailable": True}, {"id": "42"}]})
    await world.env.settle()

    assert heard.heard == [("listed", 3, 16, [41, 42])]


@pytest.mark.parametrize(
    ("status", "code", "is_in"),
    [(404, 10004, False), (403, 50001, False), (403, 40333, None), (404, 0, None), (503, 0, None)],
)
async def test_only_two_answers_of_discords_say_that_the_bot_is_no_member(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int, code: int, is_in: bool | None
) -> None:
    class Response:
        reason = "no"

        def __init__(self) -> None:
            self.status = status

    async def refused(*_: object, **__: object) -> None:
        raise discord.HTTPException(Response(), {"code": code, "message": "no"})  # type: ignore[arg-type]

    monkeypatch.setattr(world.bot.client.http, "get_guild", refused)

    assert await Guilds(world.bot.client).is_in(1) is is_in


async def test_a_server_that_discord_shows_us_has_us(world: World) -> None:
    assert await Guilds(world.bot.client).is_in(world.guild.id) is True
