"""An own count of what Discord refused: at 10,000 in ten minutes it shuts an address out, so we stop far below."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from types import SimpleNamespace

import aiohttp
import structlog

from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from bot.routes import route_of

WINDOW = timedelta(minutes=10)
BAN = 10_000
WARN_AT = 200
REST_AT = 500
_INVALID = frozenset({401, 403, 429})
_SCOPE, _GLOBAL, _REMAINING = "X-RateLimit-Scope", "X-RateLimit-Global", "X-RateLimit-Remaining"
log = structlog.get_logger()


class InvalidRequests:
    """Counts answers of 401, 403 and 429 in the last ten minutes, over every session that has one of its traces.

    A 429 of a limit that is shared with others (`X-RateLimit-Scope: shared`) is not held against us.
    """

    def __init__(self, clock: Clock, observer: Observer = SILENT) -> None:
        """`observer` is told of every request, refused or not."""
        self._clock, self._observer = clock, observer
        self._times: deque[float] = deque(maxlen=BAN)
        self._is_loud = self._is_resting = False

    def trace(self) -> aiohttp.TraceConfig:
        """For a session's `trace_configs`, or discord.py's `http_trace`. Each session gets its own."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._heard)
        trace.on_request_exception.append(self._lost)
        return trace

    def count(self) -> int:
        """How many there were in the last ten minutes."""
        oldest = self._clock.monotonic() - WINDOW.total_seconds()
        while self._times and self._times[0] <= oldest:
            self._times.popleft()
        return len(self._times)

    def rest_until(self) -> datetime | None:
        """When delivering may go on; None when it may now. Answers to people are not held up."""
        count = self.count()
        if count < REST_AT:
            return None
        left = self._times[count - REST_AT] + WINDOW.total_seconds() - self._clock.monotonic()
        return self._clock.now() + timedelta(seconds=left)

    def is_resting(self) -> bool:
        """Whether nothing is to be delivered now."""
        return self.rest_until() is not None

    async def _heard(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        answer = params.response
        self._tell(params.url.path, answer)
        if answer.status in _INVALID and answer.headers.get(_SCOPE, "").lower() != "shared":
            self._times.append(self._clock.monotonic())
            self._warn()

    async def _lost(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self._observer.asked_discord(route_of(params.url.path), 0)

    def _tell(self, path: str, answer: aiohttp.ClientResponse) -> None:
        is_global = answer.status == 429 and (
            _GLOBAL in answer.headers or answer.headers.get(_SCOPE, "").lower() == "global"
        )
        self._observer.asked_discord(
            route_of(path),
            answer.status,
            remaining=_number(answer.headers.get(_REMAINING)),
            limited=(_number(answer.headers.get("Retry-After")) or 0.0) if is_global else 0.0,
        )

    def _warn(self) -> None:
        """Once on the way up, and again only after it was quiet."""
        count = self.count()
        if count < WARN_AT // 2:
            self._is_loud = self._is_resting = False
        if count >= WARN_AT and not self._is_loud:
            self._is_loud = True
            log.warning("many invalid requests", count=count, minutes=10, rest_at=REST_AT, ban_at=BAN)
        if count >= REST_AT and not self._is_resting:
            self._is_resting = True
            log.error("delivering rests: too many invalid requests", count=count, minutes=10, ban_at=BAN)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
