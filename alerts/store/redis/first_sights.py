"""Wishes that were made and not looked at yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.domain.first_sight import FirstSight
from alerts.store import keys
from alerts.store.redis.link import Link


class RedisFirstSights:
    """See ports.FirstSights."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def put_first_sight(self, sight: FirstSight, until: datetime) -> None:
        async with self._link.trouble():
            await self._link.redis.zadd(keys.FIRST_SIGHTS, {sight.model_dump_json(): until.timestamp()})

    async def first_sights(self, now: datetime, *, limit: int) -> Sequence[FirstSight]:
        async with self._link.trouble():
            found = await self._link.redis.zrange(
                keys.FIRST_SIGHTS, "-inf", now.timestamp(), byscore=True, offset=0, num=limit
            )
        return [FirstSight.model_validate_json(raw) for raw in found]

    async def first_sight_done(self, sight: FirstSight) -> None:
        async with self._link.trouble():
            await self._link.redis.zrem(keys.FIRST_SIGHTS, sight.model_dump_json())
