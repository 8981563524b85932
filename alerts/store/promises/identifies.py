"""What memory promises about the gate that all processes go through before a shard identifies at Discord."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol


class Identifies(Protocol):
    """One queue per lane; each lane lets one through in `every`. Discord has `max_concurrency` lanes."""

    async def identify_turn(
        self, lane: int, shard: int, *, every: timedelta, patience: timedelta, take: bool
    ) -> timedelta:
        """Zero when it is the shard's turn, else about how long that takes; asking holds its place in the queue.

        With `take` the turn is used up, without it the place is only held. A shard that has not asked for `patience`
        loses its place: its process is gone. The first to ask is the first to go.
        """
