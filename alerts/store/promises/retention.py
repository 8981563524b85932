"""What memory promises about old histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from alerts.domain.wishes import Target


class HistoryRetention(Protocol):
    """Counting and removing points of change. By product and listing."""

    async def count_points(self, wanted: Sequence[tuple[str, str]], *, before: datetime) -> Sequence[int]:
        """How many points of each listing are older, in the order asked for, in few round trips."""

    async def drop_points(self, sku: str, listing: str, moments: Sequence[datetime]) -> int:
        """Remove the points of these moments, but never the newest one; how many. Doing it again does no harm."""


class OldRows(Protocol):
    """What guilds and people have done, kept for so long and no longer, also where nothing follows it."""

    async def drop_old_rows(self, *, audit: datetime, trail: datetime, sent: datetime, dead: datetime) -> int:
        """Remove rows of the audit, the trail, the list of what was sent and the dead letters from before; how many."""

    async def unused_addresses(self) -> Sequence[tuple[int, Target]]:
        """Guilds and targets whose sealed address no alert of the guild uses."""
