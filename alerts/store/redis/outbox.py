"""Deliveries: a queue, what is postponed, and the state of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.store import keys
from alerts.store.ports import Claim
from alerts.store.redis.link import Link
from alerts.store.redis.news import entries

# How long an id is remembered. The same change cannot come back later: its old state began before it.
REMEMBERED = timedelta(days=14)
# One deliverer at a time (see lead), so one name: a successor finds what its predecessor left at once.
_CONSUMER = "deliverer"


class RedisOutbox:
    """See ports.Outbox."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def enqueue(self, delivery: Delivery) -> bool:
        names = [keys.delivery(delivery.id), keys.QUEUE]
        body = delivery.model_dump_json(exclude_defaults=True)
        return bool(await self._link.run("enqueue", names, [delivery.id, body, int(REMEMBERED.total_seconds())]))

    async def lead(self, role: str, owner: str, *, ttl: timedelta) -> bool:
        return bool(await self._link.run("lead", [keys.lead(role)], [owner, int(ttl.total_seconds() * 1000)]))

    async def resign(self, role: str, owner: str) -> None:
        await self._link.run("release", [keys.lead(role)], [owner])

    async def claim(self, now: datetime, *, limit: int, wait: timedelta) -> Sequence[Claim]:
        await self._link.run("promote", [keys.QUEUE, keys.LATER], [now.timestamp() * 1000, limit])
        return await self._read("0", limit, None) or await self._read(">", limit, wait)

    async def _read(self, start: str, limit: int, wait: timedelta | None) -> list[Claim]:
        block = int(wait.total_seconds() * 1000) if wait else 0
        async with self._link.trouble():
            found = await self._link.redis.xreadgroup(
                keys.QUEUE_GROUP, _CONSUMER, {keys.QUEUE: start}, count=limit, block=block or None
            )
        claims = [await self._claim(ticket, fields) for ticket, fields in entries(found)]
        return [claim for claim in claims if claim]

    async def _claim(self, ticket: str, fields: dict[str, str]) -> Claim | None:
        name = keys.delivery(fields["id"]) if fields else ""
        async with self._link.trouble():
            found = await self._link.redis.hgetall(name) if fields else {}
            if not found or found["state"] in (DeliveryState.SENT, DeliveryState.BURIED):
                # Its end was noted and the answer lost, or it was queued too long ago to be remembered.
                await self._link.redis.xack(keys.QUEUE, keys.QUEUE_GROUP, ticket)
                await self._link.redis.xdel(keys.QUEUE, ticket)
                return None
        return Claim(ticket, Delivery.model_validate_json(found["delivery"]), int(found["tries"]))

    async def sending(self, claim: Claim, now: datetime) -> None:
        await self._link.run("sending", [keys.delivery(claim.delivery.id)], [now.isoformat()])

    async def settle(self, claim: Claim, message_id: int) -> None:
        await self._finish(claim, DeliveryState.SENT, str(message_id))

    async def bury(self, claim: Claim, reason: str) -> None:
        await self._finish(claim, DeliveryState.BURIED, reason)

    async def _finish(self, claim: Claim, state: DeliveryState, note: str) -> None:
        names = [keys.delivery(claim.delivery.id), keys.QUEUE]
        await self._link.run("finish", names, [keys.QUEUE_GROUP, claim.ticket, state, note])

    async def postpone(self, claim: Claim, until: datetime, reason: str) -> None:
        names = [keys.delivery(claim.delivery.id), keys.QUEUE, keys.LATER]
        args: list[str | int | float] = [
            keys.QUEUE_GROUP,
            claim.ticket,
            until.timestamp() * 1000,
            claim.delivery.id,
            reason,
        ]
        await self._link.run("postpone", names, args)

    async def delivery_state(self, delivery_id: str) -> DeliveryState | None:
        async with self._link.trouble():
            found = await self._link.redis.hget(keys.delivery(delivery_id), "state")
        return DeliveryState(found) if found else None
