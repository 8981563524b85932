"""What Discord refuses is counted over all requests, and delivering rests long before Discord shuts us out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace

import aiohttp
import discord
import pytest
import structlog
from discord import app_commands
from yarl import URL

from bot.invalid import REST_AT, WARN_AT, InvalidRequests
from bot.playground.discord.server import DiscordServer
from tests.fakes import FakeClock
from tests.wire.bots import TinyBot, pointed_at
from tests.worlds import SECOND

pytestmark = pytest.mark.wire

TEN_MINUTES = 600.0


class Traced(TinyBot):
    """The tiny bot with our trace in its session."""

    def __init__(self, invalid: InvalidRequests) -> None:
        super().__init__(self._commands, intents=discord.Intents(guilds=True))
        self.http.http_trace = invalid.trace()

    @staticmethod
    def _commands(bot: TinyBot) -> None:
        @bot.tree.command()
        async def ping(interaction: discord.Interaction) -> None:
            """Answer."""
            await interaction.response.send_message("pong")

        assert isinstance(ping, app_commands.Command)


@pytest.fixture
def invalid() -> InvalidRequests:
    return InvalidRequests(FakeClock())


@pytest.fixture
async def bot(server: DiscordServer, invalid: InvalidRequests) -> AsyncIterator[Traced]:
    with pointed_at(server):
        async with Traced(invalid) as bot:
            await bot.login(server.token)
            yield bot


def clock_of(invalid: InvalidRequests) -> FakeClock:
    assert isinstance(invalid._clock, FakeClock)
    return invalid._clock


async def refused(invalid: InvalidRequests, times: int, status: int = 403) -> None:
    """Feed it answers without a server."""
    answer = SimpleNamespace(status=status, headers={})
    for _ in range(times):
        await invalid._heard(None, None, SimpleNamespace(response=answer, url=URL("/api/v10/channels/1/messages")))  # type: ignore[arg-type]


async def say(bot: Traced, server: DiscordServer) -> int:
    """The status that sending a message to #deals ends with."""
    channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
    try:
        await channel.send("hello")
    except discord.HTTPException as exc:
        return exc.status
    return 200


@pytest.mark.parametrize(("status", "counted"), [(401, 1), (403, 1), (404, 0), (400, 0), (200, 0)])
async def test_what_discord_holds_against_us_is_counted(
    status: int, counted: int, bot: Traced, server: DiscordServer, invalid: InvalidRequests
) -> None:
    if status != 200:
        server.faults.add("POST", "/channels/*/messages", status=status)

    assert await say(bot, server) == status
    assert invalid.count() == counted


@pytest.mark.parametrize(("scope", "counted"), [("user", 1), ("global", 1), ("shared", 0), (None, 1)])
async def test_a_limit_that_is_shared_with_others_is_not_ours(
    scope: str | None, counted: int, bot: Traced, server: DiscordServer, invalid: InvalidRequests
) -> None:
    body = {"message": "You are being rate limited.", "retry_after": 0.001, "global": False}
    headers = {"Via": "1.1 google", "Retry-After": "1", **({"X-RateLimit-Scope": scope} if scope else {})}
    server.faults.add("POST", "/channels/*/messages", status=429, body=body, headers=headers)

    assert await say(bot, server) == 200  # discord.py tried again by itself, and that was counted, too
    assert invalid.count() == counted


async def test_a_refused_login_and_a_webhook_are_counted_as_well(
    server: DiscordServer, invalid: InvalidRequests, bot: Traced
) -> None:
    server.faults.add("POST", "/webhooks/*", status=401, code=50027)
    async with aiohttp.ClientSession(trace_configs=[invalid.trace()]) as session:
        webhook = discord.Webhook.partial(5, "secret", session=session)
        with pytest.raises(discord.HTTPException):
            await webhook.send("hello", wait=True)
    async with Traced(invalid) as stranger:
        with pytest.raises(discord.LoginFailure):
            await stranger.login("wrong")

    assert invalid.count() == 2


async def test_answers_to_people_work_while_delivering_rests(
    server: DiscordServer, invalid: InvalidRequests, bot: Traced
) -> None:
    await refused(invalid, REST_AT)
    connecting = bot.loop.create_task(bot.connect())
    await server.connected()
    run = await server.line("member", "general", "/ping")
    answer = await run.answered(5)
    await bot.close()
    await connecting

    assert invalid.is_resting()
    assert answer["content"] == "pong"


async def test_the_window_slides(invalid: InvalidRequests) -> None:
    await refused(invalid, 3)
    await clock_of(invalid).advance(TEN_MINUTES - 1)
    await refused(invalid, 2)
    assert invalid.count() == 5
    await clock_of(invalid).advance(1)

    assert invalid.count() == 2


async def test_delivering_rests_from_five_hundred_on_until_the_window_is_below_it(invalid: InvalidRequests) -> None:
    clock = clock_of(invalid)
    await refused(invalid, 100)
    await clock.advance(60)
    await refused(invalid, REST_AT - 101)
    assert invalid.rest_until() is None
    await refused(invalid, 1)
    until = invalid.rest_until()
    assert until == clock.now() + timedelta(seconds=TEN_MINUTES - 60)

    await clock.advance(TEN_MINUTES - 60 - 1)
    assert invalid.rest_until() == clock.now() + SECOND
    await clock.advance(1)
    assert invalid.rest_until() is None
    assert invalid.count() == REST_AT - 100


async def test_far_too_many_are_counted_within_bounds(invalid: InvalidRequests) -> None:
    await refused(invalid, 10_500)

    assert invalid.count() == 10_000
    assert invalid.is_resting()


async def test_the_log_says_so_once_on_the_way_up(invalid: InvalidRequests) -> None:
    with structlog.testing.capture_logs() as logs:
        await refused(invalid, WARN_AT - 1)
        assert logs == []
        await refused(invalid, REST_AT)
        assert [each["log_level"] for each in logs] == ["warning", "error"]
        await clock_of(invalid).advance(TEN_MINUTES)
        await refused(invalid, WARN_AT)

    assert [each["log_level"] for each in logs] == ["warning", "error", "warning"]
