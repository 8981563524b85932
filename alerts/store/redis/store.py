"""All of memory over one connection."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.store import keys
from alerts.store.promises.server import ServerFacts
from alerts.store.redis.api_keys import RedisApiKeys
from alerts.store.redis.audit import RedisAudit
from alerts.store.redis.catalogue import RedisCatalogue
from alerts.store.redis.dead import RedisDeadLetters
from alerts.store.redis.departures import RedisDepartures
from alerts.store.redis.episodes import RedisEpisodes
from alerts.store.redis.erasing import RedisErasing
from alerts.store.redis.first_sights import RedisFirstSights
from alerts.store.redis.glances import RedisGlances
from alerts.store.redis.guilds import RedisGuilds
from alerts.store.redis.holds import RedisHolds
from alerts.store.redis.identifies import RedisIdentifies
from alerts.store.redis.limits import RedisLimits
from alerts.store.redis.link import Link
from alerts.store.redis.migrating import RedisMigrating, bring_up
from alerts.store.redis.news import RedisNews
from alerts.store.redis.old_rows import RedisOldRows
from alerts.store.redis.outbox import RedisOutbox
from alerts.store.redis.persons import RedisPersons
from alerts.store.redis.plans import RedisPlans
from alerts.store.redis.popularity import RedisPopularity
from alerts.store.redis.resealing import RedisResealing
from alerts.store.redis.retention import RedisRetention
from alerts.store.redis.sealed import RedisSealed
from alerts.store.redis.server import facts_of
from alerts.store.redis.snapshots import RedisSnapshots
from alerts.store.redis.tallies import RedisTallies
from alerts.store.redis.targets import RedisStandings
from alerts.store.redis.timetable import RedisTimetable
from alerts.store.redis.trails import RedisTrails
from alerts.store.redis.version import Version
from alerts.store.redis.webhooks import RedisWebhooks
from alerts.store.redis.wishes import RedisWishes


class RedisStore(
    RedisSnapshots,
    RedisNews,
    RedisOutbox,
    RedisDeadLetters,
    RedisStandings,
    RedisEpisodes,
    RedisHolds,
    RedisTrails,
    RedisAudit,
    RedisWishes,
    RedisPersons,
    RedisDepartures,
    RedisErasing,
    RedisCatalogue,
    RedisFirstSights,
    RedisGuilds,
    RedisSealed,
    RedisTimetable,
    RedisPopularity,
    RedisPlans,
    RedisApiKeys,
    RedisLimits,
    RedisWebhooks,
    RedisTallies,
    RedisGlances,
    RedisIdentifies,
    RedisRetention,
    RedisResealing,
    RedisMigrating,
    RedisOldRows,
):
    """See ports.Store. Opens whole or raises StoreError; `url` is anything that store.address understands.

    `observer` is told of each command, measured by `clock`.
    """

    def __init__(
        self, url: str, *, observer: Observer = SILENT, clock: Clock | None = None, version: Version | None = None
    ) -> None:
        """`version`: whose shapes are read and written; ours, but for tests of upgrades."""
        link = Link(url, observer=observer, clock=clock, version=version)
        super().__init__(link)
        RedisTrails.__init__(self, link)  # parts with a memory of their own
        RedisWebhooks.__init__(self, link)

    async def __aenter__(self) -> Self:
        try:
            await self._link.open()
            await bring_up(self._link)
        except BaseException:  # also when cancelled: nobody else closes what was half opened
            await self._link.close()
            raise
        return self

    @property
    def url_for_jobs(self) -> str:
        """Where the job engine keeps its own: the same server, or the same Cluster by one of its nodes."""
        return self._link.url_of_one

    async def __aexit__(self, *_: object) -> None:
        await self._link.close()

    async def ping(self) -> None:
        async with self._link.trouble():
            await self._link.redis.ping()

    async def server(self) -> ServerFacts:
        found = await self._link.of_each_server("info", "persistence", "memory", "keyspace")
        return facts_of([*found.values()])

    async def note(self, name: str) -> str | None:
        async with self._link.trouble():
            found: str | None = await self._link.redis.hget(keys.NOTES, name)
        return found

    async def set_note(self, name: str, text: str) -> None:
        async with self._link.trouble():
            await self._link.redis.hset(keys.NOTES, name, text)

    async def add(self, day: date, dollars: Decimal) -> Decimal:
        """Add to what was spent on a day, by all processes together, and answer the new sum."""
        millionths = int(dollars * 1_000_000)
        async with self._link.trouble():
            total = await self._link.redis.incrby(keys.spent(day), millionths)
            await self._link.redis.expire(keys.spent(day), timedelta(days=2))
        return Decimal(total) / 1_000_000
