"""Empty the outbox: one process at a time, each message once."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import structlog

from alerts.domain.deliveries import Delivery
from alerts.domain.errors import DeliveryError
from alerts.ports import Clock
from alerts.store.ports import Claim, Outbox

LEASE = timedelta(seconds=5)
_BATCH = 20
_MOST_TRIES = 12
log = structlog.get_logger()


class Notifier(Protocol):
    """One way to put a message before people."""

    async def send(self, delivery: Delivery) -> int:
        """Post it and say the message's id; the same delivery again finds the message that stands. Or DeliveryError."""


class Deliver:
    """Send what is queued, in order, while this process holds the only seat."""

    def __init__(self, *, store: Outbox, notifier: Notifier, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._notifier, self._clock, self._name = store, notifier, clock, name

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Send what is due; False when there was nothing, or somebody else delivers."""
        if not await self._lead():
            return False
        claims = await self._store.claim(self._clock.now(), limit=_BATCH, wait=wait)
        for claim in claims:
            # A slow send may have cost us the seat; whoever took it claims these again.
            if not await self._lead():
                return False
            await self._attempt(claim)
        return bool(claims)

    async def leave(self) -> None:
        """Give the seat to the next process at once."""
        await self._store.resign("deliver", self._name)

    async def _lead(self) -> bool:
        return await self._store.lead("deliver", self._name, ttl=LEASE)

    async def _attempt(self, claim: Claim) -> None:
        delivery = claim.delivery
        facts = {"delivery": delivery.id, "sku": delivery.change.sku, "kind": delivery.change.kind.value}
        await self._store.sending(claim, self._clock.now())
        try:
            message_id = await self._notifier.send(delivery)
        except DeliveryError as exc:
            if exc.permanent or claim.tries + 1 >= _MOST_TRIES:
                log.warning("delivery buried", reason=str(exc), tries=claim.tries + 1, **facts)
                await self._store.bury(claim, str(exc))
                return
            pause = exc.retry_after or timedelta(seconds=min(2**claim.tries, 300))
            log.warning("delivery postponed", reason=str(exc), seconds=pause.total_seconds(), **facts)
            await self._store.postpone(claim, self._clock.now() + pause, str(exc))
            return
        await self._store.settle(claim, message_id)
        log.info("delivered", message=message_id, **facts)
