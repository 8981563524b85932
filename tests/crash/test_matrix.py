"""Killed at any point and started again, the pipeline tells everything, once, in order.

In the plain variant a process is killed at every instant that its successor can tell from another (points.py); the
other variants take an evenly spread part of them. CRASH=all strikes at every point in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.crash.matrix import Tally, play
from tests.crash.stage import PLAIN, Stage, Variant

pytestmark = [pytest.mark.crash, pytest.mark.valkey]


def has_told_everything_once(tally: Tally) -> bool:
    print(tally)
    assert tally.struck >= len(tally.outcomes) * 3 // 4, f"too few were struck: {tally}"
    return (tally.lost, tally.duplicated, tally.disordered) == (0, 0, 0)


async def test_killed_at_any_point_it_tells_everything_once_and_in_order(stages: Sequence[Stage]) -> None:
    tally = await play(stages, PLAIN)

    assert has_told_everything_once(tally), tally.faulty()


async def test_so_it_does_with_a_discord_on_a_bad_day(stages: Sequence[Stage]) -> None:
    tally = await play(stages, Variant("a Discord on a bad day", hostile=1), at_most=24)

    assert has_told_everything_once(tally), tally.faulty()


async def test_so_it_does_with_two_workers_of_whom_one_is_killed(stages: Sequence[Stage]) -> None:
    tally = await play(stages, Variant("two workers, one killed", workers=2), at_most=20)

    assert has_told_everything_once(tally), tally.faulty()


async def test_a_worker_that_slept_past_its_lease_repeats_nothing(stages: Sequence[Stage]) -> None:
    tally = await play(stages, Variant("asleep past its lease", blow="stop"), at_most=16)

    assert has_told_everything_once(tally), tally.faulty()


async def test_without_nonces_the_same_kills_tell_things_twice(stages: Sequence[Stage]) -> None:
    tally = await play(stages, Variant("nonces off", has_nonce=False), at_most=24)

    print(tally)
    assert tally.duplicated > 0
