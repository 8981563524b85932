"""/alerts over the wire: the panel's payloads pass the checks of a Discord, and a test says what was refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.playground.discord.permissions import Permission
from bot.playground.discord.runs import Run
from bot.playground.play import Grounds, playground
from tests.waiting import eventually
from tests.wire.running import bot
from tests.wire.test_restock import JETSON, ask, messages, subscribe

pytestmark = [pytest.mark.wire, pytest.mark.valkey]


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


def control(message: dict[str, Any], text: str) -> str:
    """The custom_id of a button by its label, or of a select by a part of its id."""
    found = [each for row in message["components"] for each in row["components"]]
    return next(each["custom_id"] for each in found if text in (each.get("label") or each["custom_id"]))


async def eventually_in(run: Run, text: str) -> None:
    async def is_there() -> bool:
        return text in str(run.last["embeds"])

    await eventually(is_there)


async def test_a_panel_is_filled_in_and_saved_and_a_form_in_it_too(grounds: Grounds) -> None:
    discord, world = grounds.discord, grounds.discord.world
    async with bot(grounds):
        panel = await discord.slash("admin", "general", "alerts subscribe", {"product": JETSON, "panel": True})
        await panel.answered(10)
        deals = str(world.channel("deals").id)

        async def press(text: str, *values: str) -> Run:
            run = await discord.press("admin", panel.last, control(panel.last, text), values or None)
            return await run.acknowledged()

        await press("place", deals)
        await press("kinds", "restocked")
        await press("Prices, times")
        await (await discord.submit_modal(await press("Prices…"), {"below": "£450"})).acknowledged()
        filled = str(panel.last["embeds"])
        await press("Save")
        await eventually_in(panel, "The alert is made")
        listed = await ask(grounds, "admin", "general", "alerts list")

    assert f"<#{deals}>" in filled
    assert "below £450.00" in filled
    assert "Tells of: back in stock\\n" in filled
    assert f"<#{deals}>" in str(listed["embeds"])
    assert "🟢 Active" in str(listed["embeds"])


async def test_a_test_stands_in_the_channel_without_a_mention(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds, role="deal-hunters")
        said = await ask(grounds, "admin", "general", "alerts test", alert="all")

    (posted,) = messages(grounds)
    assert "✅" in str(said["content"])
    assert "Test, nothing has happened" in str(posted["content"])
    assert posted["mention_roles"] == []


async def test_a_test_names_the_permission_that_is_missing_and_the_cure(grounds: Grounds) -> None:
    world = grounds.discord.world
    async with bot(grounds):
        await subscribe(grounds)
        world.deny("deals", world.bot, Permission.SEND_MESSAGES)
        said = await ask(grounds, "admin", "general", "alerts test", alert="all")

    assert f"❌ <#{world.channel('deals').id}>: I lack **Send Messages**. Grant it in" in str(said["content"])
    assert messages(grounds) == []
