"""Which targets take messages: a copy of what the store knows, a second old at most while we deliver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.domain.errors import DeliveryError
from alerts.domain.standing import Standing, StandingState, after_failure
from alerts.domain.wishes import Target
from alerts.ports import Clock
from alerts.store.ports import Standings

_EVERY = 1.0


class Targets:
    """Asks and keeps how targets stand."""

    def __init__(self, store: Standings, *, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._known: Mapping[str, Standing] = {}
        self._next_look = float("-inf")

    async def look(self) -> Sequence[str]:
        """Look again when it is time; targets that take messages again, because somebody mended them."""
        now = self._clock.monotonic()
        if now < self._next_look:
            return ()
        before, self._known = self._known, await self._store.standings()
        self._next_look = now + _EVERY
        return [name for name, each in before.items() if not each.is_fine and self._known.get(name) != each]

    def refuses(self, target: str, now: datetime) -> Standing | None:
        """How it stands with one that is not to be tried now."""
        standing = self._known.get(target)
        return standing if standing and not standing.may_be_tried(now) else None

    async def arrived(self, target: Target) -> None:
        """All is forgiven."""
        if str(target) in self._known:
            await self._store.clear_standing(target)
            self._known = {name: each for name, each in self._known.items() if name != str(target)}

    async def failed(self, target: Target, guild: int, error: DeliveryError, now: datetime) -> Standing:
        """How it stands after this, which is kept."""
        before = self._known.get(str(target)) or Standing(target=target, guild=guild)
        after = after_failure(before, error, now)
        if after != before:
            await self._store.put_standing(after)
            self._known = {**self._known, str(target): after}
        return after


def is_off(standing: Standing) -> bool:
    """Whether nothing is sent there any more."""
    return standing.state is StandingState.DISABLED
