"""What a backup would bring, found by reading all of it, and its base with it, before anything is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from alerts.backups.lines import BadBackup, Header
from alerts.backups.reading import Reading
from alerts.store import kept
from alerts.store.promises.archive import Cipher, Kept, Unit

_KINDS = {"product": "products", "added": "added products", "key": "API keys"}


@dataclass(frozen=True, slots=True)
class Contents:
    """A backup that is whole. `skip`: of the base, what the increment has newer or says is gone."""

    path: Path
    header: Header
    base: Path | None
    kinds: Mapping[str, int]
    skip: frozenset[str]

    def units(self, cipher: Cipher | None) -> Iterator[Unit]:
        """All that is to be restored, read once more."""
        if self.base:
            yield from (unit for unit, _ in Reading(self.base, cipher).units() if unit.name not in self.skip)
        yield from (unit for unit, _ in Reading(self.path, cipher).units())


def examine(path: Path, cipher: Cipher | None) -> Contents:
    """BadBackup when anything is wrong with it, or with the full backup that an increment needs."""
    own = Reading(path, cipher)
    names = _names(own)
    if own.header.base is None:
        return Contents(path, own.header, None, _kinds(names), frozenset())
    base = path.with_name(own.header.base.name)
    if not base.exists():
        raise BadBackup(f"{path}: is an increment and needs {base.name} beside it, which is not there. Nothing was"
                        " restored.")  # fmt: skip
    full = Reading(base, cipher)
    older = _names(full)
    if full.digest != own.header.base.digest:
        raise BadBackup(f"{path}: adds to another full backup than the {base.name} beside it: name the right one so."
                        " Nothing was restored.")  # fmt: skip
    return Contents(path, own.header, base, _kinds(names | (older - own.gone)), frozenset(names | own.gone))


def kinds_of(names: Iterable[str]) -> Mapping[str, int]:
    """How many there are of each kind that people know."""
    return _kinds(names)


def _names(reading: Reading) -> frozenset[str]:
    names = set[str]()
    for unit, _ in reading.units():
        for entry in unit.entries:
            family = kept.family_of(entry.key)
            if family is None or family.kept is not Kept.BACKUP or family.shape is not entry.shape:
                raise BadBackup(f"{reading.path}: holds {entry.key}, which this version does not keep: upgrade"
                                " hardware-sentry. Nothing was restored.")  # fmt: skip
        names.add(unit.name)
    return frozenset(names)


def _kinds(names: Iterable[str]) -> Mapping[str, int]:
    return Counter(kind for kind in map(_kind, names) if kind)


def _kind(name: str) -> str:
    kind, _, what = name.partition(":")
    if kind == "guild":
        return "persons" if what.startswith("-") else "servers"
    return _KINDS.get(kind, "")
