"""How often products were asked for, over all processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Popularity(Protocol):
    """Counts by the hour (its number since 1970), kept for two hours or a little more.

    A count is a hint and no fact: a command that was repeated after a broken connection may count twice.
    """

    async def count_asks(self, hour: int, asks: Mapping[str, int]) -> None:
        """Add how often each product was asked for, by sku."""

    async def most_asked(self, hour: int, *, limit: int) -> Mapping[str, int]:
        """The products that were asked for most often in an hour, the first of them first."""
