"""How fast messages go out: Discord's limit of 50 requests a second is one wall for all of a bot's messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from alerts.ports import Clock

Gate: TypeAlias = Callable[[], Awaitable[None]]

# Slots that were missed on a busy machine are made up for, so many at once: with a rate of 45 no second sees more than
# 50. What was missed beyond is lost: whoever wakes late must not run into those that are on time.
_MADE_UP = 4


class Pace:
    """Slots at even distances, `rate` a second, one after the other; None for no limit."""

    def __init__(self, rate: float | None, *, clock: Clock, gate: Gate | None = None) -> None:
        """`gate` returns when the other side lets anything through at all: slots begin behind it, not in a heap."""
        self.rate, self._clock, self._gate = rate, clock, gate
        self._next = float("-inf")
        self._turn, self._waiting = asyncio.Lock(), 0

    async def slot(self) -> None:
        """Return when the next free slot has come; whoever asked first goes first."""
        if self.rate is None:
            return
        self._waiting += 1
        try:
            async with self._turn:
                await self._until_next(self.rate)
        finally:
            self._waiting -= 1

    async def _until_next(self, rate: float) -> None:
        while (wait := self._next - self._clock.monotonic()) > 0:
            await self._clock.sleep(wait)
        if self._gate:
            await self._gate()
        self._next = max(self._next, self._clock.monotonic() - _MADE_UP / rate) + 1 / rate

    @property
    def is_limited(self) -> bool:
        return self.rate is not None

    def room(self, ahead: int) -> int:
        """How many more may ask for slots now, so that nobody waits behind more than so many."""
        return ahead - self._waiting
