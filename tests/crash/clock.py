"""Time and the world's progress, in a page of memory that outlives whoever is killed."""

from __future__ import annotations

import asyncio
import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.worlds import START

STEP = timedelta(minutes=40)  # between two steps of an act; longer than the window in which turns count as flapping
_TICK = 0.001  # seconds that pass whenever somebody looks at the clock: no two moments are the same
_HASTE = 400  # times as fast as it says, whoever sleeps is woken
_LAYOUT = struct.Struct("dq")
_COUNT = struct.Struct("q")


class Sands:
    """Seconds since START, and the step the world has reached. Several processes may hold one file."""

    def __init__(self, page: mmap.mmap) -> None:
        self._page = page

    @property
    def seconds(self) -> float:
        return self._read()[0]

    @property
    def step(self) -> int:
        return self._read()[1]

    def put(self, seconds: float, step: int) -> None:
        _LAYOUT.pack_into(self._page, 0, seconds, step)

    def reach(self, seconds: float) -> None:
        """It is this late at least."""
        now, step = self._read()
        if seconds > now:
            self.put(seconds, step)

    def go_on(self, step: int) -> None:
        """The world moves on to a step, with its time; nobody takes it back."""
        now, before = self._read()
        if step > before:
            self.put(max(now, step * STEP.total_seconds()), step)

    def count(self) -> int:
        """One more; how many there are, of all processes together."""
        count: int = _COUNT.unpack_from(self._page, _LAYOUT.size)[0] + 1
        _COUNT.pack_into(self._page, _LAYOUT.size, count)
        return count

    def count_anew(self) -> None:
        _COUNT.pack_into(self._page, _LAYOUT.size, 0)

    def _read(self) -> tuple[float, int]:
        seconds, step = _LAYOUT.unpack_from(self._page, 0)
        return seconds, step


@contextmanager
def sands(path: Path) -> Iterator[Sands]:
    """Open the page, made when it is not there yet."""
    if not path.exists():
        path.write_bytes(bytes(_LAYOUT.size + _COUNT.size))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as page:
        yield Sands(page)


class SandClock:
    """A Clock over the sands: time passes where somebody waits, and hardly anywhere else."""

    def __init__(self, found: Sands) -> None:
        self._sands, self._last = found, 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        self._last = max(self._last, self._sands.seconds) + _TICK
        self._sands.reach(self._last)
        return self._last

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        await asyncio.sleep(max(seconds, 0) / _HASTE)
        self._sands.reach(until)
