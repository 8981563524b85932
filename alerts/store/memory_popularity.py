"""How often products were asked for, in a counter for each hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class MemoryPopularity:
    """See promises.popularity.Popularity."""

    _asks: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter), init=False)

    async def count_asks(self, hour: int, asks: Mapping[str, int]) -> None:
        self._asks[hour].update(asks)
        for old in [each for each in self._asks if each < hour - 2]:
            del self._asks[old]

    async def most_asked(self, hour: int, *, limit: int) -> Mapping[str, int]:
        return dict(self._asks[hour].most_common(limit)) if hour in self._asks else {}
