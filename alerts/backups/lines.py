"""A backup's lines: the first says what it is, the last what there should be, and each between is one unit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from alerts.domain.errors import BadInput
from alerts.store.promises.archive import Entry, Shape, Unit

FORMAT = 1
_MARK = "hardware-sentry backup"


class BadBackup(BadInput):
    """A file that cannot be restored; nothing was."""


class Base(BaseModel):
    """The full backup that an increment adds to: its name beside it, and its last line's digest."""

    model_config = ConfigDict(frozen=True)

    name: str
    digest: str


class Header(BaseModel):
    """What a backup is. `store_schema` is the version of the stored shapes."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    store_schema: int
    version: str
    made_at: AwareDatetime
    base: Base | None = None


class End(BaseModel):
    """What there should be: lines of units, and the SHA-256 of every line before this one."""

    model_config = ConfigDict(frozen=True)

    units: int
    digest: str


def header_line(header: Header) -> bytes:
    return _line({_MARK: header.model_dump(mode="json")})


def end_line(units: int, digest: str) -> bytes:
    return _line({"end": {"units": units, "digest": digest}})


def gone_line(names: Iterable[str]) -> bytes:
    """The units that the base has and the store no longer."""
    return _line({"gone": sorted(names)})


def unit_line(unit: Unit) -> bytes:
    """The same unit always gives the same line."""
    return _line({"unit": unit.name, "keys": [[e.key, e.shape.value, e.value, e.until] for e in unit.entries]})


def header_of(line: bytes) -> Header:
    """ValueError for what is no first line of ours; BadBackup for a newer version's."""
    found = _read(line).get(_MARK)
    match found:
        case {"format": int(newer)} if newer > FORMAT:
            raise BadBackup(
                f"was written by a newer version (format {newer}, this one knows {FORMAT}): upgrade hardware-sentry"
            )
    try:
        return Header.model_validate(found)
    except ValidationError as exc:
        raise ValueError("no header") from exc


def content_of(line: bytes) -> Unit | End | frozenset[str]:
    """A unit, the end, or the names of what is gone; ValueError for anything else."""
    found = _read(line)
    try:
        match found:
            case {"unit": str(name), "keys": [*keys]}:
                return Unit(name, tuple(Entry(key, Shape(shape), value, until) for key, shape, value, until in keys))
            case {"gone": [*names]}:
                return frozenset(str(name) for name in names)
            case {"end": dict(end)}:
                return End.model_validate(end)
    except (TypeError, ValidationError) as exc:
        raise ValueError("no unit") from exc
    raise ValueError("neither unit nor end")


def name_of(line: bytes) -> str:
    """Which unit a line holds; nothing for another line."""
    found = content_of(line)
    return found.name if isinstance(found, Unit) else ""


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _read(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ValueError("no JSON") from exc
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - what is wrong with a file is one kind of trouble
    return found
