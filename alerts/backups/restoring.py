"""A backup back into a store. It is read through first; then no bot starts on that store until all of it is there."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from alerts.backups.contents import Contents, examine, kinds_of
from alerts.domain.changes import from_backup
from alerts.domain.errors import BadInput
from alerts.domain.model import Known
from alerts.store import kept
from alerts.store.promises.archive import Archive, Cipher, Entry, Unit

_AT_ONCE = 100
_LISTING = "l:"


async def restore(
    archive: Archive, path: Path, *, cipher: Cipher | None = None, replace: bool = False, dry_run: bool = False
) -> Contents:
    """Put a backup into an empty store, or with `replace` in the place of what is there. BadInput changes nothing.

    `dry_run` reads all of it and asks nothing of the store but its schema; `hindrance` tells of the rest.
    Cut off, it is to be done again from its beginning: until then no process starts on that store.
    """
    contents = await asyncio.to_thread(examine, path, cipher)
    schema = await archive.schema()
    if contents.header.store_schema > schema:
        raise BadInput(f"{path}: was written by a newer version (schema {contents.header.store_schema}, this one knows"
                       f" {schema}): upgrade hardware-sentry. Nothing was restored.")  # fmt: skip
    if dry_run:
        return contents
    if reason := await hindrance(archive, replace=replace):
        raise BadInput(f"{reason} Nothing was restored.")
    await archive.begin()
    left = contents.units(cipher)
    while some := await asyncio.to_thread(_next, left):
        await archive.put(some)
    await archive.finish(contents.header.store_schema)
    return contents


async def hindrance(archive: Archive, *, replace: bool = False) -> str | None:
    """Why nothing can be restored into this store now, with the cure; None when it can."""
    if seconds := await archive.in_use_for():
        return (f"A bot works on the store at {archive.place}: stop it, and restore again; if it was killed, in"
                f" {math.ceil(seconds)} seconds.")  # fmt: skip
    if replace or await archive.is_half_restored():
        return None
    if names := await archive.names():
        return (f"The store at {archive.place} is not empty ({told(kinds_of(names))}): add --replace to erase"
                " what is there and put the backup in its place, or name an empty store with store.url.")  # fmt: skip
    return None


def told(kinds: Mapping[str, int]) -> str:
    """Numbers by kind, for people."""
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "other data"


def _next(left: Iterator[Unit]) -> list[Unit]:
    return [_begun_anew(unit) for unit in islice(left, _AT_ONCE)]


def _begun_anew(unit: Unit) -> Unit:
    """What is known of a product is from the backup, and so the first look at each shop is a baseline."""
    if not unit.name.startswith("product:"):
        return unit
    return Unit(unit.name, tuple(_baseline(entry) for entry in unit.entries))


def _baseline(entry: Entry) -> Entry:
    if not kept.is_snapshot(entry.key):
        return entry
    fields = {
        field: from_backup(Known.model_validate_json(text)).model_dump_json(exclude_defaults=True)
        if field.startswith(_LISTING)
        else text
        for field, text in entry.value.items()
    }
    return entry._replace(value=fields)
