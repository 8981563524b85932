"""Bring what an older version has stored up to this one's shapes: one process at a time, a little each turn."""

from __future__ import annotations

from typing import Protocol

from alerts.ports import Clock
from alerts.seat import Seat
from alerts.store.ports import Outbox
from alerts.store.promises.migrating import Migrating as Migrates

_IDLE = 60.0  # seconds until it is looked again whether there is something to do


class MigratingStore(Migrates, Outbox, Protocol):
    """The parts of memory that this needs."""


class Migrating:
    """Turns for a Runner. Two at once would do no harm, since every step may be repeated; one is enough."""

    def __init__(self, *, store: MigratingStore, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._clock = store, clock
        self._seat = Seat(store, "migrating", name, clock=clock)
        self._is_behind, self._next = False, float("-inf")

    async def turn(self) -> bool:
        """The next few keys, if this process has the seat; while there is nothing to do it is asked once a minute.

        Who has nothing to do takes no seat: an older process must not keep a newer one from it.
        """
        if self._clock.monotonic() < self._next:
            if self._is_behind:
                await self._seat.hold()
            return False
        self._is_behind = await self._store.is_behind()
        if not self._is_behind:
            self._next = self._clock.monotonic() + _IDLE
            return False
        if not await self._seat.hold():
            return False
        has_more = await self._store.migrate_some(self._clock.now())
        if not has_more:
            self._next = self._clock.monotonic() + _IDLE
        return has_more

    async def leave(self) -> None:
        """Let the next process go on at once."""
        await self._seat.leave()
