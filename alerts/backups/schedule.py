"""Backups by themselves: one process writes them, a full one a day and increments between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import structlog

from alerts.backups.folder import Copy, Rhythm, copies, due, let_go, newest_full
from alerts.backups.lines import BadBackup
from alerts.backups.making import Made, back_up
from alerts.domain.errors import SentryError, StoreError
from alerts.ports import Clock
from alerts.seat import Seat, Seats
from alerts.store.promises.archive import Archive, Cipher

_EVERY = 30.0  # seconds between two looks at what is due
_AGAIN = 300.0  # after one that failed
_KEEP_SEAT = 1.0
log = structlog.get_logger()


class Backups:
    """Turns for a Runner. What there is stands in the names of the files, so a restart goes on there."""

    def __init__(
        self,
        *,
        store: Seats,
        archive: Callable[[], AbstractAsyncContextManager[Archive]],
        folder: Path,
        rhythm: Rhythm,
        clock: Clock,
        name: str,
        version: str,
        cipher: Cipher | None = None,
    ) -> None:
        """`name` tells this process from the others; `archive` opens the store as a whole for each backup."""
        self._archive, self._folder, self._rhythm, self._clock = archive, folder, rhythm, clock
        self._version, self._cipher = version, cipher
        self._seat = Seat(store, "backups", name, clock=clock)
        self._next = float("-inf")

    async def turn(self) -> bool:
        """Write what is due, if this process has the seat."""
        if not await self._seat.hold() or self._clock.monotonic() < self._next:
            return False
        self._next = self._clock.monotonic() + _EVERY
        try:
            await self._whatever_is_due()
        except StoreError:
            raise
        except (SentryError, OSError) as exc:
            log.error("backup failed", reason=str(exc), next_try_in=_AGAIN)  # noqa: TRY400 - its sentence says it all
            self._next = self._clock.monotonic() + _AGAIN
        return False

    async def leave(self) -> None:
        """Let the next process write at once."""
        await self._seat.leave()

    async def _whatever_is_due(self) -> None:
        there = copies(await asyncio.to_thread(_names, self._folder))
        copy = due(there, self._clock.now(), self._rhythm)
        if copy is None:
            return
        made = await self._while_seated(self._write(copy, newest_full(there)))
        if made is None:
            return
        log.info("backed up", file=made.path.name, units=made.units, bytes=made.size)
        if made.unknown:
            log.warning("keys of no known kind are not in the backup", keys=len(made.unknown), first=made.unknown[0])
        for old in let_go([*there, copy], self._clock.now(), self._rhythm):
            await asyncio.to_thread((self._folder / old.name).unlink, missing_ok=True)
            log.info("backup let go", file=old.name)

    async def _write(self, copy: Copy, full: Copy | None) -> Made:
        async with self._archive() as archive:
            if not copy.is_full and full:
                try:
                    return await self._back_up(archive, copy, self._folder / full.name)
                except BadBackup as exc:
                    log.warning("nothing can be added to the full backup, a new one is made", reason=str(exc))
            return await self._back_up(archive, Copy(copy.at, is_full=True), None)

    async def _back_up(self, archive: Archive, copy: Copy, since: Path | None) -> Made:
        return await back_up(
            archive,
            self._folder / copy.name,
            clock=self._clock,
            version=self._version,
            cipher=self._cipher,
            since=since,
        )

    async def _while_seated(self, work: Coroutine[None, None, Made]) -> Made | None:
        """None when another process has taken the seat meanwhile: it writes one itself."""
        task = asyncio.create_task(work, name="backup")
        try:
            while True:
                await self._moment_or(task)
                if task.done():
                    return task.result()
                if not await self._seat.hold():
                    return None
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _moment_or(self, task: asyncio.Task[Made]) -> None:
        moment = asyncio.create_task(self._clock.sleep(_KEEP_SEAT))
        try:
            await asyncio.wait({task, moment}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moment.cancel()


def _names(folder: Path) -> list[str]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [path.name for path in folder.iterdir()]
