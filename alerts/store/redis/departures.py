"""Which guilds a bot is in, and which it has left: a hash, and a sorted set by the time until which they are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from alerts.store import keys
from alerts.store.redis.link import Link, pages

_PAGE = 1000


class RedisDepartures:
    """See promises.departures.Departures."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def note_guilds(self, application: int, guilds: Collection[int]) -> int:
        back = 0
        for some in pages(list(guilds), _PAGE):
            async with self._link.trouble():
                await self._link.redis.hset(keys.GUILDS, mapping=dict.fromkeys(map(str, some), str(application)))
                back += await self._link.redis.zrem(keys.DEPARTURES, *map(str, some))
        return back

    async def guilds_of(self, application: int) -> frozenset[int]:
        mine = str(application)
        async with self._link.trouble():
            rows = self._link.redis.hscan_iter(keys.GUILDS, count=_PAGE)
            return frozenset([int(guild) async for guild, last in rows if last == mine])

    async def note_departures(self, guilds: Collection[int], until: datetime) -> int:
        new = 0
        for some in pages(list(guilds), _PAGE):
            times = {str(guild): until.timestamp() for guild in some}
            async with self._link.trouble():
                new += await self._link.redis.zadd(keys.DEPARTURES, times, nx=True)
        return new

    async def departures(self, now: datetime, *, limit: int) -> Sequence[tuple[int, int]]:
        async with self._link.trouble():
            due = await self._link.redis.zrange(
                keys.DEPARTURES, "-inf", now.timestamp(), byscore=True, offset=0, num=limit
            )
            last = await self._link.redis.hmget(keys.GUILDS, due) if due else []
        return [(int(guild), int(application or 0)) for guild, application in zip(due, last, strict=True)]

    async def departure(self, guild: int) -> datetime | None:
        async with self._link.trouble():
            score = await self._link.redis.zscore(keys.DEPARTURES, str(guild))
        return None if score is None else datetime.fromtimestamp(score, UTC)

    async def departure_done(self, guild: int) -> None:
        async with self._link.trouble():
            await self._link.redis.zrem(keys.DEPARTURES, str(guild))
