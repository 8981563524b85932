"""Setting up over the wire: hello on joining, three questions with a restart in between, and where trouble is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from alerts.domain.errors import Remedy
from bot.playground.discord.permissions import Permission
from bot.playground.discord.shapes import Channel
from bot.playground.play import Grounds, playground
from tests.wire.running import bot
from tests.wire.test_restock import ask, messages
from tests.wire.test_standing_shown import fails, memory, subscribed

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

EPHEMERAL = 64


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


async def press(
    grounds: Grounds, message: dict[str, Any], control: str, values: Sequence[str] | None = None
) -> dict[str, Any]:
    """What the admin's message shows after a press of the control whose custom_id begins so."""
    ids = [each["custom_id"] for row in message["components"] for each in row["components"]]
    custom_id = next(each for each in ids if each.startswith(control))
    run = await grounds.discord.press("admin", message, custom_id, values)
    return dict(await run.answered(10))


async def test_setup_is_under_a_minutes_work_and_goes_on_after_a_restart(grounds: Grounds) -> None:
    world = grounds.discord.world
    async with bot(grounds):
        first = await ask(grounds, "admin", "general", "setup")
        second = await press(grounds, first, "hs:setup:channel", [world.channel("deals").id])
    async with bot(grounds):
        third = await press(grounds, second, "hs:setup:nobody")
        done = await press(grounds, third, "hs:setup:products", ["jetson-orin-nano"])
        tested = await press(grounds, done, "hs:setup:test")
        sample = await grounds.discord.message_in("deals", 10)
        again = await press(grounds, done, "hs:setup:test")
        listed = await ask(grounds, "admin", "general", "alerts list")

    assert int(first["flags"]) & EPHEMERAL
    assert "2 of 3" in second["embeds"][0]["title"]
    assert "done" in done["embeds"][0]["title"]
    assert sample["embeds"][0]["title"] == "Test: I can write here"
    assert not sample["mention_roles"]
    assert not sample["mention_everyone"]
    assert "It arrived" in tested["content"]
    assert "It arrived" in again["content"]
    assert "Jetson Orin Nano" in str(listed["embeds"][0]["description"])


async def test_hello_is_said_once_in_the_first_channel_where_it_may_be(grounds: Grounds) -> None:
    async with bot(grounds):
        lobby, hello = await welcomed(grounds)
        started = await press(grounds, hello, "hs:setup:start")

    world = grounds.discord.world
    guild = world.guild_of(lobby)
    assert guild
    said = [message["content"] for each in guild.channels.values() for message in world.messages(each)]
    assert hello["content"].startswith("Hello!")
    assert "1 of 3" in started["embeds"][0]["title"]
    assert [text[:6] for text in said] == ["Hello!"]
    assert not [each for each in messages(grounds, "general") if each["content"].startswith("Hello!")]


async def welcomed(grounds: Grounds) -> tuple[Channel, dict[str, Any]]:
    """The lobby of a guild that the bot has just joined, and what it says there.

    For two seconds after its start discord.py takes every guild for one that it was in already: then another is tried.
    """
    for _ in range(15):
        guild = grounds.discord.world.add_guild("Newcomers", channels=["lobby", "other"])
        lobby = next(each for each in guild.channels.values() if each.name == "lobby")
        try:
            return lobby, dict(await grounds.discord.message_in(lobby, 2))
        except TimeoutError:
            continue
    raise AssertionError("no guild was welcomed")


async def test_trouble_is_told_where_the_settings_say(grounds: Grounds) -> None:
    world = grounds.discord.world
    office = world.add_channel("office")
    async with bot(grounds):
        await subscribed(grounds)
        await ask(grounds, "admin", "general", "settings change", notice_channel="office")
        world.deny("deals", world.bot, Permission.SEND_MESSAGES)
        await fails(grounds, Remedy.PAUSE, 50013)
        told = await grounds.discord.message_in(office, 10, lambda m: "⚠️" in m["content"])
        async with memory(grounds) as store:
            noted = [row.entry for row in await store.audit(int(world.guild.id), limit=9)]

    assert ("setting changed", "notice_channel") in [(each.what, each.about) for each in noted]
    assert "I lack **Send Messages**" in told["content"]
    assert not [each for each in messages(grounds, "general") if "⚠️" in each["content"]]


async def test_help_is_clickable_and_status_answers_over_the_wire(grounds: Grounds) -> None:
    async with bot(grounds):
        index = await ask(grounds, "member", "general", "help")
        page = await grounds.discord.press("member", index, "hs:help:topic", ["look"])
        shown = await page.answered(10)
        await ask(grounds, "member", "general", "scan", product="jetson")
        mine = await ask(grounds, "member", "general", "status")
        managers = await ask(grounds, "admin", "general", "status")

    assert "</scan:" in shown["embeds"][0]["description"]
    assert "fine, read <t:" in mine["embeds"][0]["description"]
    assert not mine["embeds"][0].get("fields")
    names = [field["name"] for field in managers["embeds"][0]["fields"]]
    assert names == ["Messages", "Discord", "Memory", "Scans", "Plan for the next hour", "Places that take no messages"]
