"""What every store promises of a guild's settings and of wishes that were not looked at yet."""

from __future__ import annotations

import pytest

from alerts.domain.first_sight import FirstSight
from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings
from alerts.store import keys
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.worlds import MINUTE, START

CHOSEN = GuildSettings(
    language="pt-BR", currency="BRL", manager_role=2**60, ephemeral_replies=True, floor_amount="0.10",
    floor_percent="0.1", notice_channel=10, timezone="America/Sao_Paulo",
)  # fmt: skip


def sight(identity: str = "s1", guild: int = 1, minute: int = 0) -> FirstSight:
    return FirstSight(guild=guild, subscription=identity, at=START + minute * MINUTE)


async def test_settings_come_back_whole_and_belong_to_their_guild(store: Store) -> None:
    await store.put_guild_settings(1, CHOSEN)

    assert await store.guild_settings(1) == CHOSEN
    assert await store.guild_settings(2) == DEFAULT_SETTINGS


async def test_a_choice_that_was_taken_back_is_the_default_again(store: Store) -> None:
    await store.put_guild_settings(1, CHOSEN)
    await store.put_guild_settings(1, GuildSettings(language="de"))

    assert await store.guild_settings(1) == GuildSettings(language="de")
    await store.put_guild_settings(1, DEFAULT_SETTINGS)
    assert await store.guild_settings(1) == DEFAULT_SETTINGS


async def test_a_first_sight_waits_for_its_time_and_stays_until_it_is_done(store: Store) -> None:
    await store.put_first_sight(sight("late"), START + 2 * MINUTE)
    await store.put_first_sight(sight("early"), START + MINUTE)

    assert await store.first_sights(START, limit=9) == []
    assert await store.first_sights(START + MINUTE, limit=9) == [sight("early")]
    assert await store.first_sights(START + 2 * MINUTE, limit=9) == [sight("early"), sight("late")]
    assert await store.first_sights(START + 2 * MINUTE, limit=1) == [sight("early")]
    await store.first_sight_done(sight("early"))
    await store.first_sight_done(sight("early"))
    assert await store.first_sights(START + 2 * MINUTE, limit=9) == [sight("late")]


async def test_a_first_sight_that_is_put_off_waits_once(store: Store) -> None:
    await store.put_first_sight(sight(), START)
    await store.put_first_sight(sight(), START + MINUTE)

    assert await store.first_sights(START, limit=9) == []
    assert await store.first_sights(START + MINUTE, limit=9) == [sight()]


async def test_a_wish_made_anew_is_another_first_sight(store: Store) -> None:
    await store.put_first_sight(sight(), START)
    await store.put_first_sight(sight(minute=1), START)

    await store.first_sight_done(sight())

    assert await store.first_sights(START, limit=9) == [sight(minute=1)]


@pytest.mark.valkey
async def test_a_choice_of_a_newer_version_is_left_alone_and_a_strange_one_is_the_default(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    redis = server_store._link.redis
    await redis.hset(keys.settings(1), mapping={"v": "2", "mood": "sunny", "language": "tlh", "currency": "EUR"})

    assert await server_store.guild_settings(1) == GuildSettings(currency="EUR")
    await server_store.put_guild_settings(1, GuildSettings(currency="GBP"))

    assert await redis.hgetall(keys.settings(1)) == {"v": "1", "mood": "sunny", "currency": "GBP"}
