"""A reader that plays a script: for tests, for trying the bot out, and for rehearsing an outage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Listing, Offer
from alerts.domain.said import say
from alerts.ports import Clock

Step = Offer | ReadError
Script = Sequence[Step] | Mapping[str, Sequence[Step]]


class MockReader:
    """Plays offers and errors in order, the last one for ever; a mapping has a script per listing id."""

    def __init__(self, script: Script = (), *, clock: Clock, delay: timedelta = timedelta(0)) -> None:
        self._script, self._clock, self._delay = script, clock, delay
        self._played: Counter[str] = Counter()

    async def read(self, listing: Listing) -> Offer:
        """The next step of the script, after the delay."""
        if self._delay:
            await self._clock.sleep(self._delay.total_seconds())
        step = self._next(listing)
        if isinstance(step, ReadError):
            # A fresh error each time: one instance raised twice would collect tracebacks.
            raise ReadError(step.reason, step.detail, retry_after=step.retry_after)
        return step

    def _next(self, listing: Listing) -> Step:
        if isinstance(self._script, Mapping):
            name, steps = listing.id, self._script.get(listing.id, ())
        else:
            name, steps = "", self._script
        if not steps:
            return ReadError(FailureReason.NOT_FOUND, say("the script has nothing for this listing"))
        turn, self._played[name] = self._played[name], self._played[name] + 1
        return steps[min(turn, len(steps) - 1)]
