"""A look at the servers of the store that changes nothing, not even in an empty one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from alerts.ports import Clock
from alerts.store import keys
from alerts.store.redis.link import PARTITIONS, Link
from alerts.store.vitals import Schema, Vitals


class Checkup:
    """Every method raises StoreError when the store is away."""

    def __init__(self, url: str, *, clock: Clock) -> None:
        self._link, self._clock = Link(url), clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._link.close()

    async def servers(self) -> Sequence[Vitals]:
        """The server, or each primary of a Cluster."""
        found = []
        for place, facts in (await self._link.of_each_server("info")).items():
            before = self._clock.now()
            seconds, millionths = (await self._link.of_each_server("time"))[place]
            ours = before + (self._clock.now() - before) / 2
            theirs = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=millionths)
            found.append(_vitals(place, facts, theirs - ours))
        return found

    async def schema(self) -> Schema:
        """Which schema the store has."""
        async with self._link.trouble():
            found = await self._link.redis.hmget(keys.META, "schema", "partitions")
        schema, partitions = (int(each) if each else None for each in found)
        return Schema(schema, self._link.version.schema, partitions, PARTITIONS)

    async def pings(self, times: int) -> Sequence[float]:
        """Seconds that so many answers took, one after another; the shortest first."""
        took = []
        for _ in range(times):
            start = self._clock.monotonic()
            async with self._link.trouble():
                await self._link.redis.ping()
            took.append(self._clock.monotonic() - start)
        return sorted(took)


def _vitals(place: str, facts: Mapping[str, Any], ahead: timedelta) -> Vitals:
    valkey, redis = facts.get("valkey_version"), str(facts.get("redis_version", "0"))
    keeps_log = facts.get("aof_enabled")
    return Vitals(
        place=place,
        make="Valkey" if valkey else "Redis",
        version=str(valkey or redis),
        compatible=tuple(int(part) for part in redis.split(".") if part.isdigit()),
        is_replica=facts.get("role") == "slave",
        keeps_log=None if keeps_log is None else bool(keeps_log),
        trouble=", ".join(f"{name} {said}" for name, said in _statuses(facts) if said != "ok"),
        policy=facts.get("maxmemory_policy"),
        used=int(facts.get("used_memory", 0)),
        most=int(facts.get("maxmemory", 0)),
        ahead=ahead,
    )


def _statuses(facts: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    names = ("aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status")
    return [(name, str(facts.get(name, "ok"))) for name in names]
