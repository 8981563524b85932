"""Fakes: ten lines each, and none of them patches anything."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

from alerts.domain.deliveries import Delivery
from alerts.domain.episodes import Episode
from alerts.domain.errors import DeliveryError, StoreUnavailable
from alerts.domain.letters import Letter
from alerts.domain.model import Failure, Listing, Offer, Reading
from alerts.domain.priority import Priority


class FakeClock:
    """Time that moves only when told; whoever sleeps wakes in order as it passes."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) -> None:
        self._now, self._mono, self._sleepers, self._serial = start, 0.0, list[tuple[float, int, asyncio.Event]](), 0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._mono

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken, self._serial = asyncio.Event(), self._serial + 1
        heapq.heappush(self._sleepers, (self._mono + seconds, self._serial, woken))
        await woken.wait()

    async def advance(self, seconds: float) -> None:
        """Pass time, letting everybody who wakes run before the next one does."""
        end = self._mono + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, woken = heapq.heappop(self._sleepers)
            self._move(at)
            woken.set()
            await _settle()
        self._move(end)
        await _settle()

    def _move(self, to: float) -> None:
        self._now += timedelta(seconds=to - self._mono)
        self._mono = to


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Shops:
    """A Look that plays what each vendor offers, or the failure it was given; counts the looks, names fresh ones."""

    def __init__(self, clock: FakeClock, **vendors: Offer | Failure) -> None:
        self.clock, self.vendors, self.looks, self.gate = clock, dict(vendors), 0, asyncio.Event()
        self.fresh = list[str]()
        self.gate.set()

    async def __call__(self, listing: Listing, *, fresh: bool = False) -> Reading:
        self.looks += 1
        self.fresh += [listing.vendor] * fresh
        await self.gate.wait()
        return Reading(url=listing.url, at=self.clock.now(), outcome=self.vendors[listing.vendor])


class Mailbox:
    """A Notifier that keeps what it was given, and fails as often as it was told.

    `letters` are the alerts in the order they were told, `posts` the messages that they came in, `edits` what an
    edited message shows.
    """

    def __init__(self, *failures: DeliveryError) -> None:
        self.failures, self.letters, self.edits = list(failures), list[Delivery](), list[Episode]()
        self.posts, self.roles = list[Letter](), list[tuple[int, ...]]()

    async def post(self, letter: Letter) -> int:
        if self.failures:
            raise self.failures.pop(0)
        self.posts.append(letter)
        self.roles.append(letter.roles)
        self.letters += [part.delivery for part in letter.parts]
        return len(self.posts)

    async def edit(self, letter: Letter, message_id: int) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.edits += [part.episode for part in letter.parts if part.episode]


class Docket:
    """A JobQueue that keeps each slot once, with its class; `is_away` lets it take nothing."""

    def __init__(self) -> None:
        self.jobs, self.is_away = dict[tuple[str, datetime], Priority](), False

    async def put(self, sku: str, *, slot: datetime, priority: Priority) -> None:
        if self.is_away:
            raise StoreUnavailable("away")
        self.jobs[sku, slot] = priority

    async def work(self) -> None:
        """Nobody works here; the test takes the jobs."""
