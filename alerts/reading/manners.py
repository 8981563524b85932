"""Manners around any reader: time limit, pace, retry, breaker; and the outcome is always a Reading."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from alerts.domain.errors import ReadError
from alerts.domain.model import Failure, FailureReason, Listing, Offer, Reading
from alerts.domain.said import say
from alerts.observing import RESTING
from alerts.ports import BreakerFacts, Clock, Reader
from alerts.reading.breaker import Breaker, Resting
from alerts.reading.web.addresses import NotAllowed
from alerts.reading.web.turns import ALLOWANCE, Allowance, Turns
from alerts.reading.web.validators import FRESH

Step = Callable[[Listing], Awaitable[Offer]]
Observe = Callable[[str, str, float], None]  # vendor, verdict word or `RESTING`, seconds
Tripped = Callable[[str], None]  # vendor
_log = structlog.get_logger(__name__)
_OUTAGES = frozenset({FailureReason.UNREACHABLE, FailureReason.TIMEOUT, FailureReason.BLOCKED})


def polite(  # noqa: PLR0913  # each is a line of the operator's `vendors:` section, or told of what happens
    reader: Reader,
    *,
    clock: Clock,
    vendor: str = "",
    time_limit: timedelta = timedelta(seconds=20),
    attempts: int = 3,
    pace: timedelta | None = None,
    rest: timedelta = timedelta(seconds=30),
    observe: Observe | None = None,
    tripped: Tripped | None = None,
) -> Polite:
    """Dress a reader for one vendor. All its listings share what comes back: one breaker, one pace.

    The order, from the inside out:
    time limit: one attempt that hangs becomes a timeout; waiting for a turn is not counted;
    pace:       every attempt pays it, the repeated ones too, so retrying never hurries a shop;
    retry:      what may be answered in a few seconds is asked again, Retry-After first;
    breaker:    one outcome per question, whatever the attempts; three bad ones leave the shop in peace.
    """
    limited = _TimeLimit(reader.read, clock=clock, limit=time_limit)
    paced = _Pace(limited, clock=clock, pace=pace) if pace else limited
    patient = _Retry(paced, clock=clock, attempts=attempts)
    breaker = Breaker(monotonic=clock.monotonic, counts=_is_outage, rest=rest)
    return Polite(patient, breaker, clock=clock, vendor=vendor, observe=observe, tripped=tripped)


class Polite:
    """A `Look`: never raises for anything a shop, a network or a page can do."""

    def __init__(
        self,
        step: Step,
        breaker: Breaker,
        *,
        clock: Clock,
        vendor: str,
        observe: Observe | None = None,
        tripped: Tripped | None = None,
    ) -> None:
        self._step, self._breaker, self._clock, self._vendor = step, breaker, clock, vendor
        self._observe, self._away, self._last = observe, False, FailureReason.UNREACHABLE
        self._tripped, self._counts = tripped, Counter[str]()

    @property
    def state(self) -> str:
        """`closed`, `open` or `half_open`."""
        return self._breaker.word

    @property
    def retry_after(self) -> timedelta:
        """How long the vendor is still left in peace; zero when it is not."""
        return self._breaker.retry_after

    @property
    def facts(self) -> BreakerFacts:
        """How the breaker stands, and what was counted since the start."""
        counts, failures = self._counts, self._breaker.fail_counter if self.state == "closed" else 0
        return BreakerFacts(
            vendor=self._vendor,
            state=self.state,
            failures=failures,
            looks=counts["looks"],
            failed=counts["failed"],
            rested=counts["rested"],
            trips=counts["trips"],
            rests_for=self.retry_after.total_seconds(),
        )

    async def __call__(self, listing: Listing, *, fresh: bool = False) -> Reading:
        """Look once. The outcome is an Offer or a Failure with its reason."""
        began = self._clock.monotonic()
        token = FRESH.set(fresh)
        try:
            outcome, is_resting = await self._outcome(listing)
        finally:
            FRESH.reset(token)
        seconds = self._clock.monotonic() - began
        self._tell_of_outages(listing)
        reading = Reading(url=listing.url, at=self._clock.now(), outcome=outcome, elapsed_ms=round(seconds * 1000))
        word = outcome.reason if isinstance(outcome, Failure) else outcome.availability
        self._count(outcome, is_resting=is_resting)
        if self._observe:
            self._observe(listing.vendor, RESTING if is_resting else word.value, seconds)
        return reading

    def _count(self, outcome: Offer | Failure, *, is_resting: bool) -> None:
        self._counts["rested" if is_resting else "looks"] += 1
        self._counts["failed"] += isinstance(outcome, Failure) and not is_resting

    async def _outcome(self, listing: Listing) -> tuple[Offer | Failure, bool]:
        """What came of it, and whether the shop was left in peace instead."""
        try:
            return await self._breaker.run(self._step, listing), False
        except Resting as exc:
            why = say("left in peace after repeated trouble")
            return Failure(reason=self._last, detail=why, retry_after=exc.retry_after), True
        except ReadError as exc:
            self._last = exc.reason if _is_outage(exc) else self._last
            return Failure(reason=exc.reason, detail=exc.detail, retry_after=exc.retry_after), False
        except Exception:  # noqa: BLE001  # the bulkhead: one reader's defect must not take the other vendors' readings along
            _log.exception("reader failed", vendor=listing.vendor, listing=listing.id)
            why = say("our reader failed on this page; the log says how")
            return Failure(reason=FailureReason.UNREADABLE, detail=why), False

    def _tell_of_outages(self, listing: Listing) -> None:
        away = not self._breaker.is_closed
        if away and not self._away:
            self._counts["trips"] += 1
            if self._tripped:
                self._tripped(self._vendor or listing.vendor)
            _log.warning("vendor away", vendor=self._vendor or listing.vendor, reason=self._last.value)
        elif self._away and not away:
            _log.info("vendor back", vendor=self._vendor or listing.vendor)
        self._away = away


def _is_outage(exc: BaseException) -> bool:
    # A page that is gone or not understood came from a shop that is there, and our own rules are nobody's outage.
    return isinstance(exc, ReadError) and exc.reason in _OUTAGES and not isinstance(exc, NotAllowed)


class _TimeLimit:
    """One attempt, at most so long, measured by the Clock port."""

    def __init__(self, step: Step, *, clock: Clock, limit: timedelta) -> None:
        self._step, self._clock, self._limit = step, clock, limit.total_seconds()
        self._under_way: dict[asyncio.Timeout, tuple[float, Allowance]] = {}
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, listing: Listing) -> Offer:
        allowance = Allowance()
        token = ALLOWANCE.set(allowance)
        alarm = asyncio.timeout(None)
        try:
            async with alarm:
                self._under_way[alarm] = (self._clock.monotonic(), allowance)
                if self._watch is None or self._watch.done():
                    self._watch = asyncio.create_task(self._watching(), name="time limits")
                return await self._step(listing)
        except TimeoutError as exc:
            if not alarm.expired():
                raise
            detail = say("no answer within {count} seconds", count=f"{self._limit:g}")
            raise ReadError(FailureReason.TIMEOUT, detail) from exc
        finally:
            ALLOWANCE.reset(token)
            self._under_way.pop(alarm, None)
            if not self._under_way and self._watch:
                self._watch.cancel()
                self._watch = None

    async def _watching(self) -> None:
        """One sleeper for all attempts at a vendor."""
        while True:
            now = self._clock.monotonic()
            left = {alarm: self._limit + each.waited(now) - (now - began)
                    for alarm, (began, each) in self._under_way.items()}  # fmt: skip
            for alarm in [alarm for alarm, seconds in left.items() if seconds <= 0]:
                del self._under_way[alarm]
                alarm.reschedule(asyncio.get_running_loop().time())
            # One that begins meanwhile has the whole limit.
            await self._clock.sleep(min([self._limit, *(seconds for seconds in left.values() if seconds > 0)]))


class _Pace:
    """Attempts at one vendor start at least so far apart."""

    def __init__(self, step: Step, *, clock: Clock, pace: timedelta) -> None:
        self._step, self._turns = step, Turns(clock=clock, pace=pace, concurrency=10_000)

    async def __call__(self, listing: Listing) -> Offer:
        async with self._turns.at(listing.vendor):
            return await self._step(listing)


class _Retry:
    """Ask again what may be answered in a few seconds: 2 to 8 s apart, or as the shop says."""

    def __init__(self, step: Step, *, clock: Clock, attempts: int) -> None:
        self._step, self._clock, self._attempts = step, clock, attempts

    async def __call__(self, listing: Listing) -> Offer:
        # Most looks need no second attempt, so the machinery for one is set up behind the first.
        try:
            return await self._step(listing)
        except ReadError as exc:
            if not _is_worth_another_try(exc):
                raise
            return await self._again(listing, exc)

    async def _again(self, listing: Listing, error: ReadError) -> Offer:
        first: list[ReadError] = [error]

        async def attempt() -> Offer:
            if first:
                raise first.pop()
            return await self._step(listing)

        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=_wait,
            retry=retry_if_exception(_is_worth_another_try),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return await retrying(attempt)


_PAUSES = wait_exponential(multiplier=2, max=8)
_JITTER = wait_random(0, 1)  # added after the cap, or everybody waits alike
_LONGEST_PAUSE = timedelta(seconds=8)


def _is_worth_another_try(exc: BaseException) -> bool:
    if not isinstance(exc, ReadError) or (exc.retry_after or timedelta(0)) > _LONGEST_PAUSE:
        return False
    said_when = exc.reason is FailureReason.BLOCKED and exc.retry_after is not None
    return exc.is_worth_retrying or (said_when and not isinstance(exc, NotAllowed))


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ReadError) else None
    return (asked.total_seconds() if asked is not None else float(_PAUSES(state))) + float(_JITTER(state))
