"""Whose turn it is at a host: so many at a time, so long apart, and nobody while it asked for rest."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.domain.said import say
from alerts.ports import Clock

_HOSTS_REMEMBERED = 4096
_LONGEST_WAIT = 10.0


class Allowance:
    """How long one look has waited for its turns; its time limit does not count that."""

    def __init__(self) -> None:
        self._waited = 0.0
        self._since: float | None = None

    def start(self, now: float) -> None:
        self._since = now

    def stop(self, now: float) -> None:
        self._waited, self._since = self.waited(now), None

    def waited(self, now: float) -> float:
        """Seconds spent waiting until `now`, an unfinished wait included."""
        return self._waited + (now - self._since if self._since is not None else 0.0)


# The look in hand. A context variable, because between the time limit and the host stands a reader that knows neither.
ALLOWANCE: ContextVar[Allowance | None] = ContextVar("reading_allowance", default=None)


class _Host:
    def __init__(self, concurrency: int) -> None:
        self.slots = asyncio.Semaphore(concurrency)
        self.users = 0
        self.next_at = float("-inf")
        self.rest_until = float("-inf")


class Turns:
    """Pace and concurrency per host."""

    def __init__(self, *, clock: Clock, pace: timedelta | None, concurrency: int) -> None:
        self._clock, self._concurrency = clock, concurrency
        self._pace = pace.total_seconds() if pace else 0.0
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host in peace for so long, as it asked in Retry-After."""
        self._host(host).rest_until = self._clock.monotonic() + seconds

    @asynccontextmanager
    async def at(self, host: str) -> AsyncIterator[None]:
        """Hold a turn. A host that asked for a longer rest is not asked: ReadError says how long is left."""
        state, allowance = self._host(host), ALLOWANCE.get() or Allowance()
        self._refuse_while_resting(host, state)
        state.users += 1
        allowance.start(self._clock.monotonic())
        try:
            async with state.slots:
                await self._keep_pace(state)
                allowance.stop(self._clock.monotonic())
                yield
        finally:
            allowance.stop(self._clock.monotonic())
            state.users -= 1

    def _refuse_while_resting(self, host: str, state: _Host) -> None:
        left = state.rest_until - self._clock.monotonic()
        if left > _LONGEST_WAIT:
            detail = say("{host} asked to be left alone for {count} more seconds", host=host, count=round(left))
            raise ReadError(FailureReason.BLOCKED, detail, retry_after=timedelta(seconds=left))

    async def _keep_pace(self, state: _Host) -> None:
        now = self._clock.monotonic()
        start = max(now, state.next_at, state.rest_until)
        state.next_at = start + self._pace
        if start > now:
            await self._clock.sleep(start - now)

    def _host(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(self._concurrency)
            self._forget_the_oldest()
        self._hosts.move_to_end(host)
        return state

    def _forget_the_oldest(self) -> None:
        while len(self._hosts) > _HOSTS_REMEMBERED:
            oldest = next((name for name, host in self._hosts.items() if not host.users), None)
            if oldest is None:
                return
            del self._hosts[oldest]
