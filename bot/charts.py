"""Charts as images, made beside the event loop: one at a time, a few waiting, and none that takes for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from importlib import import_module

import structlog

from alerts.history import Past
from bot.ui.chart import Chart, chart_of

MOST_WAITING = 24  # about three seconds of work
_LONGEST = 15.0  # seconds; a slow machine takes some of them for the first chart alone
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart's facts and its PNG."""

    chart: Chart
    png: bytes


def draw_past(past: Past, days: int | None) -> Drawn | None:
    """None when there is nothing to draw. Loads matplotlib: a second and forty megabytes that others do without."""
    chart = chart_of(past, days)
    return Drawn(chart, import_module("bot.ui.drawing").draw(chart)) if chart else None


class Charts:
    """Draws in a thread of its own; matplotlib is loaded there with the first chart.

    One thread is all there is: drawing is Python, so two would only take turns, and with one no figure ever meets
    another.
    """

    def __init__(
        self, draw: Callable[[Past, int | None], Drawn | None] = draw_past, *, longest: float = _LONGEST
    ) -> None:
        self._draw, self._longest, self._waiting = draw, longest, 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")

    async def draw(self, past: Past, days: int | None) -> Drawn | None:
        """The chart of the last `days` or of all time, in the language of the moment.

        None when there is nothing to draw, when too many wait already, or when it takes too long or fails: a history
        is of use without it.
        """
        if self._waiting >= MOST_WAITING:
            log.warning("too many charts at once", waiting=self._waiting)
            return None
        self._waiting += 1
        loop, language = asyncio.get_running_loop(), copy_context()
        drawing = loop.run_in_executor(self._thread, language.run, self._draw, past, days)
        drawing.add_done_callback(self._done)
        try:
            # Shielded: a thread cannot be stopped, and its place is free when it has ended.
            return await asyncio.wait_for(asyncio.shield(drawing), self._longest)
        except TimeoutError:
            log.warning("a chart takes too long", waiting=self._waiting)
        except Exception:  # the bulkhead around one drawing: the words go out without it
            log.exception("a chart could not be drawn", sku=past.product.sku, days=days)
        return None

    def close(self) -> None:
        """Take no more; what is being drawn ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _done(self, drawing: asyncio.Future[Drawn | None]) -> None:
        self._waiting -= 1
        if not drawing.cancelled():
            drawing.exception()  # told by whoever waited, if anybody still did
