"""No second sees more requests than Discord allows, however unevenly they are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.pace import Pace
from tests.fakes import FakeClock


class Still(FakeClock):
    """A clock that is set by hand."""

    def pass_(self, seconds: float) -> None:
        self._move(self.monotonic() + seconds)


def sent(gaps: list[float], rate: float | None = 45) -> list[float]:
    """The times at which requests go out that are asked for at such distances."""
    clock, times = Still(), list[float]()
    pace = Pace(rate, clock=clock)
    for gap in gaps:
        clock.pass_(gap)
        times.append(clock.monotonic() + pace.take())
    return times


@given(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.03, 0.2, 3.0]), min_size=1, max_size=300))
def test_no_second_sees_more_than_48(gaps: list[float]) -> None:
    times = sent(gaps)

    assert all(sum(start <= each < start + 1 for each in times) <= 48 for start in times)


def test_what_is_asked_for_at_once_goes_out_at_the_rate() -> None:
    times = sent([0.0] * 450)

    assert max(times) - min(times) == pytest.approx(449 / 45, abs=0.1)


def test_slots_that_were_missed_are_made_up_for_but_for_few() -> None:
    clock = Still()
    pace = Pace(10, clock=clock)
    assert pace.room(20) == 20
    pace.take()
    clock.pass_(60)

    assert [pace.take() for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    assert pace.room(20) == 18


def test_without_a_rate_nothing_waits() -> None:
    assert set(sent([0.0] * 100, rate=None)) == {0.0}
