"""What every store promises of the gate before IDENTIFY."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.store import keys
from alerts.store.memory import MemoryStore
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock

EVERY, PATIENCE, NOW = timedelta(seconds=5), timedelta(seconds=20), timedelta(0)


async def ask(store: Store, shard: int, *, lane: int = 0, take: bool = True) -> timedelta:
    return await store.identify_turn(lane, shard, every=EVERY, patience=PATIENCE, take=take)


async def test_the_first_goes_at_once_and_the_others_wait_in_their_order(store: Store) -> None:
    assert await ask(store, 0) == NOW

    second, third = await ask(store, 1), await ask(store, 2)

    assert timedelta(seconds=4) < second <= EVERY
    assert timedelta(seconds=9) < third <= 2 * EVERY
    assert timedelta(seconds=4) < await ask(store, 1) <= EVERY


async def test_another_lane_goes_at_once(store: Store) -> None:
    assert await ask(store, 0, lane=0) == NOW
    assert await ask(store, 1, lane=1) == NOW
    assert await ask(store, 2, lane=0) > NOW


async def test_who_holds_a_place_without_taking_it_is_still_first(store: Store) -> None:
    assert await ask(store, 7, take=False) == NOW
    assert await ask(store, 8) == EVERY

    assert await ask(store, 7) == NOW


async def test_of_thirty_at_once_one_goes(store: Store) -> None:
    answers = await asyncio.gather(*(ask(store, shard) for shard in range(30)))

    assert sum(answer == NOW for answer in answers) == 1


async def test_a_shard_that_no_longer_asks_loses_its_place() -> None:
    clock = FakeClock()
    store = MemoryStore(clock=clock)
    await ask(store, 0)
    for shard in (1, 2):
        await ask(store, shard)  # 1 dies here
    for _ in range(4):
        await clock.advance(5)
        waits = await ask(store, 2)

    assert waits == NOW


@pytest.mark.valkey
async def test_a_shard_that_no_longer_asks_loses_its_place_by_the_servers_clock(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    redis, (queue, asked, went) = server_store._link.redis, keys.identifies(0)
    await ask(server_store, 1, take=False)
    assert await ask(server_store, 2) == EVERY
    # As if 1 had asked for the last time 21 seconds ago.
    await redis.zincrby(asked, -21_000_000, "1")

    assert await ask(server_store, 2) == NOW
    assert await redis.zcard(queue) == 0
    assert 0 < await redis.pttl(went) <= 5_000


@pytest.mark.valkey
async def test_an_attempt_that_the_client_repeats_is_let_through_again(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    args = [3, 5_000, 20_000, 1, "mark"]

    answers = [await server_store._link.run("identify", keys.identifies(0), args) for _ in range(3)]

    assert answers == [0, 0, 0]
    assert await ask(server_store, 4) > NOW


@pytest.mark.valkey
async def test_nothing_of_the_gate_stays(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    await ask(server_store, 1)
    await ask(server_store, 2)

    lives = [await server_store._link.redis.pttl(name) for name in keys.identifies(0)]

    assert all(0 < life <= 40_000 for life in lives)


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(0, 11), st.booleans(), st.integers(0, 4)), min_size=1, max_size=60),
)
def test_no_lane_lets_two_through_within_five_seconds(lanes: int, asked: list[tuple[int, bool, int]]) -> None:
    async def play() -> list[tuple[float, int]]:
        clock = FakeClock()
        store, went = MemoryStore(clock=clock), list[tuple[float, int]]()
        for shard, take, pause in asked:
            if await ask(store, shard, lane=shard % lanes, take=take) == NOW and take:
                went.append((clock.monotonic(), shard % lanes))
            await clock.advance(pause)
        return went

    went = asyncio.run(play())

    for lane in range(lanes):
        times = [at for at, own in went if own == lane]
        assert all(later - earlier >= 5 for earlier, later in itertools.pairwise(times))
