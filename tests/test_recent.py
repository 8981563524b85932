"""What was just read holds for a second; a change made here is there at once."""

from __future__ import annotations

import asyncio

import pytest

from alerts.recent import Recent
from tests.fakes import FakeClock


class Source:
    """Something that is read, slowly when told so."""

    def __init__(self) -> None:
        self.value, self.reads, self.gate = "old", 0, asyncio.Event()
        self.gate.set()
        self.clock = FakeClock()
        self.recent: Recent[str, str] = Recent(self.clock, size=2)

    async def read(self) -> str:
        self.reads += 1
        value = self.value
        await self.gate.wait()
        if value == "broken":
            raise ValueError(value)
        return value

    async def ask(self, key: str = "a") -> str:
        return await self.recent(key, self.read)


async def test_it_is_read_once_in_a_second() -> None:
    source = Source()
    assert [await source.ask() for _ in range(3)] == ["old"] * 3
    assert source.reads == 1
    source.value = "new"

    await source.clock.advance(0.9)
    assert await source.ask() == "old"
    await source.clock.advance(0.1)
    assert await source.ask() == "new"


async def test_all_who_ask_at_the_same_time_wait_for_one_reading_and_who_leaves_does_not_end_it() -> None:
    source = Source()
    source.gate.clear()
    asking = [asyncio.create_task(source.ask()) for _ in range(5)]
    await asyncio.sleep(0)

    asking[0].cancel()
    source.gate.set()

    assert await asyncio.gather(*asking[1:]) == ["old"] * 4
    assert source.reads == 1


async def test_nobody_who_asks_after_a_change_gets_what_began_to_be_read_before_it() -> None:
    source = Source()
    source.gate.clear()
    before = asyncio.create_task(source.ask())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    source.value = "new"
    source.recent.forget("a")
    after = asyncio.create_task(source.ask())
    await asyncio.sleep(0)
    source.gate.set()

    assert (await before, await after, await source.ask()) == ("old", "new", "new")


async def test_what_failed_is_told_to_all_who_waited_and_read_again() -> None:
    source = Source()
    source.value = "broken"
    assert [str(each) for each in await asyncio.gather(source.ask(), source.ask(), return_exceptions=True)] == [
        "broken",
        "broken",
    ]
    source.value = "well"

    assert await source.ask() == "well"
    assert source.reads == 2


async def test_what_is_not_worth_keeping_is_read_again() -> None:
    source = Source()
    source.value = ""
    await source.ask()
    await source.ask()

    assert source.reads == 2


async def test_the_one_read_the_longest_ago_makes_room() -> None:
    source = Source()
    for key in ("a", "b", "c", "b", "c", "a"):
        await source.ask(key)

    assert source.reads == 4


@pytest.mark.parametrize("value", ["old", "other"])
async def test_what_is_kept_is_amended_only_while_it_is_what_it_was(value: str) -> None:
    source = Source()
    kept = await source.ask()

    source.recent.amend("a", kept if value == "old" else value, "amended")

    assert await source.ask() == ("amended" if value == "old" else "old")
