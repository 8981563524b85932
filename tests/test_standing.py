"""How a target stands after what happened to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.standing import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    PATIENCE,
    Standing,
    StandingState,
    after_failure,
    after_success,
    batch_id,
    gone,
)
from alerts.domain.wishes import Target, TargetKind
from tests.worlds import MINUTE, SECOND, START

HOUR = timedelta(hours=1)
FINE = Standing(target=Target(id=10), guild=1)
OUTSIDE = Standing(target=Target(type=TargetKind.APPRISE, id=10), guild=1)
PAUSED, DISABLED = StandingState.PAUSED, StandingState.DISABLED


def error(remedy: Remedy = Remedy.PAUSE, code: int = 50013, **more: object) -> DeliveryError:
    return DeliveryError("Missing Permissions", remedy=remedy, code=code, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strikes", "pause"),
    [
        (0, 10 * MINUTE),
        (1, 20 * MINUTE),
        (2, 40 * MINUTE),
        (3, 80 * MINUTE),
        (4, 160 * MINUTE),
        (5, 320 * MINUTE),
        (6, 6 * HOUR),
        (60, 6 * HOUR),
        (6000, 6 * HOUR),
    ],
)
def test_a_pause_doubles_with_each_try_in_vain_to_six_hours(strikes: int, pause: timedelta) -> None:
    before = FINE.model_copy(update={"strikes": strikes, "since": START})

    after = after_failure(before, error(), START + MINUTE)

    assert after.state is PAUSED
    assert after.until == START + MINUTE + pause
    assert after.strikes == strikes + 1
    assert (after.reason, after.code, after.since) == ("Missing Permissions", 50013, START)


@pytest.mark.parametrize("remedy", [Remedy.RETRY, Remedy.BURY, Remedy.REST, Remedy.STOP])
def test_what_is_not_the_targets_fault_changes_nothing(remedy: Remedy) -> None:
    assert after_failure(FINE, error(remedy), START) == FINE


def test_a_deleted_target_is_disabled_at_once() -> None:
    after = after_failure(FINE, error(Remedy.DISABLE, 10003), START)

    assert (after.state, after.code, after.since, after.until) == (DISABLED, 10003, START, None)
    assert after == gone(Target(id=10), 1, reason="Missing Permissions", code=10003, now=START)


@pytest.mark.parametrize(
    ("passed", "state"), [(PATIENCE - SECOND, PAUSED), (PATIENCE, DISABLED), (3 * PATIENCE, DISABLED)]
)
def test_five_days_of_nothing_but_failures_disable(passed: timedelta, state: StandingState) -> None:
    twice = after_failure(after_failure(FINE, error(), START), error(), START + HOUR)

    assert after_failure(twice, error(), START + passed).state is state


def test_a_quiet_target_is_not_given_up_for_two_failures_in_a_week() -> None:
    first = after_failure(FINE, error(), START)

    assert after_failure(first, error(), START + PATIENCE).state is PAUSED


def test_one_success_in_five_days_starts_them_anew() -> None:
    first = after_failure(FINE, error(), START)
    fine = after_success(first)

    again = after_failure(fine, error(), START + PATIENCE)

    assert fine == FINE
    assert (again.state, again.since) == (PAUSED, START + PATIENCE)


def test_messages_that_were_under_way_together_are_one_try() -> None:
    first = after_failure(FINE, error(), START)

    second = after_failure(first, error(code=50001), START + SECOND)

    assert (second.strikes, second.until) == (1, first.until)
    assert second.code == 50001


def test_what_is_disabled_stays_so_until_somebody_mends_it() -> None:
    off = after_failure(FINE, error(Remedy.DISABLE, 10003), START)

    assert after_failure(off, error(), START + MINUTE) == off
    assert not off.may_be_tried(START + 9 * PATIENCE)


def test_a_paused_target_may_be_tried_when_its_pause_is_over() -> None:
    paused = after_failure(FINE, error(), START)

    assert FINE.may_be_tried(START)
    assert not paused.may_be_tried(START + FIRST_PAUSE - SECOND)
    assert paused.may_be_tried(START + FIRST_PAUSE)


@pytest.mark.parametrize(("asked", "given"), [(MINUTE, 10 * MINUTE), (HOUR, HOUR), (9 * HOUR, 6 * HOUR)])
def test_a_longer_pause_that_was_asked_for_is_kept_within_limits(asked: timedelta, given: timedelta) -> None:
    assert after_failure(FINE, error(retry_after=asked), START).until == START + given


def test_an_address_outside_of_discord_answers_for_being_away() -> None:
    away = after_failure(OUTSIDE, error(Remedy.RETRY, 0), START)

    assert away.is_fine
    assert away.may_be_tried(START)
    assert (away.since, away.strikes) == (START, 1)
    again = after_failure(away, error(Remedy.RETRY, 0), START + HOUR)
    assert after_failure(again, error(Remedy.RETRY, 0), START + PATIENCE).state is DISABLED


def test_outages_have_ids_of_their_own_and_the_same_ones_always_the_same() -> None:
    one, two = (after_failure(FINE.model_copy(update={"target": Target(id=n)}), error(), START) for n in (1, 2))
    later = after_failure(after_success(one), error(), START + HOUR)

    assert batch_id([one, two], is_over=False) == batch_id([two, one], is_over=False)
    assert len({batch_id(each, is_over=False) for each in ([one], [two], [one, two], [later])}) == 4
    assert batch_id([one], is_over=True) != batch_id([one], is_over=False)
    assert len(batch_id([one], is_over=True)) <= 25


@given(st.lists(st.tuples(st.sampled_from(Remedy), st.integers(1, 40 * 3600)), max_size=40))
def test_no_row_of_failures_makes_a_standing_without_sense(row: list[tuple[Remedy, int]]) -> None:
    standing, now = FINE, START
    for remedy, seconds in row:
        now += seconds * SECOND
        before, standing = standing, after_failure(standing, error(remedy), now)
        assert before.state is not DISABLED or standing is before
        assert (standing.since is None) is (standing == FINE)
        assert (standing.state is PAUSED) is (standing.until is not None)
        assert standing.until is None or standing.until <= now + LONGEST_PAUSE
        assert standing.strikes >= before.strikes
    assert after_success(standing) == FINE
