"""What memory promises about taking all of it out and putting it back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from io import RawIOBase
from typing import Any, BinaryIO, NamedTuple, Protocol

LAST_BACKUP = "backup"  # the note of when the newest one was made
SEALED = b"HSSEALED"  # how a sealed file begins


class Kept(StrEnum):
    """Where the keys of a family go."""

    BACKUP = "backup"  # into a backup, and along when a community moves
    MOVE = "move"  # along when a community moves; by the time a backup is restored it is out of date
    MADE = "made"  # nowhere: made anew from what is kept
    NEVER = "never"  # nowhere


class Shape(StrEnum):
    """What a key holds, by one letter of a backup's lines."""

    HASH = "h"  # {field: value}
    ZSET = "z"  # [[member, score], …]
    SET = "s"  # [member, …]
    LIST = "l"  # [value, …]
    STREAM = "x"  # [[id, {field: value}], …]
    TEXT = "t"  # value


class Entry(NamedTuple):
    """One key and what is in it; `until`: when it ends by itself, in milliseconds."""

    key: str
    shape: Shape
    value: Any
    until: int | None = None


class Unit(NamedTuple):
    """What belongs together, as it was at one moment: a server, a product with its history, an API key, or one key."""

    name: str
    entries: tuple[Entry, ...]


class Archive(Protocol):
    """All of one store, a unit at a time. Writing is for a store that nobody else uses just now."""

    place: str

    def units(self, wanted: Collection[Kept]) -> AsyncIterator[Unit]:
        """Everything of these families: each unit of one moment, servers first, and the products that servers have
        added last, so that whatever a server names is there."""

    async def schema(self) -> int:
        """The version of the stored shapes."""

    async def in_use_for(self) -> float:
        """For how many seconds a process that works on it, or has just been killed, still holds a seat; 0 for none."""

    async def is_half_restored(self) -> bool:
        """Whether a restore has begun and has not come to its end."""

    async def names(self) -> Sequence[str]:
        """The units that a backup of it would hold."""

    async def begin(self) -> None:
        """Erase everything. Until `finish` no process starts on it."""

    async def put(self, units: Sequence[Unit]) -> None:
        """Keep units of a backup, each whole or not at all, with all that is made from them."""

    async def finish(self, schema: int) -> None:
        """What was put is all; its shapes are of this version."""

    async def conflicts(self, unit: Unit) -> Sequence[str]:
        """What of a unit is there already, and not the same."""

    async def join(self, unit: Unit) -> None:
        """Add a unit to what is there. What is there stays. Doing it again changes nothing."""

    async def added(self) -> Mapping[str, str]:
        """The products that servers have added, by the mark of their address."""

    async def note_backup(self, at: datetime) -> None:
        """Remember when the newest backup of it was made, for the metrics."""

    async def unknown(self) -> Sequence[str]:
        """Keys that look like ours and belong to no family that this version knows."""


class WrongKey(Exception):
    """None of the keys is the one that the file was sealed with."""


class Damaged(Exception):
    """The file is not as it was written."""


class Cipher(Protocol):
    """Makes a file that only its key opens."""

    def sealing(self, file: BinaryIO) -> RawIOBase:
        """What is written to it goes to the file sealed; closing it ends the last block, and not the file."""

    def opening(self, file: BinaryIO) -> RawIOBase:
        """Read what was sealed; WrongKey, or Damaged as soon as something is not as it was written."""
