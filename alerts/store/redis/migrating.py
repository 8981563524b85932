"""Bringing older shapes up to this version's, a few keys at a time, beside everything else.

A pass first writes down the names of all keys it has to go through, then takes each off that list when it is done. So
it goes on where it ended, whoever does it next, and a kill anywhere costs one key done twice. An older process that
still runs may write older shapes behind a pass's back: there are passes, an hour apart, until one changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

import structlog

from alerts.store import keys
from alerts.store.redis.link import Link
from alerts.store.redis.version import Migration

BETWEEN = timedelta(hours=1)
_PAGE = 100
log = structlog.get_logger()


class RedisMigrating:
    """See promises.migrating.Migrating."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def is_behind(self) -> bool:
        return await _migrated(self._link) < self._link.version.schema

    async def migrate_some(self, now: datetime) -> bool:
        return await migrate_some(self._link, now)


async def bring_up(link: Link) -> None:
    """Return when everything is of a shape that this version reads: its own, or the one before it."""
    while await _migrated(link) < link.version.schema - 1:
        # Who wrote what is older than that can no longer be running: there is nobody to wait for.
        await migrate_some(link, None)


async def migrate_some(link: Link, now: datetime | None) -> bool:
    """The next few keys; False when there is nothing to do now. Without a `now` passes follow each other at once."""
    migrated = await _migrated(link)
    this = next((each for each in link.version.migrations if each.to == migrated + 1), None)
    if this is None:
        return False
    async with link.trouble():
        begun, again = await link.redis.hmget(keys.META, "pass", "again")
        if begun != str(this.to):
            if now and again and now.timestamp() < float(again):
                return False
            await _begin(link, this)
            return True
        page = await link.redis.zrange(keys.MIGRATING, 0, _PAGE - 1)
        for name in page:
            if await this.bring(link.redis, name):
                await link.redis.hset(keys.META, "changed", "1")  # before the key is off the list
            await link.redis.zrem(keys.MIGRATING, name)
        if not page:
            await _end(link, this, now)
    return True


async def _begin(link: Link, this: Migration) -> None:
    for pattern in this.patterns:
        names = [name async for name in link.redis.scan_iter(pattern, count=1000)]
        for at in range(0, len(names), 1000):
            await link.redis.zadd(keys.MIGRATING, dict.fromkeys(islice(names, at, at + 1000), 0))
    # Only now: a list that is not whole is made anew.
    await link.redis.hset(keys.META, "pass", str(this.to))
    log.info("migration began", to=this.to, what=this.says, keys=await link.redis.zcard(keys.MIGRATING))


async def _end(link: Link, this: Migration, now: datetime | None) -> None:
    if await link.redis.hget(keys.META, "changed"):
        again = (now + BETWEEN).timestamp() if now else 0
        await link.redis.hset(keys.META, "again", str(again))
        await link.redis.hdel(keys.META, "pass", "changed")
        log.info("migration will look once more", to=this.to, what=this.says)
    else:
        # In this order: what is left of a pass says nothing once it is known to be over.
        await link.redis.hset(keys.META, "migrated", str(this.to))
        await link.redis.hdel(keys.META, "pass", "changed", "again")
        log.info("migration done", to=this.to, what=this.says)


async def _migrated(link: Link) -> int:
    async with link.trouble():
        return int(await link.redis.hget(keys.META, "migrated") or link.version.schema)
