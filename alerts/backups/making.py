"""Everything that is kept, into a file: all of it, or what has changed since a full backup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from alerts.backups.lines import Base, Header, gone_line, unit_line
from alerts.backups.reading import Reading
from alerts.backups.writing import writing
from alerts.domain.errors import BadInput
from alerts.ports import Clock
from alerts.store.promises.archive import Archive, Cipher, Kept

_AT_ONCE = 200  # lines written in one go beside the loop


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written."""

    path: Path
    units: int
    gone: int
    size: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """A full backup as it was: its units by a digest of each."""

    base: Base
    units: Mapping[str, bytes]


async def back_up(
    archive: Archive, path: Path, *, clock: Clock, version: str, cipher: Cipher | None = None, since: Path | None = None
) -> Made:
    """Write a backup; with `since` an increment on that full backup, which has to lie beside it when it is restored."""
    before = await asyncio.to_thread(_before, since, path, cipher) if since else None
    header = Header(
        store_schema=await archive.schema(), version=version, made_at=clock.now(), base=before.base if before else None
    )
    names, units = set[str](), 0
    with ExitStack() as closing:
        draft = closing.enter_context(writing(path, cipher))
        draft.header(header)
        async for lines in _lines(archive):
            names |= lines.keys()
            new = [line for name, line in lines.items() if not before or before.units.get(name) != _mark(line)]
            units += len(new)
            await asyncio.to_thread(draft.units, new)
        gone = before.units.keys() - names if before else set()
        if before:
            draft.gone(gone_line(gone))
    await archive.note_backup(header.made_at)
    return Made(path, units, len(gone), draft.size, tuple(await archive.unknown()))


async def _lines(archive: Archive) -> AsyncIterator[dict[str, bytes]]:
    some: dict[str, bytes] = {}
    async for unit in archive.units({Kept.BACKUP}):
        some[unit.name] = unit_line(unit)
        if len(some) >= _AT_ONCE:
            yield some
            some = {}
    yield some


def _before(since: Path, path: Path, cipher: Cipher | None) -> Before:
    if since.resolve().parent != path.resolve().parent or since.name == path.name:
        raise BadInput(f"{path}: an increment lies beside its full backup under a name of its own: name a file in"
                       f" {since.parent}.")  # fmt: skip
    reading = Reading(since, cipher)
    if reading.header.base:
        raise BadInput(f"{since}: is an increment itself: name the full backup, {reading.header.base.name}.")
    units = {unit.name: _mark(line) for unit, line in reading.units()}
    return Before(Base(name=since.name, digest=reading.digest), units)


def _mark(line: bytes) -> bytes:
    return blake2b(line, digest_size=16).digest()
