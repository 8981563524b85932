"""A server that removes the bot, through the real gateway: noted by whoever is connected, and by a shard's READY."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from alerts.settings.model import Settings
from alerts.store import keys
from alerts.store.embedded import Embedded
from bot.playground.play import Grounds, playground
from tests.waiting import eventually
from tests.wire.running import bot

pytestmark = pytest.mark.wire


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


async def test_a_server_that_leaves_is_noted_live_or_at_the_next_start_and_the_others_are_not(grounds: Grounds) -> None:
    world = grounds.discord.world
    stays, live, asleep = [world.add_guild(name) for name in ("Stays", "Leaves", "Leaves while we sleep")]

    async with bot(grounds) as settings, opened(settings) as redis:
        await eventually(lambda: _has(redis, keys.GUILDS, {stays.id, live.id, asleep.id}))
        world.remove_guild(live)
        await eventually(lambda: _has(redis, keys.DEPARTURES, {live.id}))
        assert await redis.zrange(keys.DEPARTURES, 0, -1) == [live.id]
    world.remove_guild(asleep)

    async with bot(grounds) as settings, opened(settings) as redis:
        await eventually(lambda: _has(redis, keys.DEPARTURES, {live.id, asleep.id}))
        assert set(await redis.zrange(keys.DEPARTURES, 0, -1)) == {live.id, asleep.id}


def opened(settings: Settings) -> Redis:
    return Redis.from_url(Embedded(settings.store.data_dir).url, decode_responses=True)


async def _has(redis: Redis, name: str, members: set[str]) -> bool:
    found = await (redis.hkeys(name) if name == keys.GUILDS else redis.zrange(name, 0, -1))
    return members <= set(found)
