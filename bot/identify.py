"""When a shard may identify: Discord counts what all processes of a bot do together."""

from __future__ import annotations

from datetime import timedelta

import structlog

from alerts.domain.errors import StoreError
from alerts.ports import Clock
from alerts.store.promises.identifies import Identifies

# Discord asks for five seconds between two of a lane; what arrives there was sent a moment before.
EVERY = timedelta(seconds=5.5)
_PATIENCE = timedelta(seconds=20)  # so long a dead process's place is kept
_AGAIN = 5.0  # seconds at most between two questions: who does not ask loses its place
log = structlog.get_logger()


class IdentifyGate:
    """One queue per lane for all processes, in the store; a shard's lane is its number modulo `max_concurrency`."""

    def __init__(self, *, store: Identifies, clock: Clock, every: timedelta = EVERY) -> None:
        self._store, self._clock, self._every = store, clock, every
        self.max_concurrency = 1  # until GET /gateway/bot has said more

    async def near(self, shard: int) -> None:
        """Return when nobody is before this shard: a connection that is opened now need not wait long to identify."""
        while await self._pause(shard, take=False) > self._every:
            await self._clock.sleep(_AGAIN)

    async def turn(self, shard: int) -> None:
        """Return when the shard may identify; nobody else of its lane may for five seconds."""
        while pause := await self._pause(shard, take=True):
            await self._clock.sleep(min(_AGAIN, pause.total_seconds()))

    async def _pause(self, shard: int, *, take: bool) -> timedelta:
        lane = shard % self.max_concurrency
        try:
            return await self._store.identify_turn(lane, shard, every=self._every, patience=_PATIENCE, take=take)
        except StoreError as exc:
            # Commands are answered without the store, too. This process alone keeps its distance; a shard that Discord
            # finds too early is told so, and asks again.
            log.warning("identifying without the others' leave", shard=shard, reason=str(exc))
            await self._clock.sleep(self._every.total_seconds() if take else 0)
            return timedelta(0)
