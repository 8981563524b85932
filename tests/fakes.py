"""Fakes: ten lines each, and none of them patches anything."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Time that moves only when told; whoever sleeps wakes in order as it passes."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) -> None:
        self._now, self._mono, self._sleepers, self._serial = start, 0.0, list[tuple[float, int, asyncio.Event]](), 0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._mono

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken, self._serial = asyncio.Event(), self._serial + 1
        heapq.heappush(self._sleepers, (self._mono + seconds, self._serial, woken))
        await woken.wait()

    async def advance(self, seconds: float) -> None:
        """Pass time, letting everybody who wakes run before the next one does."""
        end = self._mono + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, woken = heapq.heappop(self._sleepers)
            self._move(at)
            woken.set()
            await _settle()
        self._move(end)
        await _settle()

    def _move(self, to: float) -> None:
        self._now += timedelta(seconds=to - self._mono)
        self._mono = to


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
