"""A sign of life to somebody outside, given only while alerts would arrive: its absence is the alarm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import structlog

from alerts.findings import Findings
from alerts.ports import Clock, Poster
from alerts.pulse import DELIVER, TICK, last_beat
from alerts.seat import Seat, Seats
from alerts.store.ports import Notes

STALE = timedelta(seconds=90)  # so long after a part's last turn it is taken for dead
_ROLE = "heartbeat"
_ENDS_IT = ("silent", "stuck")  # findings that make a quiet channel untrue
log = structlog.get_logger()


class HeartbeatStore(Notes, Seats, Protocol):
    """The parts of memory that it needs."""


class Heartbeat:
    """One process at a time, under a lease. Nothing that the address does reaches anybody else."""

    def __init__(  # noqa: PLR0913 - each is another part, plugged in by its name
        self,
        *,
        store: HeartbeatStore,
        findings: Findings,
        poster: Poster,
        clock: Clock,
        name: str,
        url: str,
        every: timedelta,
        is_ready: Callable[[], Awaitable[bool]],
        delivers: bool,
    ) -> None:
        """`is_ready`: of this process. `delivers`: somebody is to deliver; else only once somebody ever has."""
        self._store, self._findings, self._poster, self._clock = store, findings, poster, clock
        self._seat, self._url, self._every = Seat(store, _ROLE, name, clock=clock), url, every.total_seconds()
        self._is_ready, self._delivers = is_ready, delivers
        self._next, self._trouble = float("-inf"), ""

    async def turn(self) -> bool:
        """Give a sign when it is time, this process has the seat, and everything turns."""
        number = await self._seat.hold()
        now = self._clock.monotonic()
        if not number or now < self._next:
            return False
        self._next = now + self._every
        reason = await self._why_not()
        if not reason and await self._seat.still(number):
            answer = await self._poster.post(self._url, b"", {})
            reason = "" if answer.is_good else f"the address did not take it ({answer.word})"
        self._note(reason)
        return False

    async def leave(self) -> None:
        """Let the next process do it at once."""
        await self._seat.leave()

    async def _why_not(self) -> str:
        """Why a sign of life would be a lie; nothing while it is true."""
        if not await self._is_ready():
            return "this process is not ready"
        now = self._clock.now()
        for part, is_wanted in ((TICK, True), (DELIVER, self._delivers)):
            last = await last_beat(self._store, part)
            if last is None and is_wanted:
                return f"no process has the part {part} yet"
            if last and now - last > STALE:
                return f"the part {part} has not turned for {int((now - last).total_seconds())} s"
        bad = [each.text for each in await self._findings(now) if each.is_bad and each.name in _ENDS_IT]
        return bad[0] if bad else ""

    def _note(self, reason: str) -> None:
        """Once when it stops, and once when it goes on; the number of seconds in a reason is no news."""
        kind = "".join(letter for letter in reason if not letter.isdigit())
        if kind != self._trouble:
            self._trouble = kind
            if reason:
                log.warning("no sign of life given", reason=reason)
            else:
                log.info("signs of life given again")
