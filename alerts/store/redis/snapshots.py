"""Snapshots, their locks and their history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex

import orjson

from alerts.domain.errors import StoreTooNew
from alerts.domain.model import Known, Point, Snapshot
from alerts.store import keys
from alerts.store.ports import Commit, LastLooks, Lock, Row, ScanHold
from alerts.store.redis.link import Link
from alerts.store.redis.written import Written, read, vouch_text, vouches_in


class RedisSnapshots:
    """See ports.Snapshots."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._written = Written()

    async def snapshot(self, sku: str) -> Snapshot:
        async with self._link.trouble():
            found = await self._link.redis.hgetall(keys.snapshot(sku))
        return self._snapshot(sku, found)

    def _snapshot(self, sku: str, found: Mapping[str, str]) -> Snapshot:
        self._link.check(found.get("v"), f"The snapshot of {sku}")
        return snapshot_of(sku, found, self._written.known)

    async def lock(self, sku: str, *, ttl: timedelta) -> Lock | None:
        return (await self.hold_scan(sku, (), ttl=ttl)).lock

    async def hold_scan(self, sku: str, vendors: Sequence[str], *, ttl: timedelta) -> ScanHold:
        owner = token_hex(8)
        names = [keys.lock(sku), keys.snapshot(sku), *(keys.vendor(vendor) for vendor in vendors)]
        fence, found, told = await self._link.run_soon("hold_scan", names, [owner, _ms(ttl)])
        lock = Lock(sku, owner, int(fence)) if fence else None
        kept = dict(zip(found[::2], found[1::2], strict=True))
        try:
            snapshot = self._snapshot(sku, kept)
        except StoreTooNew:
            if lock:
                await self.unlock(lock)  # for the process that understands it
            raise
        blind = frozenset(vendor for vendor, is_told in zip(vendors, told, strict=True) if is_told)
        return ScanHold(lock, snapshot, blind, vouches_in(kept))

    async def renew(self, lock: Lock, *, ttl: timedelta) -> bool:
        return bool(await self._link.run("renew", [keys.lock(lock.sku)], [lock.owner, _ms(ttl)]))

    async def unlock(self, lock: Lock) -> None:
        await self._link.run("release", [keys.lock(lock.sku)], [lock.owner])

    async def commit(self, commit: Commit) -> bool:
        snapshot, sku = commit.snapshot, commit.snapshot.sku
        points = sorted(commit.points.items())
        args: list[str | int | float] = [
            f"{commit.lock.owner}:{snapshot.revision}",
            commit.lock.fence,
            snapshot.revision,
            snapshot.revision + 1,
            snapshot.scanned_at.astimezone(UTC).isoformat() if snapshot.scanned_at else "",
            len(snapshot.listings) + len(commit.vouches),
            len(commit.told),
            len(commit.looks),
            commit.lock.owner if commit.is_last else "",
        ]
        for known in snapshot.listings:
            args += self._written.text(sku, known)
        for listing, vouch in commit.vouches.items():
            args += [f"p:{listing}", vouch_text(vouch)]
        for _, point in points:
            args += [point.at.timestamp() * 1000, point.model_dump_json(exclude_defaults=True)]
        for row in commit.told:
            args += [row.since.isoformat(), int(row.is_told)]
        args += [at.isoformat() for at in commit.looks.values()]
        args += [change.model_dump_json(exclude_defaults=True) for change in commit.changes]
        histories = (keys.history(sku, listing) for listing, _ in points)
        rows = [*(row.vendor for row in commit.told), *commit.looks]
        names = [keys.snapshot(sku), keys.CHANGES, keys.lock(sku), *histories, *(keys.vendor(name) for name in rows)]
        return bool(await self._link.run_soon("commit", names, args))

    async def looked(self, vendor: str, at: datetime, *, failed: bool, reason: str = "") -> Row:
        args: list[str | int | float] = [int(failed), at.isoformat(), reason]
        count, since, is_told = await self._link.run("vendor", [keys.vendor(vendor)], args)
        return Row(vendor, int(count), datetime.fromisoformat(since), bool(is_told))

    async def last_looks(self, vendors: Sequence[str]) -> Mapping[str, LastLooks]:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for vendor in vendors:
                pipe.hmget(keys.vendor(vendor), "at", "failed", "since", "reason")
            found = await pipe.execute() if vendors else []
        return {vendor: _last_looks(*row) for vendor, row in zip(vendors, found, strict=True)}

    async def turned(self, vendor: str, listing: str, at: datetime, *, since: datetime) -> int:
        name = keys.turns(vendor)
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=True)
            pipe.zadd(name, {listing: at.timestamp()})
            pipe.zremrangebyscore(name, "-inf", f"({since.timestamp()}")
            pipe.zcard(name)
            pipe.expire(name, timedelta(days=1))
            found = await pipe.execute()
        return int(found[2])

    async def scans(self, skus: Sequence[str], day: date) -> int:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for sku in skus:
                pipe.hmget(keys.snapshot(sku), "day", "scans")
            found = await pipe.execute() if skus else []
        return sum(int(scans) for at, scans in found if at == day.isoformat())

    async def history(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[Point]:
        texts = await self.history_texts(sku, listing, since=since, limit=limit)
        return [Point.model_validate(orjson.loads(text)) for text in texts]

    async def history_texts(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[str]:
        low = since.timestamp() * 1000 if since else "-inf"
        async with self._link.trouble():
            found = await self._link.redis.zrange(
                keys.history(sku, listing), "+inf", low, desc=True, byscore=True, offset=0, num=limit
            )
        return list(reversed(found))


def snapshot_of(sku: str, found: Mapping[str, str], known: Callable[[str, str, str], Known] = read) -> Snapshot:
    """A snapshot from its hash. `known`: what the text of a sku's field says."""
    at = found.get("at")
    return Snapshot(
        sku=sku,
        revision=int(found.get("rev", 0)),
        scanned_at=datetime.fromisoformat(at) if at else None,
        listings=tuple(known(sku, k, v) for k, v in sorted(found.items()) if k.startswith("l:")),
    )


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _last_looks(at: str | None, failed: str | None, since: str | None, reason: str | None) -> LastLooks:
    # A row that an older version began says only since when.
    began = datetime.fromisoformat(since) if since else None
    return LastLooks(datetime.fromisoformat(at) if at else began, int(failed or 0), began, reason or "")
