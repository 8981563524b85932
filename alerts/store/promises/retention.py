"""What memory promises about old histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class HistoryRetention(Protocol):
    """Counting and removing points of change. By product and listing."""

    async def count_points(self, wanted: Sequence[tuple[str, str]], *, before: datetime) -> Sequence[int]:
        """How many points of each listing are older, in the order asked for, in few round trips."""

    async def drop_points(self, sku: str, listing: str, moments: Sequence[datetime]) -> int:
        """Remove the points of these moments, but never the newest one; how many. Doing it again does no harm."""
