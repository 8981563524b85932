"""A dictionary is made by the version that reads it."""

from __future__ import annotations

from datetime import datetime


class MemoryMigrating:
    """See promises.migrating.Migrating."""

    async def is_behind(self) -> bool:
        return False

    async def migrate_some(self, now: datetime) -> bool:
        return False
