"""Old histories, in a dictionary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.domain.model import Point


@dataclass
class MemoryRetention:
    """See promises.retention.HistoryRetention."""

    _points: dict[tuple[str, str], list[Point]] = field(default_factory=lambda: defaultdict(list), init=False)

    async def count_points(self, wanted: Sequence[tuple[str, str]], *, before: datetime) -> Sequence[int]:
        return [sum(point.at < before for point in self._points[name]) for name in wanted]

    async def drop_points(self, sku: str, listing: str, moments: Sequence[datetime]) -> int:
        points, gone = self._points[sku, listing], set(moments)
        newest = max((point.at for point in points), default=None)
        left = [point for point in points if point.at not in gone or point.at == newest]
        self._points[sku, listing] = left
        return len(points) - len(left)
