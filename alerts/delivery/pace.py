"""How fast messages go out: Discord's limit of 50 requests a second is one wall for all of a bot's messages."""

from __future__ import annotations

from alerts.ports import Clock

_BURST = 4  # with a rate of 45 never more than 50 within any one second


class Pace:
    """A bucket that fills by `rate` a second; None for no limit."""

    def __init__(self, rate: float | None, *, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._level, self._at = float(_BURST), clock.monotonic()

    def take(self) -> bool:
        """Use up one message's worth; False when it is not there yet."""
        if self._rate is None:
            return True
        self._fill(self._rate)
        if self._level < 1:
            return False
        self._level -= 1
        return True

    def give_back(self) -> None:
        """What was taken was not used."""
        self._level += 1

    def wait(self) -> float:
        """Seconds until the next one."""
        if self._rate is None:
            return 0.0
        self._fill(self._rate)
        return max(0.0, (1 - self._level) / self._rate)

    def _fill(self, rate: float) -> None:
        now = self._clock.monotonic()
        self._level = min(float(_BURST), self._level + (now - self._at) * rate)
        self._at = now
