"""Limits are shared by all processes, and each process's own while memory is away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.command_limits import PER_GUILD, PER_USER, CommandLimits
from alerts.domain.errors import StoreUnavailable, TooOften
from alerts.domain.limits import Allowance, Taken, Windows
from alerts.limits import Limits
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock
from tests.worlds import MINUTE, START

THREE = Allowance(3, MINUTE)


@dataclass
class Flaky:
    """A memory that can be away, or never answer; counts how often it was asked."""

    clock: FakeClock
    is_away: bool = False
    is_stuck: bool = False
    asked: int = 0
    kept: MemoryStore = field(init=False)

    def __post_init__(self) -> None:
        self.kept = MemoryStore(clock=self.clock)

    async def take_turns(self, wanted: Mapping[str, Allowance]) -> Mapping[str, Taken]:
        return (await self.take_turns_each([wanted]))[0]

    async def take_turns_each(self, attempts: Sequence[Mapping[str, Allowance]]) -> Sequence[Mapping[str, Taken]]:
        self.asked += 1
        if self.is_away:
            raise StoreUnavailable("The store does not answer: start it.")
        if self.is_stuck:
            await asyncio.Event().wait()
        return await self.kept.take_turns_each(attempts)


async def granted(limits: Limits, times: int, name: str = "a") -> int:
    return sum([(await limits.take(name, THREE)).is_allowed for _ in range(times)])


async def test_two_processes_share_one_limit() -> None:
    clock = FakeClock()
    store = MemoryStore(clock=clock)
    one, other = Limits(store=store, clock=clock), Limits(store=store, clock=clock)

    assert await granted(one, 2) == 2
    assert await granted(other, 3) == 1
    assert await granted(one, 1) == 0


async def test_while_memory_is_away_each_process_counts_by_itself() -> None:
    clock = FakeClock()
    limits = Limits(store=Flaky(clock, is_away=True), clock=clock)

    taken = [await limits.take("a", THREE) for _ in range(4)]

    assert [each.is_allowed for each in taken] == [True, True, True, False]
    assert [each.remaining for each in taken] == [2, 1, 0, 0]
    assert taken[3].retry_after == MINUTE


async def test_memory_going_away_gives_nobody_a_second_helping_nor_does_its_return() -> None:
    clock = FakeClock()
    store = Flaky(clock)
    limits = Limits(store=store, clock=clock)

    assert await granted(limits, 2) == 2
    store.is_away = True
    assert await granted(limits, 3) == 1
    store.is_away, store.kept = False, MemoryStore(clock=clock)  # back, and empty
    await clock.advance(6)
    assert await granted(limits, 3) == 0
    await clock.advance(60)
    assert await granted(limits, 5) == 3


async def test_limits_are_shared_again_when_memory_is_back() -> None:
    clock = FakeClock()
    store = Flaky(clock, is_away=True)
    limits = Limits(store=store, clock=clock)
    await limits.take("a", THREE)
    store.is_away = False
    await clock.advance(6)

    await Limits(store=store, clock=clock).take("b", THREE)
    await limits.take("b", THREE)

    assert (await limits.take("b", THREE)).remaining == 0


async def test_an_absent_memory_is_not_asked_each_time() -> None:
    clock = FakeClock()
    store = Flaky(clock, is_away=True)
    limits = Limits(store=store, clock=clock)
    for _ in range(50):
        await limits.take("a", Allowance(100, MINUTE))

    assert store.asked == 1
    await clock.advance(5)
    await limits.take("a", Allowance(100, MINUTE))
    assert store.asked == 2


async def test_a_memory_that_does_not_answer_is_waited_for_only_shortly() -> None:
    clock = FakeClock()
    limits = Limits(store=Flaky(clock, is_stuck=True), clock=clock)

    async with asyncio.timeout(3):
        assert await granted(limits, 4) == 3


async def test_who_is_refused_here_costs_memory_nothing() -> None:
    clock = FakeClock()
    store = Flaky(clock)
    limits = Limits(store=store, clock=clock)
    await granted(limits, 100)

    assert store.asked == 3


async def test_what_another_process_used_up_is_not_counted_here() -> None:
    clock = FakeClock()
    store = MemoryStore(clock=clock)
    one, other = Limits(store=store, clock=clock), Limits(store=store, clock=clock)
    await granted(one, 3)
    await clock.advance(30)
    assert await granted(other, 9) == 0
    await clock.advance(30)

    assert await granted(other, 9) == 3


async def test_one_who_gives_up_waiting_has_taken_nothing_here() -> None:
    clock = FakeClock()
    limits = Limits(store=Flaky(clock, is_stuck=True), clock=clock)
    asking = asyncio.create_task(limits.take("a", THREE))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert len(limits._own._times["a"]) == 0


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.booleans()), max_size=60))
async def test_no_process_ever_grants_more_than_the_limit_in_any_minute(
    asked: list[tuple[int, int, bool]],
) -> None:
    clock = FakeClock()
    store, given_at = Flaky(clock), list[tuple[int, float]]()
    limits = Limits(store=store, clock=clock)
    for name, pause, is_away in asked:
        await clock.advance(pause)
        store.is_away = is_away
        taken = await limits.take(str(name), THREE)
        assert 0 <= taken.remaining <= 3
        assert taken.is_allowed is (taken.retry_after == timedelta(0))
        if taken.is_allowed:
            given_at.append((name, clock.monotonic()))

    for who, start in given_at:
        assert sum(name == who and start <= at < start + 60 for name, at in given_at) <= 3


async def test_who_has_not_asked_for_a_while_is_forgotten() -> None:
    windows = Windows()
    for number in range(1500):
        windows.take({str(number): THREE}, 0.0)
    for number in range(1500, 3000):
        windows.take({str(number): THREE}, 61.0)

    assert len(windows) <= 1500


@pytest.mark.parametrize(("limit", "seconds"), [(0, 60), (-1, 60), (1, 0)])
def test_an_allowance_of_nothing_is_a_mistake(limit: int, seconds: int) -> None:
    with pytest.raises(ValueError, match="no allowance"):
        Allowance(limit, timedelta(seconds=seconds))


async def test_a_person_sends_thirty_commands_a_minute_and_hears_when_again() -> None:
    clock = FakeClock()
    commands = CommandLimits(Limits(store=MemoryStore(clock=clock), clock=clock), clock)
    for _ in range(PER_USER):
        await commands.take(7, 1)

    with pytest.raises(TooOften) as refused:
        await commands.take(7, None)

    assert refused.value.again == START + MINUTE
    assert not refused.value.is_guilds
    await commands.take(8, 1)


async def test_a_guild_sends_three_hundred_by_all_its_members() -> None:
    clock = FakeClock()
    commands = CommandLimits(Limits(store=MemoryStore(clock=clock), clock=clock), clock)
    for member in range(PER_GUILD):
        await commands.take(member, 1)

    with pytest.raises(TooOften) as refused:
        await commands.take(999, 1)

    assert refused.value.is_guilds
    await commands.take(999, 2)


async def test_who_comes_while_memory_is_asked_is_asked_for_with_all_the_others() -> None:
    clock = FakeClock()
    store = Flaky(clock)
    limits = Limits(store=store, clock=clock)

    taken = await asyncio.gather(*(limits.take(f"name {n % 10}", THREE) for n in range(50)))

    assert sum(each.is_allowed for each in taken) == 30
    assert store.asked == 1
    assert sorted(each.remaining for each in taken if each.is_allowed) == [0] * 10 + [1] * 10 + [2] * 10


async def test_of_those_who_are_asked_for_together_each_hears_that_memory_is_away() -> None:
    clock = FakeClock()
    store = Flaky(clock, is_away=True)
    limits = Limits(store=store, clock=clock)

    taken = await asyncio.gather(*(limits.take("a", THREE) for _ in range(5)))

    assert [each.is_allowed for each in taken] == [True] * 3 + [False] * 2
    assert store.asked == 1


async def test_who_leaves_while_memory_is_asked_takes_nobody_else_along_and_is_not_counted_here() -> None:
    clock = FakeClock()
    limits = Limits(store=Flaky(clock, is_stuck=True), clock=clock)
    leaving = asyncio.create_task(limits.take("a", THREE))
    staying = asyncio.create_task(limits.take("a", THREE))
    await asyncio.sleep(0)

    leaving.cancel()

    assert (await staying).is_allowed
    assert leaving.cancelled()
    assert await granted(limits, 3) == 2
