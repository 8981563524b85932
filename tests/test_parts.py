"""Parts that run beside each other: how they end."""

from __future__ import annotations

import asyncio
import time

from alerts.runner import Runner
from bot.parts import running
from bot.root.work import cut_off_quietly
from tests.fakes import FakeClock


async def test_a_part_that_was_closed_and_sleeps_on_does_not_hold_up_the_end() -> None:
    async def reconnecting() -> None:
        await asyncio.sleep(300)

    async def close() -> None:
        """As discord.py's, which wakes nobody."""

    started = time.monotonic()
    async with running(reconnecting(), [], "discord", end=close):
        pass

    assert time.monotonic() - started < 5


async def test_a_part_that_is_asked_to_stop_may_finish_its_turn() -> None:
    stop, done = asyncio.Event(), []

    async def turns() -> None:
        await stop.wait()
        done.append("the last turn")

    async with running(turns(), [], "fanout", end=stop.set):
        await asyncio.sleep(0)

    assert done == ["the last turn"]


async def test_a_tick_that_is_cut_off_at_the_end_has_not_failed() -> None:
    under_way = asyncio.Event()

    async def hanging() -> bool:
        under_way.set()
        return await asyncio.Future()

    tick = cut_off_quietly(Runner("tick", hanging, clock=FakeClock()))
    job = asyncio.ensure_future(tick())
    await under_way.wait()
    job.cancel()

    await job
    assert not job.cancelled()
