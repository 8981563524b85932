"""No second sees more requests than Discord allows, however unevenly they are asked for."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.pace import Pace
from tests.fakes import FakeClock


class Still(FakeClock):
    """A clock that is set by hand."""

    def to(self, seconds: float) -> None:
        self._move(seconds)


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=400))
def test_no_second_sees_more_than_fifty(gaps: list[float]) -> None:
    clock, taken, now = Still(), list[float](), 0.0
    pace = Pace(45, clock=clock)
    for gap in gaps:
        now += gap
        clock.to(now)
        while pace.take():
            taken.append(now)

    assert all(sum(start <= each <= start + 1 for each in taken) <= 50 for start in taken)


def test_an_even_flow_loses_nothing_of_its_rate() -> None:
    clock, count = Still(), 0
    pace = Pace(45, clock=clock)
    for step in range(1, 2001):
        clock.to(step * 0.05)  # later than each message could go, as on a busy machine
        while pace.take():
            count += 1

    assert count >= 45 * timedelta(seconds=100).total_seconds()


def test_without_a_rate_nothing_waits() -> None:
    pace = Pace(None, clock=FakeClock())

    assert all(pace.take() for _ in range(1000))
    assert pace.wait() == 0
