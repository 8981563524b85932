"""The rest of the playground over the wire: threads, webhooks, direct messages, closed connections, the page's door."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from bot.playground.discord.permissions import Permission
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import ANNOUNCEMENT, FORUM
from tests.wire.bots import TinyBot, running

pytestmark = pytest.mark.wire


def nothing(_: TinyBot) -> None:
    """A bot without commands."""


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[TinyBot]:
    async with running(server, nothing) as ready:
        yield ready


@pytest.fixture
async def http(server: DiscordServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as session:
        yield session


# --- channels of every kind -------------------------------------------------------------------------------------------


async def test_a_forum_takes_posts_and_no_plain_messages(server: DiscordServer, bot: TinyBot) -> None:
    place = server.world.add_channel("news", kind=FORUM)
    forum = await bot.fetch_channel(int(place.id))
    assert isinstance(forum, discord.ForumChannel)
    made = await forum.create_thread(name="pi5", content="restocked")
    with pytest.raises(discord.HTTPException) as caught:
        await bot.get_partial_messageable(int(place.id)).send("hello")

    assert caught.value.code == 50008
    assert [m["content"] for m in server.world.messages(str(made.thread.id))] == ["restocked"]


async def test_an_archived_thread_takes_messages_again_once_it_was_woken(server: DiscordServer, bot: TinyBot) -> None:
    thread = server.world.add_thread("old", parent=server.world.channel("deals"), owner=server.world.bot)
    thread.archived = True
    found = await bot.fetch_channel(int(thread.id))
    assert isinstance(found, discord.Thread)
    with pytest.raises(discord.HTTPException) as caught:
        await found.send("hello")
    await found.edit(archived=False)
    await found.send("hello")

    assert caught.value.code == 50083
    assert len(server.world.messages(thread)) == 1


async def test_only_announcements_are_published(server: DiscordServer, bot: TinyBot) -> None:
    news = server.world.add_channel("news", kind=ANNOUNCEMENT)
    published = await bot.get_partial_messageable(int(news.id)).send("hello")
    await published.publish()
    plain = await bot.get_partial_messageable(int(server.world.channel("deals").id)).send("hello")
    with pytest.raises(discord.HTTPException) as caught:
        await plain.publish()

    assert server.world.messages(news)[0]["flags"] == 2
    assert caught.value.code == 50024


async def test_a_webhook_posts_under_its_name_and_is_unknown_once_deleted(server: DiscordServer, bot: TinyBot) -> None:
    world = server.world
    world.allow("deals", world.bot, Permission.MANAGE_WEBHOOKS)
    channel = await bot.fetch_channel(int(world.channel("deals").id))
    assert isinstance(channel, discord.TextChannel)
    webhook = await channel.create_webhook(name="shop")
    sent = await webhook.send("one", username="Shop", wait=True)
    await sent.edit(content="two")
    await webhook.delete()
    with pytest.raises(discord.NotFound) as caught:
        await webhook.send("three", wait=True)

    (kept,) = world.messages("deals")
    assert (kept["author"]["username"], kept["content"]) == ("Shop", "two")
    assert caught.value.code == 10015


async def test_history_is_newest_first_and_can_be_paged(server: DiscordServer, bot: TinyBot) -> None:
    channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
    sent = [await channel.send(str(number)) for number in range(5)]

    newest = [message.content async for message in channel.history(limit=2)]
    older = [message.content async for message in channel.history(limit=2, before=sent[2])]

    assert (newest, older) == (["4", "3"], ["1", "0"])


async def test_files_stay_or_go_with_an_edit(server: DiscordServer, bot: TinyBot) -> None:
    channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
    files = [discord.File(__file__, filename=name) for name in ("a.txt", "b.txt")]
    message = await channel.send("files", files=files)

    await message.edit(attachments=[message.attachments[1], discord.File(__file__, filename="c.txt")])

    (kept,) = server.world.messages("deals")
    assert [file["filename"] for file in kept["attachments"]] == ["b.txt", "c.txt"]


async def test_the_bot_may_not_edit_what_others_wrote(server: DiscordServer, bot: TinyBot) -> None:
    message = server.say("member", "deals", "mine")
    channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
    with pytest.raises(discord.Forbidden) as caught:
        await channel.get_partial_message(int(message["id"])).edit(content="yours")

    assert caught.value.code == 50005


async def test_somebody_without_a_common_guild_cannot_be_written_to(server: DiscordServer, bot: TinyBot) -> None:
    stranger = server.world.add_user("stranger")
    user = await bot.fetch_user(int(stranger.id))
    with pytest.raises(discord.Forbidden) as caught:
        await user.send("hello")

    assert caught.value.code == 50278


async def test_a_guild_added_later_is_known_to_the_connected_bot(server: DiscordServer, bot: TinyBot) -> None:
    joined = bot.wait_for("guild_join", timeout=5)
    guild = server.world.add_guild("Later", channels=("news",))

    assert (await joined).name == "Later"
    assert [channel.name for channel in guild.channels.values()] == ["news"]


# --- the gateway's refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 1}}, 4004),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 15}}, 4014),
        ({"op": 2, "d": {"token": "TOKEN", "intents": -1}}, 4013),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1, "shard": [2, 2]}}, 4010),
        ({"op": 3, "d": {}}, 4003),
        ([], 4002),
        ({"op": 2, "d": {"token": "x" * 5000}}, 4002),
    ],
)
async def test_a_wrong_start_closes_the_connection(
    server: DiscordServer, http: aiohttp.ClientSession, payload: object, code: int
) -> None:
    async with http.ws_connect("/gateway") as socket:
        await socket.receive_json()
        await socket.send_str(json.dumps(payload).replace("TOKEN", server.token))
        message = await socket.receive()

        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, code)


async def test_an_unknown_session_cannot_be_resumed(server: DiscordServer, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect("/gateway") as socket:
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {"token": server.token, "session_id": "gone", "seq": 1}})

        assert await socket.receive_json() == {"op": 9, "d": False}


async def test_an_invalid_session_makes_the_bot_start_anew(server: DiscordServer, bot: TinyBot) -> None:
    await server.gateway.invalidate()
    await server.gateway.until(lambda: server.gateway.identifies == 2)

    assert server.gateway.resumes == 0


# --- the door of the REST side ----------------------------------------------------------------------------------------


async def test_an_unknown_route_is_a_404_in_discords_shape(http: aiohttp.ClientSession, server: DiscordServer) -> None:
    headers = {"Authorization": f"Bot {server.token}"}
    async with http.get("/api/v10/nowhere", headers=headers) as answer:
        assert (answer.status, await answer.json()) == (404, {"message": "404: Not Found", "code": 0})
        assert answer.headers["Content-Type"] == "application/json"


async def test_what_is_no_json_is_refused(http: aiohttp.ClientSession, server: DiscordServer) -> None:
    headers = {"Authorization": f"Bot {server.token}", "Content-Type": "application/json"}
    path = f"/api/v10/channels/{server.world.channel('deals').id}/messages"
    async with http.post(path, headers=headers, data=b"{") as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)


async def test_one_command_is_changed_and_removed(server: DiscordServer, http: aiohttp.ClientSession) -> None:
    base = f"/api/v10/applications/{server.world.bot.id}/guilds/{server.world.guild.id}/commands"
    headers = {"Authorization": f"Bot {server.token}"}
    async with http.post(base, headers=headers, json={"name": "scan", "description": "one"}) as answer:
        made = await answer.json()
    async with http.patch(f"{base}/{made['id']}", headers=headers, json={"description": "two"}) as answer:
        changed = await answer.json()
    async with http.delete(f"{base}/{made['id']}", headers=headers) as answer:
        status = answer.status

    assert (changed["id"], changed["description"], status) == (made["id"], "two", 204)
    assert server.world.commands.of(server.world.guild.id) == []


async def test_a_hundred_and_one_commands_are_too_many(server: DiscordServer, http: aiohttp.ClientSession) -> None:
    payload = [{"name": f"c{number}", "description": "d"} for number in range(101)]
    path = f"/api/v10/applications/{server.world.bot.id}/commands"
    async with http.put(path, headers={"Authorization": f"Bot {server.token}"}, json=payload) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 30032)


# --- the door of the page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Host": "[x"}])
async def test_a_foreign_page_may_not_come_in(http: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    async with http.post("/play/say", headers=headers, json={}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("path", ["/static/nothing.js", "/static/..%2Fserver.py", "/attachments/1/2/x"])
async def test_only_what_is_there_is_served(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as answer:
        assert answer.status == 404


async def test_an_uploaded_page_is_never_shown_as_a_page(server: DiscordServer, bot: TinyBot) -> None:
    channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
    message = await channel.send(file=discord.File(__file__, filename="x.html"))
    async with aiohttp.ClientSession() as session, session.get(message.attachments[0].url) as answer:
        headers = answer.headers

    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("action", "asked", "reason"),
    [
        ("say", {"user": "member", "channel": "general", "text": ""}, "empty"),
        ("line", {"user": "member", "channel": "general", "text": "/nothing"}, "no command"),
        ("say", {"user": "nobody", "channel": "general", "text": "x"}, "Unknown User"),
        ("press", {"user": "member", "message": "1", "custom_id": "x"}, "Unknown Message"),
    ],
)
async def test_the_page_is_told_why_not(
    http: aiohttp.ClientSession, action: str, asked: dict[str, str], reason: str
) -> None:
    async with http.post(f"/play/{action}", json=asked) as answer:
        assert reason in (await answer.json())["error"]


async def test_the_page_hears_the_whole_state_first_and_then_what_changes(
    server: DiscordServer, http: aiohttp.ClientSession
) -> None:
    async with http.get("/play/events", params={"user": "member"}) as stream:
        state = await _event(stream)
        server.say("admin", "deals", "hello")
        news = await _event(stream)

    assert (state["type"], state["user"]["username"]) == ("state", "member")
    assert (news["type"], news["message"]["content"]) == ("message", "hello")


async def _event(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    line = await stream.content.readline()
    await stream.content.readline()
    found: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
    return found
