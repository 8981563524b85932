"""What was just read holds for a second, and is read once for all who ask at the same time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import timedelta
from typing import Generic, TypeVar

from alerts.ports import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """For what is asked for at each request and changes seldom.

    How late another process's change may be noticed is the span. A change made here is to be told with `forget`, and is
    there at once: nobody who asks after it gets what was read, or began to be read, before it.
    """

    def __init__(self, clock: Clock, *, span: timedelta = timedelta(seconds=1), size: int = 1000) -> None:
        self._clock, self._span, self._size = clock, span.total_seconds(), size
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._reading: dict[K, asyncio.Task[V]] = {}

    async def __call__(self, key: K, read: Callable[[], Awaitable[V]], *, keeps: Callable[[V], bool] = bool) -> V:
        """What was read less than a span ago, or is read now; `keeps` says whether that is worth keeping."""
        kept = self._kept.get(key)
        if kept and self._clock.monotonic() - kept[0] < self._span:
            return kept[1]
        reading = self._reading.get(key)
        if reading is None:
            reading = self._reading[key] = asyncio.create_task(self._read(key, read, keeps), name=f"read {key}")
            reading.add_done_callback(_seen)
        # Shielded: an asker who leaves must not take it from the others who wait.
        return await asyncio.shield(reading)

    def amend(self, key: K, before: V, after: V) -> None:
        """What is kept is now this, if it still is what it was."""
        kept = self._kept.get(key)
        if kept and kept[1] is before:
            self._kept[key] = kept[0], after

    def forget(self, key: K) -> None:
        """It was changed here."""
        self._kept.pop(key, None)
        self._reading.pop(key, None)

    def clear(self) -> None:
        """All of it was changed here."""
        self._kept.clear()
        self._reading.clear()

    async def _read(self, key: K, read: Callable[[], Awaitable[V]], keeps: Callable[[V], bool]) -> V:
        began, task = self._clock.monotonic(), asyncio.current_task()
        try:
            found = await read()
            if self._reading.get(key) is task and keeps(found):
                self._kept[key] = began, found
                self._kept.move_to_end(key)
                if len(self._kept) > self._size:
                    self._kept.popitem(last=False)
            return found
        finally:
            if self._reading.get(key) is task:
                del self._reading[key]


def _seen(task: asyncio.Task[V]) -> None:
    """What went wrong is told to who asked; when all of them have left, to nobody."""
    if not task.cancelled():
        task.exception()
