"""Manners: the time limit, the pace, the retries, the breaker, and that nothing a shop does gets through."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, FailureReason, Listing, Offer, Reading
from alerts.reading.manners import Polite, polite
from alerts.reading.readers.mock import MockReader
from alerts.reading.web.addresses import NotAllowed
from alerts.reading.web.turns import Turns
from tests.fakes import FakeClock

LISTING = Listing(id="x", sku="x", product_name="X", vendor="Shop", url="https://shop.example/x")
GOOD = Offer(availability=Availability.IN_STOCK)
AWAY = ReadError(FailureReason.UNREACHABLE, "away")
GONE = ReadError(FailureReason.NOT_FOUND, "gone")


class Counting:
    """Plays a script and counts how often it is asked, and when."""

    def __init__(self, clock: FakeClock, script: Sequence[Offer | ReadError], delay: float = 0) -> None:
        self._inner = MockReader(script, clock=clock, delay=timedelta(seconds=delay))
        self._clock, self.at = clock, list[float]()

    async def read(self, listing: Listing) -> Offer:
        self.at.append(self._clock.monotonic())
        return await self._inner.read(listing)


def dressed(clock: FakeClock, *script: Offer | ReadError, delay: float = 0, **changes: Any) -> tuple[Polite, Counting]:
    reader = Counting(clock, script, delay)
    return polite(reader, clock=clock, vendor="Shop", **{"attempts": 1, **changes}), reader


async def ask(look: Polite, clock: FakeClock, seconds: float = 0) -> Reading:
    asked = asyncio.ensure_future(look(LISTING))
    await clock.advance(seconds)
    return await asked


async def test_an_offer_comes_through_with_its_time() -> None:
    clock = FakeClock()
    look, _ = dressed(clock, GOOD, delay=1.5)

    reading = await ask(look, clock, 2)

    assert (reading.offer, reading.elapsed_ms) == (GOOD, 1500)


async def test_an_attempt_that_hangs_becomes_a_timeout() -> None:
    clock = FakeClock()
    look, _ = dressed(clock, GOOD, delay=100, time_limit=timedelta(seconds=20))

    reading = await ask(look, clock, 20)

    assert reading.failure
    assert reading.failure.reason is FailureReason.TIMEOUT


async def test_waiting_for_a_turn_is_not_the_shops_slowness() -> None:
    clock = FakeClock()
    turns = Turns(clock=clock, pace=timedelta(seconds=30), concurrency=1)

    class Patient:
        async def read(self, listing: Listing) -> Offer:
            async with turns.at("shop"):
                return GOOD

    look = polite(Patient(), clock=clock, time_limit=timedelta(seconds=10))
    asked = asyncio.gather(*(look(LISTING) for _ in range(3)))
    await clock.advance(61)

    assert [reading.offer for reading in await asked] == [GOOD] * 3


async def test_what_may_pass_is_asked_three_times_two_to_eight_seconds_apart() -> None:
    clock = FakeClock()
    look, reader = dressed(clock, AWAY, AWAY, GOOD, attempts=3)

    reading = await ask(look, clock, 30)
    first, second = (later - earlier for earlier, later in zip(reader.at, reader.at[1:], strict=False))

    assert reading.offer == GOOD
    assert 2 <= first <= 3
    assert 4 <= second <= 5


@pytest.mark.parametrize(
    "reason", [FailureReason.NOT_FOUND, FailureReason.UNREADABLE, FailureReason.MISMATCH, FailureReason.BLOCKED]
)
async def test_what_will_not_pass_is_asked_once(reason: FailureReason) -> None:
    clock = FakeClock()
    look, reader = dressed(clock, ReadError(reason, "no"), attempts=3)

    await ask(look, clock, 30)

    assert len(reader.at) == 1


async def test_retry_after_comes_first_when_it_is_short() -> None:
    clock = FakeClock()
    busy = ReadError(FailureReason.BLOCKED, "busy", retry_after=timedelta(seconds=6))
    look, reader = dressed(clock, busy, GOOD, attempts=3)

    await ask(look, clock, 30)

    assert 6 <= reader.at[1] <= 7


async def test_the_breaker_opens_after_three_rests_thirty_seconds_and_closes_after_two() -> None:
    clock = FakeClock()
    look, reader = dressed(clock, AWAY, AWAY, AWAY, GOOD)
    for _ in range(3):
        await ask(look, clock)
    resting = await ask(look, clock)
    assert (look.state, look.retry_after, len(reader.at)) == ("open", timedelta(seconds=30), 3)
    assert resting.failure
    assert (resting.failure.reason, resting.failure.retry_after) == (FailureReason.UNREACHABLE, timedelta(seconds=30))

    await clock.advance(30)
    states = [(await ask(look, clock), look.state)[1] for _ in range(2)]

    assert states == ["half_open", "closed"]


async def test_only_one_probe_is_sent_when_the_rest_is_over() -> None:
    clock = FakeClock()
    look, reader = dressed(clock, AWAY, AWAY, AWAY, GOOD, delay=1)
    for _ in range(3):
        await ask(look, clock, 1)
    await clock.advance(31)
    asked = asyncio.gather(*(look(LISTING) for _ in range(20)))
    await clock.advance(2)

    assert sum(reading.offer is not None for reading in await asked) == 1
    assert len(reader.at) == 4


async def test_a_failed_probe_opens_again() -> None:
    clock = FakeClock()
    look, _ = dressed(clock, AWAY)
    for _ in range(3):
        await ask(look, clock)
    await clock.advance(31)

    await ask(look, clock)

    assert look.state == "open"


@pytest.mark.parametrize(
    "error", [GONE, NotAllowed(FailureReason.UNREACHABLE, "private"), ReadError(FailureReason.MISMATCH, "x")]
)
async def test_a_shop_that_answers_is_not_away(error: ReadError) -> None:
    clock = FakeClock()

    class Failing:
        async def read(self, listing: Listing) -> Offer:
            raise error

    look = polite(Failing(), clock=clock, attempts=1)
    for _ in range(10):
        await look(LISTING)

    assert look.state == "closed"


async def test_an_outage_has_two_log_lines() -> None:
    clock = FakeClock()
    look, _ = dressed(clock, AWAY, AWAY, AWAY, AWAY, GOOD)
    with capture_logs() as lines:
        for _ in range(4):
            await ask(look, clock)
        for _ in range(5):
            await clock.advance(31)
            await ask(look, clock)

    assert [line["event"] for line in lines] == ["vendor away", "vendor back"]


async def test_a_defect_of_ours_is_a_failure_and_not_a_crash() -> None:
    class Broken:
        async def read(self, listing: Listing) -> Offer:
            raise ZeroDivisionError

    with capture_logs():
        reading = await polite(Broken(), clock=FakeClock())(LISTING)

    assert reading.failure
    assert reading.failure.reason is FailureReason.UNREADABLE


async def test_attempts_pay_the_pace() -> None:
    clock = FakeClock()
    look, reader = dressed(clock, GOOD, pace=timedelta(seconds=2))
    asked = asyncio.gather(*(look(LISTING) for _ in range(3)))
    await clock.advance(10)
    await asked

    assert reader.at == [0, 2, 4]


async def test_every_outcome_is_observed() -> None:
    clock = FakeClock()
    seen: list[tuple[str, str]] = []
    look, _ = dressed(clock, GOOD, GONE, observe=lambda vendor, word, _: seen.append((vendor, word)))
    await ask(look, clock)
    await ask(look, clock)

    assert seen == [("Shop", "in_stock"), ("Shop", "not_found")]
