"""What discord.py sends to the playground: kept, echoed, deduplicated, or refused at the place that is wrong."""

import asyncio

import aiohttp
import discord
import pytest

from bot.playground.discord.permissions import Permission
from bot.playground.discord.server import DiscordServer
from tests.wire.bots import TinyBot, post_json, running

pytestmark = pytest.mark.wire

CHATTY = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


def plain(_: TinyBot) -> None:
    """A bot that only sends."""


# --- messages -------------------------------------------------------------------------------------------------------


async def test_what_the_bot_sends_is_kept_and_echoed(server: DiscordServer) -> None:
    heard: asyncio.Queue[discord.Message] = asyncio.Queue()

    def listening(bot: TinyBot) -> None:
        @bot.event
        async def on_message(message: discord.Message) -> None:
            heard.put_nowait(message)

    async with running(server, listening, intents=CHATTY) as bot:
        channel = bot.get_channel(int(server.world.channel("deals").id))
        assert isinstance(channel, discord.TextChannel)
        file = discord.File(__file__, filename="chart.png")
        await channel.send("hello", file=file, embed=discord.Embed().set_image(url="attachment://chart.png"))
        echo = await asyncio.wait_for(heard.get(), 5)
        async with aiohttp.ClientSession() as session, session.get(echo.attachments[0].url) as answer:
            data = await answer.read()

    assert (echo.content, echo.embeds[0].image.url) == ("hello", echo.attachments[0].url)
    assert data.startswith(b'"""What discord.py')


async def test_the_same_nonce_makes_one_message_within_the_window() -> None:
    time = 1_800_000_000.0

    async with DiscordServer(now=lambda: time) as server, running(server, plain) as bot:
        channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
        first = await channel.send("once", nonce="news-1")
        second = await channel.send("once", nonce="news-1")
        other = await channel.send("other", nonce="news-2")
        time += 181
        later = await channel.send("once", nonce="news-1")

    assert first.id == second.id
    assert len({first.id, other.id, later.id}) == 3


async def test_a_nonce_whose_message_was_deleted_answers_unknown_message(server: DiscordServer) -> None:
    async with running(server, plain) as bot:
        channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
        await (await channel.send("gone", nonce="news-1")).delete()
        with pytest.raises(discord.NotFound) as caught:
            await channel.send("gone", nonce="news-1")

    assert caught.value.code == 10008


@pytest.mark.parametrize(("taken", "code"), [(Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013)])
async def test_a_permission_taken_from_the_bot_is_a_403(server: DiscordServer, taken: Permission, code: int) -> None:
    async with running(server, plain) as bot:
        deals = server.world.channel("deals")
        server.world.deny(deals, server.world.bot, taken)
        with pytest.raises(discord.Forbidden) as caught:
            await bot.get_partial_messageable(int(deals.id)).send("hello")

    assert caught.value.code == code


async def test_a_deleted_channel_is_unknown(server: DiscordServer) -> None:
    async with running(server, plain) as bot:
        deals = server.world.channel("deals")
        server.world.delete_channel(deals)
        with pytest.raises(discord.NotFound) as caught:
            await bot.get_partial_messageable(int(deals.id)).send("hello")

    assert caught.value.code == 10003


async def test_a_person_with_closed_direct_messages_cannot_be_written_to(server: DiscordServer) -> None:
    async with running(server, plain) as bot:
        user = await bot.fetch_user(int(server.world.member.id))
        await user.send("one")
        server.world.member.takes_dms = False
        with pytest.raises(discord.Forbidden) as caught:
            await user.send("two")

    assert caught.value.code == 50007
    assert [m["content"] for m in server.world.messages(server.world.open_dm("member"))] == ["one"]


BUTTON = {"type": 2, "style": 1, "label": "x", "custom_id": "same"}


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"content": "x" * 2001}, ["content"]),
        ({"embeds": [{"title": "x" * 257}]}, ["embeds", "0", "title"]),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, ["embeds", "1"]),
        ({"embeds": [{"title": "x", "fields": [{"name": "", "value": "y"}]}]}, ["embeds", "0", "fields", "0", "name"]),
        ({"embeds": [{"title": "x", "url": "javascript:x"}]}, ["embeds", "0", "url"]),
        ({"content": "x", "components": [{"type": 1, "components": []}]}, ["components", "0", "components"]),
        ({"content": "x", "components": [{"type": 1, "components": [BUTTON, BUTTON]}]}, ["components"]),
        (
            {"content": "x", "components": [{"type": 1, "components": [{"type": 2, "style": 5, "label": "x"}]}]},
            ["components", "0", "components", "0", "url"],
        ),
        ({"content": "x", "nonce": "x" * 26}, ["nonce"]),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, ["allowed_mentions"]),
    ],
)
async def test_a_bad_message_is_refused_at_the_place_that_is_wrong(
    server: DiscordServer, payload: dict[str, object], path: list[str]
) -> None:
    status, body = await post_json(server, f"/channels/{server.world.channel('deals').id}/messages", payload)

    assert (status, body["code"]) == (400, 50035)
    node = body["errors"]
    for key in path:
        node = node[key]
    assert node["_errors"]


async def test_an_empty_message_is_refused(server: DiscordServer) -> None:
    status, body = await post_json(server, f"/channels/{server.world.channel('deals').id}/messages", {"content": " "})

    assert (status, body["code"]) == (400, 50006)


async def test_only_roles_that_may_be_mentioned_are(server: DiscordServer) -> None:
    role, quiet = server.world.deal_hunters, server.world.add_role("quiet")
    async with running(server, plain) as bot:
        channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
        text = f"<@&{role.id}> <@&{quiet.id}> @everyone"
        await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        await channel.send(text, allowed_mentions=discord.AllowedMentions.all())

    silent, loud = server.world.messages("deals")
    assert (silent["mention_roles"], silent["mention_everyone"]) == ([], False)
    assert (loud["mention_roles"], loud["mention_everyone"]) == ([role.id], False)


# --- commands that Discord refuses ------------------------------------------------------------------------------------

OPTION = {"name": "a", "description": "d", "type": 3}


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Scan", "description": "d"},
        {"name": "scan", "description": ""},
        {"name": "scan", "description": "x" * 101},
        {"name": "scan", "description": "d", "name_localizations": {"de": "Zwei Worte"}},
        {"name": "scan", "description": "d", "name_localizations": {"de-AT": "schau"}},
        {"name": "scan", "description": "d", "description_localizations": {"de": "x" * 101}},
        {"name": "scan", "description": "d", "options": [OPTION, {**OPTION, "name": "b", "required": True}]},
        {"name": "scan", "description": "d", "options": [OPTION, OPTION]},
        {"name": "scan", "description": "d", "options": [{**OPTION, "name": f"o{n}"} for n in range(26)]},
        {"name": "scan", "description": "d", "options": [{**OPTION, "choices": [{"name": "", "value": "x"}]}]},
    ],
)
async def test_a_bad_command_is_refused(server: DiscordServer, command: dict[str, object]) -> None:
    path = f"/applications/{server.world.bot.id}/commands"

    status, body = await post_json(server, path, command)

    assert (status, body["code"]) == (400, 50035)
