"""A file that only its key opens: AES-256-GCM over blocks, each in its place, and the last one known as the last.

    8 bytes  HSSEALED        16 bytes  salt        8 bytes  which key        then blocks of 64 KiB, each with its tag

Each file has a key of its own, derived from ours and the salt. So a block's nonce is its number and whether it is the
last.
"""

from __future__ import annotations

import os
from base64 import b64decode
from io import RawIOBase
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from alerts.domain.errors import BadInput
from alerts.store.promises.archive import SEALED as MAGIC
from alerts.store.promises.archive import Damaged, WrongKey

_SALT, _WHICH, _TAG, BLOCK = 16, 8, 16, 64 * 1024
_HOW = "set HS_BACKUP_KEY, or HS_BACKUP_KEY_FILE, to what `openssl rand -base64 32` prints"


class FileKeys:
    """See promises.archive.Cipher. Keys are separated by commas: seals with the first, opens with any."""

    def __init__(self, keys: str) -> None:
        self._keys = [_checked(key) for key in keys.split(",")]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._keys)} keys)"

    def sealing(self, file: BinaryIO) -> RawIOBase:
        """What is written to it goes to the file sealed; closing it ends the last block, and not the file."""
        salt = os.urandom(_SALT)
        key, which = _derived(self._keys[0], salt)
        file.write(MAGIC + salt + which)
        return _Sealing(file, AESGCM(key))

    def opening(self, file: BinaryIO) -> RawIOBase:
        """Read what was sealed."""
        head = file.read(len(MAGIC) + _SALT + _WHICH)
        if len(head) < len(MAGIC) + _SALT + _WHICH:
            raise Damaged
        salt = head[len(MAGIC) : -_WHICH]
        for each in self._keys:
            key, which = _derived(each, salt)
            if which == head[-_WHICH:]:
                return _Opening(file, AESGCM(key))
        raise WrongKey


class _Sealing(RawIOBase):
    def __init__(self, file: BinaryIO, key: AESGCM) -> None:
        self._file, self._key, self._number, self._waiting = file, key, 0, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # as its callers call it
        self._waiting += data
        while len(self._waiting) > BLOCK:  # a full one waits until it is known whether it is the last
            self._put(bytes(self._waiting[:BLOCK]), is_last=False)
            del self._waiting[:BLOCK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), is_last=True)
        super().close()

    def _put(self, block: bytes, *, is_last: bool) -> None:
        self._file.write(self._key.encrypt(_nonce(self._number, is_last=is_last), block, MAGIC))
        self._number += 1


class _Opening(RawIOBase):
    def __init__(self, file: BinaryIO, key: AESGCM) -> None:
        self._file, self._key, self._number, self._opened = file, key, 0, b""
        self._next = file.read(BLOCK + _TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # as its callers call it
        while not self._opened and self._next:
            block, self._next = self._next, self._file.read(BLOCK + _TAG)
            try:
                nonce = _nonce(self._number, is_last=not self._next)
                self._opened = self._key.decrypt(nonce, block, MAGIC)
            except InvalidTag:
                raise Damaged from None
            self._number += 1
        some, self._opened = self._opened[: len(buffer)], self._opened[len(buffer) :]
        buffer[: len(some)] = some
        return len(some)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _derived(key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """A key for one file, and a mark that tells which of ours it comes from."""
    made = HKDF(algorithm=SHA256(), length=32 + _WHICH, salt=salt, info=b"hardware-sentry backup").derive(key)
    return made[:32], made[32:]


def _checked(key: str) -> bytes:
    try:
        found = b64decode(key.strip().replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise BadInput(f"A backup's key is not 32 bytes in base64: {_HOW}.")
    return found
