"""What strikes, and how it ends. Each is the two halves of one trouble: it begins, time passes, it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.soak.rig import Rig

Step = Callable[[Rig], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Seconds that it lasts; the vendor that it strikes, whose news has to wait; seconds until it may be over."""

    name: str
    begin: Step
    end: Step
    lasts: float = 3.0
    vendor: int | None = None
    within: float = 120.0
    is_silent: bool = False  # nothing of that vendor is changed
    may_be_believed: int = 0  # messages: of a shop that is doubted from the second listing on, the first is believed


def _storm(name: str, vendor: int, kind: str, **how: float | bool) -> Trouble:
    async def begin(rig: Rig) -> None:
        await rig.shop("storm", vendor=vendor, kind=kind)

    async def end(rig: Rig) -> None:
        await rig.shop("calm", vendor=vendor)

    return Trouble(name, begin, end, vendor=vendor, **{"lasts": 4.0, **how})  # type: ignore[arg-type]


async def _nothing(rig: Rig) -> None:
    """It is over by itself."""


async def _kill_memory(rig: Rig) -> None:
    rig.memory.kill()


async def _start_memory(rig: Rig) -> None:
    await asyncio.to_thread(rig.memory.start)


async def _restart_memory(rig: Rig) -> None:
    rig.memory.kill()
    await asyncio.to_thread(rig.memory.start)


async def _hang_memory(rig: Rig) -> None:
    rig.memory.stop()


async def _wake_memory(rig: Rig) -> None:
    rig.memory.go_on()


async def _fill_disk(rig: Rig) -> None:
    rig.memory.fill_disk()


async def _free_disk(rig: Rig) -> None:
    assert not await asyncio.to_thread(rig.memory.is_writing), "the disk was not full"
    rig.memory.free_disk()


async def _kill_program(rig: Rig) -> None:
    await rig.program.kill()


async def _start_program(rig: Rig) -> None:
    await rig.program.start()


def _discord(word: str, **how: int) -> Step:
    async def do(rig: Rig) -> None:
        await rig.discord(word, **how)

    return do


def _clock(by: float) -> Step:
    async def do(rig: Rig) -> None:
        rig.set_clock(by)

    return do


TROUBLES = (
    _storm("a shop answers 500", 0, "broken"),
    _storm("a shop answers 403", 1, "forbidden"),
    _storm("a shop says nothing", 2, "silent"),
    _storm("a shop sends garbage", 3, "garbage"),
    _storm("a shop shows all as the opposite", 4, "flipped", is_silent=True, may_be_believed=1),
    Trouble("the store is killed and back at once", _restart_memory, _nothing, lasts=1.0),
    Trouble("the store is away", _kill_memory, _start_memory),
    Trouble("the store hangs", _hang_memory, _wake_memory, lasts=4.0),
    Trouble("the store's disk is full", _fill_disk, _free_disk, lasts=4.0),
    Trouble("the gateway hangs up", _discord("hang_up", code=4000), _nothing, lasts=1.0),
    Trouble("the session is not valid any more", _discord("invalidate"), _nothing, lasts=1.0),
    Trouble("Discord says 429", _discord("busy"), _discord("calm")),
    Trouble("Discord fails", _discord("broken"), _discord("calm")),
    Trouble("the clock goes an hour ahead", _clock(3600), _nothing, lasts=1.0),
    Trouble("the clock goes back that hour", _clock(-3600), _nothing, lasts=1.0),
    Trouble("the program is killed", _kill_program, _start_program, lasts=1.0),
)
