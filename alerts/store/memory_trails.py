"""What became of each change, in a dictionary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain.trail import MOST_SENT, SENT_DAYS, TRAIL_DAYS, TRAIL_LENGTH, Stage, Step

_KEPT, _SENT_KEPT = timedelta(days=TRAIL_DAYS), timedelta(days=SENT_DAYS)


@dataclass
class MemoryTrails:
    """See ports.Trails. Without a server's time, what is noted tells how late it is."""

    _trails: dict[int, list[Stage]] = field(default_factory=lambda: defaultdict(list), init=False)
    _sent: dict[int, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict), init=False)

    async def note_stages(self, stages: Sequence[Stage]) -> None:
        for stage in stages:
            kept = [each for each in self._trails[stage.guild] if stage.at - each.at < _KEPT]
            self._trails[stage.guild] = [*kept, stage][-TRAIL_LENGTH:]
            if stage.step is Step.SENT and stage.delivery:
                sent = {key: at for key, at in self._sent[stage.guild].items() if stage.at - at < _SENT_KEPT}
                sent.setdefault(stage.delivery, stage.at)
                self._sent[stage.guild] = dict(sorted(sent.items(), key=lambda each: each[1])[-MOST_SENT:])

    async def trail(
        self, guild: int, *, sku: str | None = None, delivery: str | None = None, limit: int
    ) -> Sequence[Stage]:
        newest_first = reversed(self._trails.get(guild, []))
        wanted = [each for each in newest_first if sku in (None, each.sku) and delivery in (None, each.delivery)]
        return wanted[:limit]

    async def sent(self, guild: int, *, since: datetime) -> int:
        return sum(1 for at in self._sent.get(guild, {}).values() if at >= since)
