"""Ask memory with a short patience; while it is away, say so at once.

The link to the store waits for seconds and tries again, which is right for what must be kept. Whoever only reads, and
can answer from what this process remembers, asks through here, so that a stalled store does not make each asker wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from alerts.domain.errors import StoreUnavailable
from alerts.ports import Clock

PATIENCE = timedelta(seconds=0.75)
PAUSE = timedelta(seconds=1)
T = TypeVar("T")
log = structlog.get_logger()


class Reach:
    """One for all who read in a process, since they all ask the same store."""

    def __init__(self, clock: Clock, *, patience: timedelta = PATIENCE, pause: timedelta = PAUSE) -> None:
        self._clock, self._patience, self._pause = clock, patience.total_seconds(), pause.total_seconds()
        self._closed_until = float("-inf")
        self.is_away = False

    async def __call__(self, ask: Callable[[], Awaitable[T]], *, is_patient: bool = False) -> T:
        """The answer; StoreUnavailable when there is none in time, and for a second after, without asking.

        After that second one asker tries, and the others are told at once what is known until it has its answer.
        `is_patient`: there is nothing else to answer with, so wait as long as the link does.
        """
        now = self._clock.monotonic()
        if now < self._closed_until:
            raise StoreUnavailable("Memory does not answer; it is asked again within seconds.")
        if self.is_away:
            self._closed_until = now + self._patience + self._pause
        try:
            async with asyncio.timeout(None if is_patient else self._patience):
                found = await ask()
        except TimeoutError:
            self._note_away("no answer in time")
            raise StoreUnavailable(f"Memory does not answer within {self._patience:g} s.") from None
        except StoreUnavailable as exc:
            self._note_away(str(exc))
            raise
        except BaseException:  # cancelled, or refused: who asked next must not be held up by it
            self._closed_until = float("-inf")
            raise
        self._note_back()
        return found

    def _note_away(self, reason: str) -> None:
        if not self.is_away:
            log.warning("answers come from this process alone", reason=reason)
        self.is_away = True
        self._closed_until = self._clock.monotonic() + self._pause

    def _note_back(self) -> None:
        if self.is_away:
            log.info("answers come from memory again")
        self.is_away, self._closed_until = False, float("-inf")
