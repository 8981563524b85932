"""A store as a whole, that is a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime

from alerts.store import keys
from alerts.store.promises.archive import Entry, Kept, Shape, Unit


def watch_of(guild: int, text: str = "x") -> Unit:
    return Unit(f"guild:{guild}", (Entry(keys.watches(guild), Shape.HASH, {"pi5": text}),))


class Shelf:
    """A store that holds these units; `dies` while it hands out the next one."""

    place, dies = "here", False

    def __init__(self, *units: Unit) -> None:
        self.held = list(units)

    async def units(self, wanted: Collection[Kept]) -> AsyncIterator[Unit]:
        for unit in self.held:
            yield unit
        if self.dies:
            raise KeyboardInterrupt

    async def schema(self) -> int:
        return 1

    async def note_backup(self, at: datetime) -> None:
        self.noted = at

    async def unknown(self) -> list[str]:
        return []
