"""That a part still turns: noted where every process sees it."""

from __future__ import annotations

from datetime import datetime

from alerts.ports import Clock
from alerts.store.ports import Notes

TICK, DELIVER = "tick", "deliver"
_EVERY = 10.0  # seconds between two notes


class Pulse:
    """Notes the time of a part's turns, now and then. Of several processes with the same part any one counts."""

    def __init__(self, store: Notes, part: str, *, clock: Clock) -> None:
        self._store, self._name, self._clock, self._next = store, _name(part), clock, float("-inf")

    async def beat(self) -> None:
        """After a turn that has worked."""
        now = self._clock.monotonic()
        if now >= self._next:
            await self._store.set_note(self._name, self._clock.now().isoformat())
            self._next = now + _EVERY


async def last_beat(store: Notes, part: str) -> datetime | None:
    """When the part has last turned; None when it never did."""
    note = await store.note(_name(part))
    return datetime.fromisoformat(note) if note else None


def _name(part: str) -> str:
    return f"pulse {part}"
