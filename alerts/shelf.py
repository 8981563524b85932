"""The snapshots that this process saw last, the ones asked for lately at hand: for a second instead of memory, and
for as long as memory is away.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import NamedTuple

from alerts.domain.model import Snapshot
from alerts.ports import Clock

# How late another process's commit may be noticed. A commit of this process is here at once.
TRUST = timedelta(seconds=1)


class _Entry(NamedTuple):
    snapshot: Snapshot
    at: float


class Shelf:
    """At most `size` products; whatever was not asked for the longest makes room."""

    def __init__(self, clock: Clock, *, size: int = 2000) -> None:
        self._clock, self.size = clock, size
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def configure(self, *, size: int) -> None:
        """From now on at most so many."""
        self.size = size
        while len(self._entries) > size:
            self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, snapshot: Snapshot) -> None:
        """Keep it, unless a newer one was put there while it was on its way."""
        entry = self._entries.get(snapshot.sku)
        if entry and self._is_recent(entry) and entry.snapshot.revision > snapshot.revision:
            return
        if snapshot.revision == 0:  # nothing is known, or somebody emptied the store
            self._entries.pop(snapshot.sku, None)
            return
        self._entries[snapshot.sku] = _Entry(snapshot, self._clock.monotonic())
        self._entries.move_to_end(snapshot.sku)
        if len(self._entries) > self.size:
            self._entries.popitem(last=False)

    def recent(self, sku: str) -> Snapshot | None:
        """What memory held at most a second ago, as far as this process knows."""
        entry = self._entries.get(sku)
        if entry is None or not self._is_recent(entry):
            return None
        self._entries.move_to_end(sku)
        return entry.snapshot

    def last(self, sku: str) -> Snapshot | None:
        """What was seen last, however long ago."""
        entry = self._entries.get(sku)
        return entry.snapshot if entry else None

    def _is_recent(self, entry: _Entry) -> bool:
        return self._clock.monotonic() - entry.at < TRUST.total_seconds()
