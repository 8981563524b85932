"""A target that takes nothing, in the whole program: the list says so, and the admins hear of it and of its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.standing import Standing, after_failure
from alerts.domain.wishes import Target
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from bot.playground.discord.permissions import Permission
from bot.playground.play import Grounds, playground
from tests.wire.running import bot
from tests.wire.test_restock import ask, messages

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

NOW = datetime.now(UTC)


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


@asynccontextmanager
async def memory(grounds: Grounds) -> AsyncIterator[RedisStore]:
    async with RedisStore(Embedded(grounds.settings.store.data_dir).url) as store:
        yield store


async def fails(grounds: Grounds, remedy: Remedy, code: int) -> None:
    world = grounds.discord.world
    target = Target(id=int(world.channel("deals").id))
    error = DeliveryError("Discord answered", remedy=remedy, code=code)
    async with memory(grounds) as store:
        await store.put_standing(after_failure(Standing(target=target, guild=int(world.guild.id)), error, NOW))


async def subscribed(grounds: Grounds) -> None:
    await ask(grounds, "admin", "general", "alerts subscribe", product="jetson", channel="general")
    await ask(grounds, "admin", "general", "alerts subscribe", product="jetson", channel="deals")


async def listed(grounds: Grounds) -> str:
    answer = await ask(grounds, "admin", "general", "alerts list")
    return str(answer["embeds"][0]["description"])


async def test_the_list_says_what_is_paused_or_off_why_and_the_cure(grounds: Grounds) -> None:
    world = grounds.discord.world
    async with bot(grounds):
        await subscribed(grounds)
        fine = await listed(grounds)
        world.deny("deals", world.bot, Permission.SEND_MESSAGES)
        await fails(grounds, Remedy.PAUSE, 50013)
        paused = await listed(grounds)
        await fails(grounds, Remedy.DISABLE, 10003)
        off = await listed(grounds)

    assert "⏸️" not in fine
    assert f"⏸️ Paused since <t:{int(NOW.timestamp())}:f>: I lack **Send Messages**. Grant it" in paused
    assert "Next try <t:" in paused
    assert paused.count("⏸️") == 1
    assert "⛔ Off since <t:" in off


async def test_the_admins_hear_of_it_and_of_its_end(grounds: Grounds) -> None:
    world = grounds.discord.world
    async with bot(grounds):
        await subscribed(grounds)
        world.deny("deals", world.bot, Permission.SEND_MESSAGES)
        await fails(grounds, Remedy.PAUSE, 50013)
        told = await grounds.discord.message_in("general", 10, lambda m: "⚠️" in m["content"])
        world.allow("deals", world.bot, Permission.SEND_MESSAGES)
        over = await grounds.discord.message_in("general", 10, lambda m: "✅" in m["content"])
        async with memory(grounds) as store:
            left = await store.standings()

    assert "I lack **Send Messages**" in told["content"]
    assert f"in <#{world.channel('deals').id}> again" in over["content"]
    assert not left
    assert len(messages(grounds, "general")) == 2
