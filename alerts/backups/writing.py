"""A backup being written: it takes its name when it is whole and on the disk; until then what had the name stays."""

from __future__ import annotations

import contextlib
import gzip
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, cast

from alerts.backups.lines import Header, end_line, header_line
from alerts.domain.errors import SentryError
from alerts.store.promises.archive import Cipher

_LEVEL = 6


class Unwritten(SentryError):
    """There is no room or no right to write a backup there."""


class Draft:
    """Lines on their way into a file."""

    def __init__(self, to: BinaryIO) -> None:
        self._to, self._sum, self._units = to, sha256(), 0
        self.size = 0  # in bytes, once it is whole

    def header(self, header: Header) -> None:
        self._write(header_line(header))

    def units(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self._write(line)
            self._units += 1

    def gone(self, line: bytes) -> None:
        self._write(line)

    def end(self) -> None:
        self._to.write(end_line(self._units, self._sum.hexdigest()))

    def _write(self, line: bytes) -> None:
        self._sum.update(line)
        self._to.write(line)


@contextmanager
def writing(path: Path, cipher: Cipher | None) -> Iterator[Draft]:
    """A draft that replaces `path` when the block ends well, and is thrown away when it does not."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with ExitStack() as closing:
                    sealed = cast("BinaryIO", closing.enter_context(cipher.sealing(file))) if cipher else file
                    lines = Draft(cast("BinaryIO", closing.enter_context(_packed(sealed))))
                    yield lines
                    lines.end()
                file.flush()
                os.fsync(file.fileno())
                lines.size = file.tell()
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as exc:
        raise Unwritten(
            f"{path}: cannot be written ({exc.strerror}): make room or mend its rights, or name another place."
        ) from exc


def _packed(to: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=to, mtime=0)


def _sync(folder: Path) -> None:
    """So that the new name outlives a power cut; not every file system lets a folder be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
