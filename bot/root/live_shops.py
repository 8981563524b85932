"""The ways to the shops, opened anew when what they are made from has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from typing import Self

from alerts.ports import Clock
from alerts.reading.looks import Looks
from alerts.settings.model import Settings

Open = Callable[[Settings], AbstractAsyncContextManager[Looks]]


def are_others(before: Settings, after: Settings) -> bool:
    """Whether the ways to the shops are made from something that differs."""
    return any(getattr(before, name) != getattr(after, name) for name in ("fetch", "vendors", "tinyfish"))


class LiveShops:
    """One set of looks for all, which becomes the new one at once.

    A set that was replaced is closed when every look that was taken with it has ended. Breakers and paces begin anew
    with a set, as they do at a start.
    """

    def __init__(self, ways: Open, clock: Clock) -> None:
        self._ways, self._clock = ways, clock
        self._looks: Looks | None = None
        self._open = AsyncExitStack()
        self._ending: set[asyncio.Task[None]] = set()

    async def open(self, settings: Settings) -> Looks:
        """The first set."""
        self._looks = await self._open.enter_async_context(self._ways(settings))
        return self._looks

    async def another(self, settings: Settings) -> Callable[[timedelta], None]:
        """Open a set beside; what is returned has it take the old one's place, and wait for nothing.

        It is told how long the longest look of the old one may take.
        """
        opened = AsyncExitStack()
        looks = await opened.enter_async_context(self._ways(settings))

        def swap(longest: timedelta) -> None:
            assert self._looks is not None
            before, self._open = self._open, opened
            self._looks.become(looks)
            task = asyncio.create_task(self._end(before, longest), name="close old ways to the shops")
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

        return swap

    async def _end(self, before: AsyncExitStack, longest: timedelta) -> None:
        try:
            await self._clock.sleep(longest.total_seconds())
        finally:
            await before.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        ending = list(self._ending)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self._open.aclose()
