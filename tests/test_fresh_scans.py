"""How often people may have the shops asked anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import TooSoon
from alerts.fresh_scans import PER_GUILD, PER_MEMBER, FreshScans
from alerts.limits import Limits
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock
from tests.worlds import MINUTE, START


def fresh_scans(clock: FakeClock, **most: int) -> FreshScans:
    return FreshScans(Limits(store=MemoryStore(clock=clock), clock=clock), clock, **most)


async def test_a_member_asks_ten_times_a_minute_and_hears_when_again() -> None:
    clock = FakeClock()
    scans = fresh_scans(clock)
    for _ in range(PER_MEMBER):
        await scans.take(7, 1)
        await clock.advance(1)

    with pytest.raises(TooSoon) as refused:
        await scans.take(7, 1)

    assert refused.value.again == START + MINUTE
    assert not refused.value.is_guilds
    await clock.advance(50)
    await scans.take(7, 1)


async def test_the_others_are_not_held_up_by_one_who_asks_too_often() -> None:
    scans = fresh_scans(FakeClock())
    for _ in range(PER_MEMBER):
        await scans.take(7, 1)

    await scans.take(8, 1)
    await scans.take(8, None)


async def test_a_guild_asks_sixty_times_a_minute_by_all_its_members_and_another_one_still_may() -> None:
    scans = fresh_scans(FakeClock())
    for member in range(PER_GUILD):
        await scans.take(member, 1)

    with pytest.raises(TooSoon) as refused:
        await scans.take(99, 1)

    assert refused.value.is_guilds
    await scans.take(99, 2)


async def test_what_was_refused_is_not_counted() -> None:
    clock = FakeClock()
    scans = fresh_scans(clock, per_member=1)
    await scans.take(7, None)
    for _ in range(59):
        await clock.advance(1)
        with pytest.raises(TooSoon):
            await scans.take(7, None)
    await clock.advance(1)

    await scans.take(7, None)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=60))
async def test_nobody_ever_gets_more_than_the_limit_in_any_minute(asked: list[tuple[int, int]]) -> None:
    clock = FakeClock()
    scans, given_at = fresh_scans(clock, per_member=3, per_guild=5), list[tuple[int, float]]()
    waits = list[timedelta]()
    for member, pause in asked:
        await clock.advance(pause)
        try:
            await scans.take(member, 1)
        except TooSoon as error:
            waits.append(error.again - clock.now())
        else:
            given_at.append((member, clock.monotonic()))

    assert all(timedelta(0) < wait <= MINUTE for wait in waits)
    for _, start in given_at:
        minute = [who for who, at in given_at if start <= at < start + 60]
        assert len(minute) <= 5
        assert all(minute.count(who) <= 3 for who in minute)
