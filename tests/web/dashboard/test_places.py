"""Where the bot is: asked once a minute, page after page, and of its own connection where there is one."""

from __future__ import annotations

import pytest

from bot.playground.discord.server import DiscordServer
from bot.web.dashboard.discord_api import Discord, DiscordAway, KnownPlaces
from tests.fakes import FakeClock

pytestmark = pytest.mark.wire


def asked(server: DiscordServer) -> int:
    return sum(each.path == "/users/@me/guilds" for each in server.requests)


def places_of(server: DiscordServer, clock: FakeClock) -> KnownPlaces:
    return KnownPlaces(Discord(api_base=server.api_base, bot_token=server.token), clock)


async def test_it_is_asked_once_a_minute_however_often_pages_are_seen() -> None:
    clock = FakeClock()
    async with DiscordServer() as server:
        places = places_of(server, clock)
        for _ in range(5):
            assert list((await places.guilds()).values()) == ["Playground"]
        assert asked(server) == 1
        await clock.advance(61)
        await places.guilds()
        assert asked(server) == 2


async def test_a_bot_in_very_many_guilds_is_known_to_be_in_all_of_them() -> None:
    async with DiscordServer() as server:
        for number in range(450):
            server.world.add_guild(f"Guild {number}", channels=())
        found = await places_of(server, FakeClock()).guilds()

        assert found == {int(each.id): each.name for each in server.world.guilds.values()}
        assert asked(server) == 3


async def test_the_bots_own_connection_is_believed_first() -> None:
    async with DiscordServer() as server:
        places = places_of(server, FakeClock())
        places.live = lambda: {7: "Seven"}
        assert await places.guilds() == {7: "Seven"}
        assert asked(server) == 0

        places.live = lambda: None
        assert list((await places.guilds()).values()) == ["Playground"]


async def test_what_was_known_holds_while_discord_is_away() -> None:
    clock = FakeClock()
    async with DiscordServer() as server:
        places = places_of(server, clock)
        known = await places.guilds()
    await clock.advance(61)

    assert await places.guilds() == known


@pytest.mark.parametrize("body", ["[]", "{}", '[{"id": "x"}]', "<html>", '{"id": 1'])
async def test_an_answer_that_makes_no_sense_is_discords_trouble_and_not_ours(body: str) -> None:
    async with DiscordServer() as server:
        server.faults.add("GET", "/oauth2/applications/@me", status=200, body=body)
        discord = Discord(api_base=server.api_base, bot_token=server.token)
        with pytest.raises(DiscordAway):
            await discord.application_id()

        assert await discord.application_id() == server.world.bot.id


async def test_without_a_token_nothing_is_known_and_that_is_said() -> None:
    async with DiscordServer() as server:
        with pytest.raises(DiscordAway, match="no bot token"):
            await KnownPlaces(Discord(api_base=server.api_base, bot_token=None), FakeClock()).guilds()


async def test_the_name_of_a_guild_turns_no_text_around_wherever_it_comes_from() -> None:
    places = KnownPlaces(Discord(api_base="http://127.0.0.1:1", bot_token=None), FakeClock())
    places.live = lambda: {7: "Deals\u202egnp.exe\u2066 \u0000here"}

    assert await places.guilds() == {7: "Deals gnp.exe here"}
