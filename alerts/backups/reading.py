"""A backup being read: every line is checked as it comes, and the end says whether all have come."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from alerts.backups.lines import BadBackup, End, Header, content_of, header_of
from alerts.store.promises.archive import SEALED, Cipher, Damaged, Unit, WrongKey

_PACKED = b"\x1f\x8b"
_PIECE = 1024 * 1024
_ROOM = 64 * _PIECE
_RATIO = 250  # of packed to unpacked; ours are near 10, and what packs better is made to fill a memory
_OTHER = "take another copy of it, or an older backup"
_KEY = "HS_BACKUP_KEY or HS_BACKUP_KEY_FILE"


class Reading:
    """One pass over a file: `header` at once, then `units()`; afterwards `gone` and `digest`."""

    def __init__(self, path: Path, cipher: Cipher | None) -> None:
        self.path, self.gone, self.digest = path, frozenset[str](), ""
        self._lines = _lines(path, cipher)
        self._sum = sha256()
        first = next(self._lines, b"")
        try:
            self.header: Header = header_of(first)
        except ValueError:
            raise _bad(path, "is no backup: name a file that hardware-sentry backup wrote") from None
        except BadBackup as exc:
            raise _bad(path, str(exc)) from None
        self._sum.update(first)

    def units(self) -> Iterator[tuple[Unit, bytes]]:
        """Each unit with its line; BadBackup as soon as something is not as it was written."""
        count = 0
        for line in self._lines:
            try:
                content = content_of(line)
            except ValueError:
                raise _damaged(self.path) from None
            if isinstance(content, End):
                self._check(content, count)
                return
            self._sum.update(line)
            if isinstance(content, Unit):
                count += 1
                yield content, line
            else:
                self.gone |= content
        raise _cut(self.path)

    def _check(self, end: End, count: int) -> None:
        self.digest = self._sum.hexdigest()
        if (end.units, end.digest) != (count, self.digest) or next(self._lines, None) is not None:
            raise _damaged(self.path)


def _lines(path: Path, cipher: Cipher | None) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            yield from _unpacked(_opened(path, file, cipher), path, _ROOM + _RATIO * size)
    except WrongKey:
        raise _bad(path, f"was encrypted with another key: set {_KEY} to the one it was made with") from None
    except EOFError:
        raise _cut(path) from None
    except (Damaged, gzip.BadGzipFile, zlib.error):
        raise _damaged(path) from None
    except OSError as exc:
        raise _bad(path, f"cannot be read ({exc.strerror}): mend its rights, or name another file") from exc


def _opened(path: Path, file: BufferedReader, cipher: Cipher | None) -> BinaryIO:
    start = file.peek(len(SEALED))[: len(SEALED)]
    if not start:
        raise _cut(path)
    if start == SEALED:
        if cipher is None:
            raise _bad(path, f"is encrypted: set {_KEY} to the key it was made with")
        return BufferedReader(cipher.opening(file))
    if not start.startswith(_PACKED):
        raise _bad(path, "is no backup: name a file that hardware-sentry backup wrote")
    return file


def _unpacked(file: BinaryIO, path: Path, most: int) -> Iterator[bytes]:
    read, line = 0, bytearray()
    with gzip.GzipFile(fileobj=file, mode="rb") as packed:
        while piece := packed.readline(_PIECE):
            read += len(piece)
            if read > most:
                raise _bad(path, "unpacks to more than a backup of ours can: name another file")
            line += piece
            if piece.endswith(b"\n"):
                yield bytes(line)
                line.clear()
    if line:
        raise _cut(path)


def _bad(path: Path, what: str) -> BadBackup:
    return BadBackup(f"{path}: {what}. Nothing was restored.")


def _cut(path: Path) -> BadBackup:
    return _bad(path, f"is cut off: {_OTHER}")


def _damaged(path: Path) -> BadBackup:
    return _bad(path, f"is damaged: {_OTHER}")
