"""Requests on their way: each runs to its end, whoever waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

Start = Callable[[], Coroutine[None, None, int]]
_KEPT = 512  # answers that nobody has come back for


class Flights:
    """Asked twice for the same request, both get the one answer. Requests of one line go one after the other.

    discord.py waits for ever, for every route, once a send was cancelled during a global limit: so none ever is.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[int]] = {}
        self._last: dict[str, asyncio.Task[int]] = {}

    async def take(self, name: str, line: str, start: Start) -> int:
        """Start the request, or join it if it is under way or has come back since; its answer, or its error."""
        task = self._tasks.get(name) or self._begin(name, line, start)
        await asyncio.wait({task})  # unlike `await task`, this is cancelled alone
        if self._tasks.get(name) is task:
            del self._tasks[name]
        return task.result()

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  # what is still under way goes on
        """Wait until nothing is under way any more; False when something still is after so many seconds."""
        under_way = {task for task in self._tasks.values() if not task.done()}
        _, left = await asyncio.wait(under_way, timeout=timeout) if under_way else (under_way, set())
        return not left

    def _begin(self, name: str, line: str, start: Start) -> asyncio.Task[int]:
        task = asyncio.create_task(_after(self._last.get(line), start), name=f"send {name}")
        self._last[line] = self._tasks[name] = task

        def ended(done: asyncio.Task[int]) -> None:
            if self._last.get(line) is done:
                del self._last[line]
            # A failure that nobody waited for is no answer: whoever asks again tries again.
            if (done.cancelled() or done.exception()) and self._tasks.get(name) is done:
                del self._tasks[name]

        task.add_done_callback(ended)
        self._forget_the_oldest()
        return task

    def _forget_the_oldest(self) -> None:
        back = [name for name, task in self._tasks.items() if task.done()]
        for name in back[: max(0, len(back) - _KEPT)]:
            del self._tasks[name]


async def _after(earlier: asyncio.Task[int] | None, start: Start) -> int:
    if earlier is not None:
        await asyncio.wait({earlier})
    return await start()
