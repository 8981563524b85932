"""TinyFish reads the pages that we cannot: a browser in somebody else's hands, paid by the step. Off without a key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
from pydantic import SecretStr

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Listing, Offer
from alerts.domain.said import say
from alerts.ports import Clock
from alerts.reading.readers.sse import events
from alerts.reading.readers.tinyfish_answer import (
    DOLLARS_PER_STEP,
    EXPECTED_STEPS,
    cost_of,
    error_of,
    offer_of,
    request_of,
)
from alerts.reading.web.addresses import NotAllowed, checked_url
from alerts.reading.web.answers import rest_asked
from alerts.reading.web.turns import ALLOWANCE, Allowance

BASE_URL = "https://agent.tinyfish.ai"
_PATH = "/v1/automation/run-sse"
_ERROR_BODY = 64 * 1024


class Spending(Protocol):
    """How many dollars were spent on a day. Shared by all who spend from one purse."""

    async def add(self, day: date, dollars: Decimal) -> Decimal:
        """Add to the day's sum and answer the new sum; a negative amount gives back."""


class InMemorySpending:
    """One process's own sum."""

    def __init__(self) -> None:
        self._sums: dict[date, Decimal] = {}

    async def add(self, day: date, dollars: Decimal) -> Decimal:
        """Add to the day's sum and answer the new sum."""
        self._sums = {day: self._sums.get(day, Decimal(0)) + dollars}  # yesterday's is nobody's business any more
        return self._sums[day]


class Budget:
    """A daily limit in dollars, kept by reserving before a run what such a run usually costs."""

    def __init__(self, daily: Decimal, *, clock: Clock, spending: Spending | None = None) -> None:
        self._daily, self._clock, self._spending = daily, clock, spending or InMemorySpending()

    async def reserve(self) -> Reserved:
        """Take the usual price of a run, or raise NotAllowed before the limit would be passed."""
        day, usual = self._clock.now().date(), EXPECTED_STEPS * DOLLARS_PER_STEP
        if await self._spending.add(day, usual) > self._daily:
            await self._spending.add(day, -usual)
            raise NotAllowed(
                FailureReason.BLOCKED,
                say(
                    "today's TinyFish budget of {amount} is spent; it renews at midnight UTC", amount=f"${self._daily}"
                ),
            )
        return Reserved(self._spending, day, usual)


class Reserved:
    """Money put aside for one run."""

    def __init__(self, spending: Spending, day: date, dollars: Decimal) -> None:
        self._spending, self._day, self._dollars = spending, day, dollars

    async def settle(self, cost: Decimal) -> None:
        """Put right what was reserved by what it really cost."""
        await self._spending.add(self._day, cost - self._dollars)


class TinyFishReader:
    """Asks an agent to look at the page. Use as an async context manager."""

    def __init__(
        self,
        *,
        key: SecretStr,
        clock: Clock,
        budget: Budget,
        base_url: str = BASE_URL,
        timeout: timedelta = timedelta(seconds=90),
    ) -> None:
        self._key, self._clock, self._budget = key, clock, budget
        self._url, self._limit = base_url.rstrip("/") + _PATH, timeout.total_seconds()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def read(self, listing: Listing) -> Offer:
        """Say what the agent saw, or raise ReadError. Nothing is asked once the day's budget is spent."""
        checked_url(listing.url)
        reserved = await self._budget.reserve()
        cost = Decimal(0)
        try:
            with self._own_time():
                event = await self._run(listing)
            cost = cost_of(event)
        except ReadError as exc:
            # A run that broke off may have been billed; one that was never accepted was not.
            cost = EXPECTED_STEPS * DOLLARS_PER_STEP if exc.reason is FailureReason.TIMEOUT else cost
            raise
        finally:
            await reserved.settle(cost)
        return offer_of(event, listing)

    @contextmanager
    def _own_time(self) -> Iterator[None]:
        """A run has a limit of its own; a vendor's much shorter one is meant for the vendor."""
        allowance = ALLOWANCE.get() or Allowance()
        allowance.start(self._clock.monotonic())
        try:
            yield
        finally:
            allowance.stop(self._clock.monotonic())

    async def _run(self, listing: Listing) -> Mapping[str, Any]:
        async with self._errors(), asyncio.timeout(self._limit), self._posted(listing) as answer:
            if answer.status != 200:
                raise await self._refusal(answer)
            async for event in events(answer.content.iter_any()):
                if str(event.get("type") or "").upper() == "COMPLETE":
                    return event
        raise ReadError(FailureReason.UNREACHABLE, say("TinyFish broke off before the run was complete"))

    @asynccontextmanager
    async def _posted(self, listing: Listing) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("TinyFishReader is used inside `async with`")
        # The limit covers the stream too, so it is not the library's: that one is asked for headers and body apart.
        timeout = aiohttp.ClientTimeout(total=None, connect=min(self._limit, 20))
        headers = {"X-API-Key": self._key.get_secret_value(), "Accept": "text/event-stream"}
        async with self._session.post(
            self._url, json=request_of(listing), headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            yield answer

    async def _refusal(self, answer: aiohttp.ClientResponse) -> ReadError:
        raw = await answer.content.read(_ERROR_BODY)
        told = _json(raw)
        inner = told.get("error", told) if isinstance(told, dict) else None
        rest = rest_asked(answer.headers, self._clock.now())
        return error_of(inner, status=answer.status, default=f"HTTP {answer.status}", asked=rest)

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        try:
            yield
        except TimeoutError as exc:
            raise ReadError(
                FailureReason.TIMEOUT, say("TinyFish took longer than {count} seconds", count=f"{self._limit:g}")
            ) from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise ReadError(
                FailureReason.UNREACHABLE, say("TinyFish cannot be reached ({error})", error=type(exc).__name__)
            ) from exc


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
