"""No second sees more requests than Discord allows, however unevenly they are asked for and however late we wake."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.delivery.pace import Pace
from tests.fakes import FakeClock


class Tired(FakeClock):
    """A clock whose sleepers wake late, as on a busy machine, by what comes next in a list."""

    def __init__(self, delays: list[float]) -> None:
        super().__init__()
        self.delays = list(delays)

    async def sleep(self, seconds: float) -> None:
        self._move(self.monotonic() + seconds + (self.delays.pop() if self.delays else 0.0))


async def sent(gaps: list[float], delays: list[float], rate: float | None = 45) -> list[float]:
    """The times at which requests go out that are asked for one by one, at such distances."""
    clock, times = Tired(delays), list[float]()
    pace = Pace(rate, clock=clock)
    for gap in gaps:
        clock._move(clock.monotonic() + gap)
        await pace.slot()
        times.append(clock.monotonic())
    return times


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.03, 0.2, 3.0]), min_size=1, max_size=200),
    st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.7]), max_size=200),
)
def test_no_second_sees_more_than_fifty(gaps: list[float], delays: list[float]) -> None:
    times = asyncio.run(sent(gaps, delays))

    assert all(sum(start <= each < start + 1 for each in times) <= 50 for start in times)


async def test_what_is_asked_for_at_once_goes_out_at_the_rate_in_its_order() -> None:
    clock, times = FakeClock(), list[tuple[int, float]]()
    pace = Pace(45, clock=clock)

    async def send(number: int) -> None:
        await pace.slot()
        times.append((number, clock.monotonic()))

    tasks = [asyncio.create_task(send(number)) for number in range(90)]
    await clock.advance(0)
    assert pace.room(100) == pytest.approx(10, abs=6)
    for _ in range(300):
        await clock.advance(0.01)
    await asyncio.gather(*tasks)

    assert [number for number, _ in times] == list(range(90))
    assert times[-1][1] - times[0][1] == pytest.approx(85 / 45, abs=0.15)


async def test_small_delays_cost_nothing_of_the_rate() -> None:
    times = await sent([0.0] * 450, [0.02] * 450)

    assert max(times) - min(times) == pytest.approx(449 / 45, abs=0.2)


async def test_after_a_limit_for_everybody_they_go_one_by_one_again() -> None:
    clock, times, gate = FakeClock(), list[float](), asyncio.Event()

    async def opened() -> None:
        await gate.wait()

    pace = Pace(10, clock=clock, gate=opened)

    async def send() -> None:
        await pace.slot()
        times.append(clock.monotonic())

    tasks = [asyncio.create_task(send()) for _ in range(20)]
    await clock.advance(60)
    gate.set()
    for _ in range(200):
        await clock.advance(0.01)
    await asyncio.gather(*tasks)

    assert sum(each < 60.1 for each in times) <= 6
    assert len(times) == 20


async def test_without_a_rate_nothing_waits() -> None:
    assert set(await sent([0.0] * 100, [], rate=None)) == {0.0}
