"""A community from one store to another, which may have one already: what is there stays, and is named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from alerts.backups.contents import kinds_of
from alerts.backups.lines import content_of, unit_line
from alerts.domain.catalogue import UrlProduct
from alerts.domain.errors import BadInput
from alerts.store.promises.archive import Archive, Kept, Unit

_ALL = frozenset({Kept.BACKUP, Kept.MOVE})
_WORDS = {"key": "API key", "floors": "the chosen tier of", "targets": "how it stands with", "product": "product"}


@dataclass(frozen=True, slots=True)
class Moved:
    """What came along, and what stays as it was there."""

    kinds: Mapping[str, int]
    conflicts: Sequence[str]


async def move(source: Archive, target: Archive, *, dry_run: bool = False) -> Moved:
    """Bring everything along, also what is on its way. BadInput when a bot works on either, and nothing is changed.

    Cut off, it is to be done again: what is there already and the same is no conflict.
    """
    for archive in (source, target):
        await _refuse(archive)
    if await source.schema() != await target.schema():
        raise BadInput(f"The stores at {source.place} and {target.place} are of different versions: start the bot once"
                       " on each with this version, stop it, and migrate again.")  # fmt: skip
    skus = _renamed(await source.added(), await target.added())
    conflicts, names = [f"product {new}, here {old}" for old, new in skus.items()], list[str]()
    async for unit in source.units(_ALL):
        ours = _under(unit, skus)
        found = await target.conflicts(ours)
        conflicts += [text for name in found if (text := _told(name))]
        if ours.name not in found:
            names.append(ours.name)
        if not dry_run:
            await target.join(ours)
    return Moved(kinds_of(names), conflicts)


async def _refuse(archive: Archive) -> None:
    if await archive.is_half_restored():
        raise BadInput(f"A restore into the store at {archive.place} has not come to its end: run it once more, then"
                       " migrate.")  # fmt: skip
    if seconds := await archive.in_use_for():
        raise BadInput(f"A bot works on the store at {archive.place}: stop it, and migrate again; if it was killed, in"
                       f" {math.ceil(seconds)} seconds. Nothing was moved.")  # fmt: skip


def _renamed(here: Mapping[str, str], there: Mapping[str, str]) -> Mapping[str, str]:
    """Products of the same address that have another sku there, since their page gave another name."""
    both = [(here[mark], there[mark]) for mark in here if mark in there]
    skus = [(UrlProduct.model_validate_json(old).sku, UrlProduct.model_validate_json(new).sku) for old, new in both]
    return {old: new for old, new in skus if old != new}


def _under(unit: Unit, skus: Mapping[str, str]) -> Unit:
    """The same with the skus of there. They end in a mark of their address, so nothing else reads like one."""
    line = unit_line(unit).decode()
    if unit.name.startswith("added:") or not any(old in line for old in skus):
        return unit
    for old, new in skus.items():
        line = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, line)
    return cast("Unit", content_of(line.encode()))


def _told(name: str) -> str:
    """What stays, for people; nothing for what nobody would miss."""
    kind, _, what = name.partition(":")
    if kind == "guild":
        return f"the own alerts of person {what[1:]}" if what.startswith("-") else f"server {what}"
    return f"{_WORDS[kind]} {what}" if kind in _WORDS else ""
