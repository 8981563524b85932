"""What became of each change, in a dictionary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.domain.trail import TRAIL_DAYS, TRAIL_LENGTH, Stage

_KEPT = timedelta(days=TRAIL_DAYS)


@dataclass
class MemoryTrails:
    """See ports.Trails. Without a server's time, what is noted tells how late it is."""

    _trails: dict[int, list[Stage]] = field(default_factory=lambda: defaultdict(list), init=False)

    async def note_stages(self, stages: Sequence[Stage]) -> None:
        for stage in stages:
            kept = [each for each in self._trails[stage.guild] if stage.at - each.at < _KEPT]
            self._trails[stage.guild] = [*kept, stage][-TRAIL_LENGTH:]

    async def trail(
        self, guild: int, *, sku: str | None = None, delivery: str | None = None, limit: int
    ) -> Sequence[Stage]:
        newest_first = reversed(self._trails.get(guild, []))
        wanted = [each for each in newest_first if sku in (None, each.sku) and delivery in (None, each.delivery)]
        return wanted[:limit]
