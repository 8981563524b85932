"""The gate before IDENTIFY, in a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from alerts.store.memory_outbox import MemoryOutbox


@dataclass
class _Lane:
    """Shards in the order in which they first asked → when they asked last."""

    queue: dict[int, float] = field(default_factory=dict)
    free_at: float = float("-inf")


@dataclass
class MemoryIdentifies(MemoryOutbox):
    """See promises.identifies.Identifies. It has the clock of the rest of memory."""

    _lanes: dict[int, _Lane] = field(default_factory=dict, init=False)

    async def identify_turn(
        self, lane: int, shard: int, *, every: timedelta, patience: timedelta, take: bool
    ) -> timedelta:
        now, gate = self.clock.monotonic(), self._lanes.setdefault(lane, _Lane())
        gate.queue = {each: at for each, at in gate.queue.items() if now - at < patience.total_seconds()}
        gate.queue[shard] = now
        rank, left = list(gate.queue).index(shard), max(0.0, gate.free_at - now)
        if rank == 0 and not left and take:
            gate.free_at = now + every.total_seconds()
            del gate.queue[shard]
        return timedelta(seconds=left) + rank * every
