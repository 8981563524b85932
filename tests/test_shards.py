"""Which shards a process has, and when they identify."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import BadInput, StoreUnavailable
from alerts.domain.shards import Shards, shard_of
from alerts.settings.faults import ConfigError
from alerts.settings.load import load
from alerts.store.memory import MemoryStore
from bot.cli.serve import _with_shards
from bot.identify import IdentifyGate
from tests.fakes import FakeClock

GUILD = 41771983423143937  # of Discord's own documents


@pytest.mark.parametrize(
    ("text", "ids", "count"),
    [("0-3/16", [0, 1, 2, 3], 16), ("5/16", [5], 16), (" 0 - 0 / 1 ", [0], 1), ("1-1/2", [1], 2)],
)
def test_a_range_is_written_with_both_its_ends_and_the_number_of_all(text: str, ids: list[int], count: int) -> None:
    shards = Shards.parse(text)

    assert (shards.ids, shards.count) == (ids, count)
    assert Shards.parse(str(shards)) == shards


@pytest.mark.parametrize(
    "text", ["", "4", "0-4", "3-1/4", "0-4/4", "-1/4", "a/b", "0-1/2x", "0-0/0", "٠/١", "0/9999999"]
)
def test_what_is_no_range_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="0-3/16"):
        Shards.parse(text)


@given(st.integers(1, 2**63), st.integers(1, 64), st.data())
def test_each_guild_is_on_one_shard_however_the_shards_are_shared_out(
    guild: int, count: int, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, count - 1)))) if count > 1 else []
    edges = [0, *cuts, count]
    parts = [Shards(first, after - 1, count) for first, after in itertools.pairwise(edges)]

    assert sum(part.has(guild) for part in parts) == 1


def test_a_guilds_shard_is_the_one_that_discord_says() -> None:
    assert shard_of(GUILD, 1) == 0
    assert shard_of(GUILD, 16) == (GUILD >> 22) % 16


def test_shards_are_set_in_the_file_in_the_environment_and_on_the_command_line() -> None:
    assert load("", {}).discord.own_shards() is None
    assert load("discord: {shards: auto}", {}).discord.own_shards() is None
    settings = load("discord: {shards: 0-3/16}", {"HS_DISCORD__SHARDS": "4-7/16"})

    assert settings.discord.own_shards() == Shards(4, 7, 16)
    assert _with_shards(settings, None) is settings
    assert _with_shards(settings, "8-15/16").discord.own_shards() == Shards(8, 15, 16)
    assert _with_shards(settings, "auto").discord.own_shards() is None


def test_a_wrong_range_is_named_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"discord\.shards.*0-3/16"):
        load("discord: {shards: 4-3/16}", {})
    with pytest.raises(BadInput, match=r"--shards 9/3: .*0-3/16"):
        _with_shards(load("", {}), "9/3")


class Starting:
    """Processes that start their shards one after the other, over one memory."""

    def __init__(self, *, max_concurrency: int = 1) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.max_concurrency = max_concurrency
        self.went: list[tuple[float, int]] = []

    def process(self, shards: str) -> asyncio.Task[None]:
        gate = IdentifyGate(store=self.store, clock=self.clock, every=timedelta(seconds=5))
        gate.max_concurrency = self.max_concurrency

        async def start() -> None:
            for shard in Shards.parse(shards).ids:
                await gate.near(shard)
                await gate.turn(shard)
                self.went.append((self.clock.monotonic(), shard))

        return asyncio.create_task(start())

    async def until(self, done: Callable[[], bool]) -> float:
        began = self.clock.monotonic()
        while not done():
            await self.clock.advance(0.5)
            assert self.clock.monotonic() - began < 600
        return self.clock.monotonic() - began


async def test_four_processes_start_sixteen_shards_five_seconds_apart() -> None:
    starting = Starting()
    tasks = [starting.process(f"{4 * n}-{4 * n + 3}/16") for n in range(4)]

    took = await starting.until(lambda: all(task.done() for task in tasks))

    times = [at for at, _ in starting.went]
    assert sorted(shard for _, shard in starting.went) == list(range(16))
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 5
    assert took < 16 * 6
    # Fair: the process that came first was in the queue with its second shard before the others came at all.
    assert [shard for _, shard in starting.went[:5]] == [0, 1, 4, 8, 12]


async def test_with_sixteen_lanes_sixteen_shards_start_at_once() -> None:
    starting = Starting(max_concurrency=16)
    tasks = [starting.process(f"{4 * n}-{4 * n + 3}/16") for n in range(4)]

    assert await starting.until(lambda: all(task.done() for task in tasks)) < 1


async def test_a_process_that_dies_in_the_queue_holds_up_the_others_for_twenty_seconds_at_most() -> None:
    starting = Starting()
    tasks = [starting.process(f"{n}/3") for n in range(3)]
    await starting.until(lambda: len(starting.went) == 1)
    tasks[1].cancel()

    took = await starting.until(tasks[2].done)

    assert [shard for _, shard in starting.went] == [0, 2]
    assert took <= 25


class Away(MemoryStore):
    async def identify_turn(self, *_: object, **__: object) -> timedelta:
        raise StoreUnavailable("away")


async def test_without_the_store_a_process_keeps_its_own_distance_and_is_not_kept_from_discord() -> None:
    starting = Starting()
    starting.store = Away(clock=starting.clock)
    task = starting.process("0-2/3")

    await starting.until(task.done)

    assert [at for at, _ in starting.went] == pytest.approx([5, 10, 15], abs=1)
