"""A request on its way comes to its end, whoever stops waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from bot.notify.flights import _KEPT, Flights


class Sends:
    """Requests that are answered when the test says so."""

    def __init__(self) -> None:
        self.begun, self.answers = list[str](), dict[str, asyncio.Future[int]]()

    def of(self, name: str) -> Callable[[], Coroutine[None, None, int]]:
        self.answers[name] = asyncio.get_running_loop().create_future()

        async def send() -> int:
            self.begun.append(name)
            return await self.answers[name]

        return send


async def settle() -> None:
    for _ in range(9):
        await asyncio.sleep(0)


async def test_a_caller_that_gives_up_stops_nothing_and_a_later_one_gets_the_answer() -> None:
    flights, sends = Flights(), Sends()
    start = sends.of("a")
    impatient = asyncio.create_task(flights.take("a", "line", start))
    await settle()
    impatient.cancel()
    await settle()
    later = asyncio.create_task(flights.take("a", "line", start))
    sends.answers["a"].set_result(7)

    assert await later == 7
    assert impatient.cancelled()
    assert sends.begun == ["a"]


async def test_an_answer_that_came_while_nobody_waited_is_kept_for_who_asks() -> None:
    flights, sends = Flights(), Sends()
    start = sends.of("a")
    impatient = asyncio.create_task(flights.take("a", "line", start))
    await settle()
    impatient.cancel()
    await settle()
    sends.answers["a"].set_result(7)
    assert await flights.drain(1)

    assert await flights.take("a", "line", start) == 7
    assert sends.begun == ["a"]


async def test_two_who_ask_at_once_make_one_request() -> None:
    flights, sends = Flights(), Sends()
    start = sends.of("a")
    both = asyncio.gather(*(flights.take("a", "line", start) for _ in range(2)))
    await settle()
    sends.answers["a"].set_result(7)

    assert await both == [7, 7]
    assert sends.begun == ["a"]


async def test_a_failure_that_nobody_waited_for_is_tried_again() -> None:
    flights, sends = Flights(), Sends()
    start = sends.of("a")
    impatient = asyncio.create_task(flights.take("a", "line", start))
    await settle()
    impatient.cancel()
    await settle()
    sends.answers["a"].set_exception(OSError())
    await flights.drain(1)
    again = sends.of("a")
    sends.answers["a"].set_result(8)

    assert await flights.take("a", "line", again) == 8


async def test_a_failure_is_raised_to_who_waits() -> None:
    flights, sends = Flights(), Sends()
    start = sends.of("a")
    sends.answers["a"].set_exception(OSError("no"))

    with pytest.raises(OSError, match="no"):
        await flights.take("a", "line", start)


async def test_one_target_gets_one_after_the_other_and_another_does_not_wait() -> None:
    flights, sends = Flights(), Sends()
    takes = [("a", "one"), ("b", "one"), ("c", "two")]
    tasks = [asyncio.create_task(flights.take(name, line, sends.of(name))) for name, line in takes]
    await settle()
    assert sends.begun == ["a", "c"]

    for name in ("a", "c", "b"):
        sends.answers[name].set_result(1)
        await settle()

    assert sends.begun == ["a", "c", "b"]
    await asyncio.gather(*tasks)


async def test_at_the_end_it_waits_for_what_is_under_way_and_not_for_ever() -> None:
    flights, sends = Flights(), Sends()
    assert await flights.drain(0)
    task = asyncio.create_task(flights.take("a", "line", sends.of("a")))
    await settle()

    assert not await flights.drain(0)
    sends.answers["a"].set_result(1)
    assert await flights.drain(1)
    assert await task == 1


async def test_answers_that_nobody_comes_back_for_do_not_pile_up() -> None:
    flights, sends = Flights(), Sends()
    for number in range(_KEPT + 50):
        start = sends.of(str(number))
        sends.answers[str(number)].set_result(number)
        impatient = asyncio.create_task(flights.take(str(number), str(number), start))
        await asyncio.sleep(0)
        impatient.cancel()
        await settle()

    assert len(flights._tasks) <= _KEPT + 1
    assert flights._last == {}
