"""What every store promises of limits."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.domain.limits import Allowance
from alerts.limits import Limits
from alerts.store import keys
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock
from tests.servers import Node
from tests.store.conftest import bundled

MINUTE = timedelta(minutes=1)
TEN = Allowance(10, MINUTE)


async def test_a_limit_is_taken_down_to_the_last_one_and_no_further(store: Store) -> None:
    taken = [(await store.take_turns({"a": TEN}))["a"] for _ in range(12)]

    assert [each.remaining for each in taken] == [*range(9, -1, -1), 0, 0]
    assert [each.is_allowed for each in taken] == [True] * 10 + [False] * 2
    assert all(each.limit == 10 for each in taken)
    assert all(each.retry_after == timedelta(0) for each in taken[:10])
    assert all(timedelta(seconds=50) < each.retry_after <= MINUTE for each in taken[10:])
    assert all(timedelta(seconds=50) < each.reset_after <= MINUTE for each in taken)


async def test_of_several_names_all_are_counted_or_none(store: Store) -> None:
    one, many = Allowance(1, MINUTE), Allowance(9, MINUTE)
    await store.take_turns({"full": one})

    refused = await store.take_turns({"mine": many, "full": one})

    assert not refused["full"].is_allowed
    assert refused["mine"].is_allowed
    assert (await store.take_turns({"mine": many}))["mine"].remaining == 8


async def test_several_attempts_in_one_question_are_what_they_are_one_after_the_other(store: Store) -> None:
    one, two = Allowance(1, MINUTE), Allowance(2, MINUTE)
    attempts = [{"a": two}, {"a": two, "full": one}, {"a": two}, {}, {"b": one, "full": one}, {"b": one}]

    taken = await store.take_turns_each(attempts)

    assert [{name: (each.is_allowed, each.remaining) for name, each in found.items()} for found in taken] == [
        {"a": (True, 1)},
        {"a": (True, 0), "full": (True, 0)},
        {"a": (False, 0)},
        {},
        {"b": (True, 1), "full": (False, 0)},
        {"b": (True, 0)},
    ]
    assert await store.take_turns_each([]) == []


async def test_names_are_counted_each_by_itself_whatever_they_hold(store: Store) -> None:
    one = Allowance(1, MINUTE)
    for name in ("a", "b", "}{", "ü*", "x" * 500, ""):
        assert (await store.take_turns({name: one}))[name].is_allowed


async def test_a_limit_that_was_lowered_waits_for_all_that_is_too_many(store: Store) -> None:
    for _ in range(5):
        await store.take_turns({"a": TEN})

    taken = (await store.take_turns({"a": Allowance(2, MINUTE)}))["a"]

    assert (taken.is_allowed, taken.remaining) == (False, 0)
    assert taken.retry_after > timedelta(seconds=50)


async def test_sixty_at_once_get_exactly_ten(store: Store) -> None:
    taken = await asyncio.gather(*(store.take_turns({"a": TEN}) for _ in range(60)))

    assert sum(each["a"].is_allowed for each in taken) == 10


@pytest.mark.valkey
async def test_sixty_at_once_over_two_clients_get_exactly_ten(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    async with RedisStore(server_store._link._address.text) as other:
        asked = [each.take_turns({"a": TEN}) for _ in range(30) for each in (server_store, other)]
        taken = await asyncio.gather(*asked)

    assert sum(each["a"].is_allowed for each in taken) == 10


@pytest.mark.valkey
async def test_a_window_slides_by_the_servers_clock_and_is_forgotten_after_it(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    redis, name = server_store._link.redis, keys.window("a")
    two = Allowance(2, MINUTE)
    seconds, _ = await redis.time()
    # As if one had been taken 61 seconds ago and one 30 seconds ago.
    await redis.zadd(name, {"old": (seconds - 61) * 1_000_000, "newer": (seconds - 30) * 1_000_000})

    first, second = [(await server_store.take_turns({"a": two}))["a"] for _ in range(2)]

    assert (first.is_allowed, first.remaining) == (True, 0)
    assert not second.is_allowed
    assert timedelta(seconds=27) < second.retry_after <= timedelta(seconds=30)
    assert timedelta(seconds=58) < second.reset_after <= MINUTE
    assert 0 < await redis.pttl(name) <= 60_000


@pytest.mark.valkey
async def test_an_attempt_that_the_client_repeats_counts_once(server_store: Store) -> None:
    assert isinstance(server_store, RedisStore)
    link, name = server_store._link, keys.window("a")

    answers = [await link.run("take_turns", [name], ["mark", 1, 1, 60_000_000]) for _ in range(3)]

    assert [answer[0][:2] for answer in answers] == [[1, 0]] * 3
    assert await link.redis.zcard(name) == 1
    assert (await link.run("take_turns", [name], ["another", 1, 1, 60_000_000]))[0][0] == 0


@pytest.mark.valkey
async def test_a_server_that_was_killed_is_not_missed_and_counts_again_when_it_is_back(tmp_path: Path) -> None:
    node, clock = Node(bundled(), tmp_path / "node"), FakeClock()
    node.start()
    try:
        async with RedisStore(node.url) as store:
            here, there = Limits(store=store, clock=clock), Limits(store=store, clock=clock)
            assert (await here.take("a", TEN)).remaining == 9
            node.kill()

            began = time.monotonic()
            away = [await here.take("a", TEN) for _ in range(11)]
            took = time.monotonic() - began
            node.start()
            await clock.advance(6)
            await here.take("b", TEN)
            shared = await there.take("b", TEN)
    finally:
        node.kill()

    assert [each.is_allowed for each in away] == [True] * 9 + [False] * 2
    assert took < 2  # one attempt, cut short; Discord waits three seconds
    assert shared.remaining == 8
