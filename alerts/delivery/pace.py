"""How fast messages go out: Discord's limit of 50 requests a second is one wall for all of a bot's messages."""

from __future__ import annotations

from alerts.ports import Clock

# Slots that were missed on a busy machine may be made up for, so many at once: with a rate of 45 still no second sees
# more than 48, which leaves room for requests that overtake each other on their way.
_MADE_UP = 2


class Pace:
    """Slots at even distances, `rate` a second; None for no limit."""

    def __init__(self, rate: float | None, *, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._next = float("-inf")

    async def slot(self) -> None:
        """Return when the next free slot has come."""
        if (wait := self.take()) > 0:
            await self._clock.sleep(wait)

    def take(self) -> float:
        """Seconds until the next free slot, which is nobody else's from now on."""
        if self._rate is None:
            return 0.0
        now = self._clock.monotonic()
        at = max(self._next, now - _MADE_UP / self._rate)
        self._next = at + 1 / self._rate
        return max(0.0, at - now)

    @property
    def is_limited(self) -> bool:
        return self._rate is not None

    def room(self, ahead: int) -> int:
        """How many more may be given slots now, so that nobody waits behind more than so many."""
        if self._rate is None:
            return ahead
        return ahead - round(max(0.0, self._next - self._clock.monotonic()) * self._rate)
