"""What was kept long enough is removed once a day, by one process, also where nothing else happens any more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.domain.audit import AUDIT_DAYS
from alerts.domain.trail import SENT_DAYS, TRAIL_DAYS
from alerts.domain.wishes import Target
from alerts.ports import Clock
from alerts.store.ports import Notes, Outbox, Sealed
from alerts.store.promises.retention import OldRows

DEAD_DAYS = 14  # as long as their text is kept
_ROUND = timedelta(days=1)
ADDRESS_UNUSED = timedelta(days=1)  # an alert that was ended can be taken back, and a new one comes after its address
_EVERY = 60.0
_LEASE = timedelta(minutes=5)
_ROLE = _NOTE = "housekeeping"
log = structlog.get_logger()


class HouseStore(OldRows, Sealed, Notes, Outbox, Protocol):
    """The parts of memory that this needs."""


class Housekeeping:
    """Turns for a Runner. A day's round that was interrupted begins again: all of it is harmless to repeat."""

    def __init__(self, *, store: HouseStore, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._clock, self._name = store, clock, name
        self._next = float("-inf")

    async def turn(self) -> bool:
        """Do today's round, if it is not done and this process has the seat."""
        if self._clock.monotonic() < self._next:
            return False
        self._next = self._clock.monotonic() + _EVERY
        today = self._clock.now().date().isoformat()
        if await self._store.lead(_ROLE, self._name, ttl=_LEASE) and await self._store.note(_NOTE) != today:
            await self.round()
            await self._store.set_note(_NOTE, today)
        return False

    async def leave(self) -> None:
        """Let another process have the seat at once."""
        await self._store.resign(_ROLE, self._name)

    async def round(self) -> None:
        """Remove what is too old, and the addresses that no alert has used for a day."""
        now = self._clock.now()
        rows = await self._store.drop_old_rows(
            audit=now - timedelta(days=AUDIT_DAYS),
            trail=now - timedelta(days=TRAIL_DAYS),
            sent=now - timedelta(days=SENT_DAYS),
            dead=now - timedelta(days=DEAD_DAYS),
        )
        addresses = await self._forget_addresses(now)
        if rows or addresses:
            log.info("old rows removed", rows=rows, addresses=addresses)

    async def _forget_addresses(self, now: datetime) -> int:
        """Those that this round and one a day ago found unused."""
        unused: dict[int, list[Target]] = {}
        for guild, target in await self._store.unused_addresses():
            unused.setdefault(guild, []).append(target)
        gone = 0
        for guild, targets in unused.items():
            # By the guild's id, so that it goes when the guild is forgotten.
            name = f"unused-addresses:{guild}"
            before: dict[str, list[str]] = json.loads(await self._store.note(name) or "{}")
            kept: dict[str, list[str]] = {}
            for each in targets:
                since, seen = (datetime.fromisoformat(at) for at in before.get(str(each), [now.isoformat()] * 2))
                # Not seen in the round before this one: it was used in between.
                since = now if now - seen > 1.5 * _ROUND else since
                if now - since >= ADDRESS_UNUSED:
                    await self._store.remove_sealed(guild, each)
                    gone += 1
                else:
                    kept[str(each)] = [since.isoformat(), now.isoformat()]
            await self._store.set_note(name, json.dumps(kept))
        return gone
