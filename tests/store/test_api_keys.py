"""What every store promises of API keys."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from alerts.domain.api_keys import ApiKey, Plan, Scope
from alerts.store import keys
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.worlds import MINUTE, START

HOUR = timedelta(hours=1)


def a_key(number: int = 0, *, guild: int = 1, minute: int = 0) -> ApiKey:
    return ApiKey(
        id=f"robotno{chr(97 + number)}",
        guild=guild,
        name=f"robot {number} {{}} *",
        plan=Plan.PRO,
        scopes=(Scope.SCAN, Scope.READ),
        created_at=START + minute * MINUTE,
        mac="m" * 64,
    )


async def keep(store: Store, key: ApiKey, *, most: int | None = None, ttl: timedelta | None = None) -> bool:
    return await store.add_api_key(key, most=most, ttl=ttl)


async def test_a_key_comes_back_whole_by_its_id_and_in_its_guilds_list(store: Store) -> None:
    first, second, other = a_key(1, minute=2), a_key(2, minute=1), a_key(3, guild=2)
    for each in (first, second, other):
        assert await keep(store, each)

    assert await store.api_key(first.id) == first
    assert await store.api_keys(1) == [second, first]
    assert await store.api_keys(2) == [other]
    assert await store.api_keys(3) == []
    assert await store.api_key("nobodys2") is None


async def test_an_id_is_given_once(store: Store) -> None:
    await keep(store, a_key())

    assert not await keep(store, a_key(guild=2))
    assert await store.api_key(a_key().id) == a_key()
    assert await store.api_keys(2) == []


async def test_a_guild_has_no_more_than_it_may_and_what_was_refused_opens_nothing(store: Store) -> None:
    assert await keep(store, a_key(1), most=2)
    assert await keep(store, a_key(2), most=2)

    assert not await keep(store, a_key(3), most=2)
    assert await store.api_key(a_key(3).id) is None
    assert await keep(store, a_key(4), most=None)
    assert await keep(store, a_key(5, guild=2), most=2)


async def test_many_at_once_do_not_pass_the_quota(store: Store) -> None:
    kept = await asyncio.gather(*(keep(store, a_key(number), most=3) for number in range(12)))

    assert sum(kept) == 3
    assert len(await store.api_keys(1)) == 3


async def test_a_swap_is_for_who_saw_the_newest_and_leaves_the_last_use(store: Store) -> None:
    before, after = a_key(), a_key().model_copy(update={"retires_at": START + HOUR})
    await keep(store, before)
    await store.note_api_key_used(before.id, START)

    assert await store.swap_api_key(before, after, ttl=HOUR)
    assert not await store.swap_api_key(before, a_key().model_copy(update={"name": "late"}), ttl=HOUR)
    assert await store.api_key(before.id) == after.model_copy(update={"last_used_at": START})


async def test_what_was_removed_opens_nothing_and_does_not_come_back(store: Store) -> None:
    await keep(store, a_key())
    await store.remove_api_key(1, a_key().id)

    await store.note_api_key_used(a_key().id, START)

    assert await store.api_key(a_key().id) is None
    assert await store.api_keys(1) == []
    assert not await store.swap_api_key(a_key(), a_key(), ttl=None)


async def test_another_guild_removes_nothing(store: Store) -> None:
    await keep(store, a_key())

    await store.remove_api_key(2, a_key().id)

    assert await store.api_keys(1) == [a_key()]


@pytest.mark.valkey
async def test_what_has_ended_is_gone_by_itself_and_makes_room(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    await keep(server_store, a_key(1), most=1, ttl=HOUR)
    name = keys.api_key(a_key(1).id)
    redis = server_store._link.redis
    assert 3_500_000 < await redis.pttl(name) <= 3_600_000
    await redis.delete(name)  # as its end does

    assert await server_store.api_keys(1) == []
    assert await keep(server_store, a_key(2), most=1)
    assert await redis.pttl(keys.api_key(a_key(2).id)) == -1


@pytest.mark.valkey
async def test_a_key_whose_making_was_cut_off_does_not_stay(server_store: Store) -> None:
    """Between its record and the list a kill leaves a record that ends by itself, which nobody was ever shown."""
    assert isinstance(server_store, RedisStore)
    link, key = server_store._link, a_key()
    await link.run("api_key_add", [keys.api_key(key.id)], [1, "{}", 60_000])

    assert 0 < await link.redis.pttl(keys.api_key(key.id)) <= 60_000
    assert await server_store.api_keys(1) == []


@pytest.mark.valkey
async def test_all_that_is_kept_of_a_guilds_keys_is_found_by_their_names(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    redis = server_store._link.redis
    await keep(server_store, a_key(1))
    await server_store.note_api_key_used(a_key(1).id, START)

    found = await redis.exists(keys.api_keys(1)), await redis.zrange(keys.api_keys(1), 0, -1)

    assert found == (1, [a_key(1).id])
    assert set(keys.of_api_keys(1, found[1])) == {keys.api_keys(1), keys.api_key(a_key(1).id)}
