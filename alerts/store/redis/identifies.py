"""The gate before IDENTIFY, by the server's own clock."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex

from alerts.store import keys
from alerts.store.redis.link import Link

_MS = timedelta(milliseconds=1)


class RedisIdentifies:
    """See promises.identifies.Identifies."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def identify_turn(
        self, lane: int, shard: int, *, every: timedelta, patience: timedelta, take: bool
    ) -> timedelta:
        args: list[str | int | float] = [shard, every // _MS, patience // _MS, int(take), token_hex(8)]
        return int(await self._link.run("identify", keys.identifies(lane), args)) * _MS
