"""Locks that are kept alive for as long as their scans take; one sleeper for all of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Protocol

import structlog

from alerts.domain.errors import StoreError
from alerts.ports import Clock
from alerts.store.ports import Lock

LOCK_TTL = timedelta(seconds=15)  # kept alive while scanning; a killed scanner blocks nobody for longer
log = structlog.get_logger()


class _Renews(Protocol):
    async def renew(self, lock: Lock, *, ttl: timedelta) -> bool: ...


class Keeper:
    """Renews what is held, three times in its life. A quick scan, which is most of them, costs it no question."""

    def __init__(self, store: _Renews, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._held: set[Lock] = set()
        self._task: asyncio.Task[None] | None = None

    def keep(self, lock: Lock) -> None:
        """Keep a lock that was just taken, until it is let go."""
        self._held.add(lock)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._renewing(), name="scan locks")

    def let_go(self, lock: Lock) -> None:
        """Not to be renewed any more."""
        self._held.discard(lock)
        if not self._held and self._task:
            self._task.cancel()
            self._task = None

    async def _renewing(self) -> None:
        while True:
            await self._clock.sleep(LOCK_TTL.total_seconds() / 3)
            for lock in tuple(self._held):
                try:
                    await self._store.renew(lock, ttl=LOCK_TTL)
                except StoreError as exc:
                    log.warning("a scan's lock was not renewed", sku=lock.sku, error=str(exc))
