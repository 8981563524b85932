"""API keys, in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain.api_keys import ApiKey
from alerts.store.memory_outbox import MemoryOutbox


@dataclass
class MemoryApiKeys(MemoryOutbox):
    """See promises.api_keys.ApiKeyStore. It has the clock of the rest of memory."""

    _api_keys: dict[str, tuple[ApiKey, float]] = field(default_factory=dict, init=False)  # with its end

    async def add_api_key(self, key: ApiKey, *, most: int | None, ttl: timedelta | None) -> bool:
        there = await self.api_keys(key.guild)
        if await self.api_key(key.id) or (most is not None and len(there) >= most):
            return False
        self._api_keys[key.id] = key, self._end(ttl)
        return True

    async def api_key(self, key_id: str) -> ApiKey | None:
        key, until = self._api_keys.get(key_id, (None, 0.0))
        return key if until > self.clock.monotonic() else None

    async def api_keys(self, guild: int) -> Sequence[ApiKey]:
        now = self.clock.monotonic()
        self._api_keys = {name: kept for name, kept in self._api_keys.items() if kept[1] > now}
        found = [key for key, _ in self._api_keys.values() if key.guild == guild]
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def swap_api_key(self, before: ApiKey, after: ApiKey, *, ttl: timedelta | None) -> bool:
        there = await self.api_key(before.id)
        if there is None or _body(there) != _body(before):
            return False
        self._api_keys[before.id] = after.model_copy(update={"last_used_at": there.last_used_at}), self._end(ttl)
        return True

    async def note_api_key_used(self, key_id: str, at: datetime) -> None:
        if key := await self.api_key(key_id):
            self._api_keys[key_id] = key.model_copy(update={"last_used_at": at}), self._api_keys[key_id][1]

    async def remove_api_key(self, guild: int, key_id: str) -> None:
        if (key := await self.api_key(key_id)) and key.guild == guild:
            del self._api_keys[key_id]

    def _end(self, ttl: timedelta | None) -> float:
        return float("inf") if ttl is None else self.clock.monotonic() + ttl.total_seconds()


def _body(key: ApiKey) -> ApiKey:
    return key.model_copy(update={"last_used_at": None, "pepper": ""})
