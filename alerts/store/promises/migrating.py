"""What memory promises about data that an older version has written."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Migrating(Protocol):
    """Bringing what is stored up to this version's shapes, while everything else goes on."""

    async def is_behind(self) -> bool:
        """Whether anything may be of an older shape than this version writes."""

    async def migrate_some(self, now: datetime) -> bool:
        """Bring the next few keys up; False when nothing is to be done now. Killed anywhere, it goes on there."""
