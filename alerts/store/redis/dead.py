"""What was given up: the ids by their time; the deliveries themselves keep their text and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from secrets import token_hex

from alerts.domain.deliveries import Delivery
from alerts.store import keys
from alerts.store.ports import DeadLetter
from alerts.store.redis.link import Link
from alerts.store.redis.outbox import REMEMBERED


class RedisDeadLetters:
    """See ports.DeadLetters. `finish.lua` puts them in."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        async with self._link.trouble():
            rows = await self._link.redis.zrange(keys.DEAD, 0, max(limit, 1) - 1, desc=True, withscores=True)
            pipe = self._link.redis.pipeline(transaction=False)
            for name, _ in rows:
                pipe.hmget(keys.delivery(name), "delivery", "note")
            bodies = await pipe.execute()
            # A delivery is forgotten after two weeks, and its id with it.
            if forgotten := [name for (name, _), (body, _) in zip(rows, bodies, strict=True) if body is None]:
                await self._link.redis.zrem(keys.DEAD, *forgotten)
        return [
            DeadLetter(Delivery.model_validate_json(body), note or "", datetime.fromtimestamp(score / 1000, UTC))
            for (_, score), (body, note) in zip(rows, bodies, strict=True)
            if body is not None
        ]

    async def redrive(self, delivery_id: str, now: datetime) -> bool:
        async with self._link.trouble():
            body = await self._link.redis.hget(keys.delivery(delivery_id), "delivery")
        if body is None:
            return False
        fresh = Delivery.model_validate_json(body).model_copy(update={"queued_at": now})
        text, days = fresh.model_dump_json(exclude_defaults=True), int(REMEMBERED.total_seconds())
        names = [keys.delivery(delivery_id), keys.QUEUE, keys.DEAD]
        return bool(
            await self._link.run(
                "redrive", names, [delivery_id, token_hex(8), text, days, fresh.guild, str(fresh.target), fresh.event]
            )
        )

    async def drop(self, delivery_id: str) -> bool:
        names = [keys.delivery(delivery_id), keys.DEAD]
        return bool(await self._link.run("drop", names, [delivery_id, token_hex(8)]))
