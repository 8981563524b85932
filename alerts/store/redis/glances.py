"""Many products at a glance: their snapshots in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerts.domain.model import Snapshot
from alerts.store import keys
from alerts.store.redis.link import Link
from alerts.store.redis.snapshots import snapshot_of


class RedisGlances:
    """See promises.glances.Glances."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def snapshots(self, skus: Sequence[str]) -> Mapping[str, Snapshot]:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for sku in skus:
                pipe.hgetall(keys.snapshot(sku))
            found = await pipe.execute() if skus else []
        for sku, fields in zip(skus, found, strict=True):
            self._link.check(fields.get("v"), f"The snapshot of {sku}")
        return {sku: snapshot_of(sku, fields) for sku, fields in zip(skus, found, strict=True)}

    async def revisions(self, skus: Sequence[str]) -> Mapping[str, int]:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for sku in skus:
                pipe.hget(keys.snapshot(sku), "rev")
            found = await pipe.execute() if skus else []
        return {sku: int(revision or 0) for sku, revision in zip(skus, found, strict=True)}
