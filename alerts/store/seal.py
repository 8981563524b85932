"""Secrets as they lie in the store: encrypted with a key that is not there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from alerts.domain.errors import BadInput

_HOW = "set HS_SECRET_KEY, or HS_SECRET_KEY_FILE, to what `openssl rand -base64 32` prints"


class KeyRing:
    """See ports.Seal. Seals with the first key; opens with any. A new key is put before the old one."""

    def __init__(self, keys: str | None = None, *, file: Path | None = None) -> None:
        """`keys`: separated by commas. `file`: where a key of our own is kept, and made on the first need."""
        self._given = [_fernet(key) for key in (keys or "").split(",") if key.strip()]
        self._file = file
        self._own: Fernet | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._given)} keys)"

    def seal(self, text: str) -> str:
        """Encrypt; BadInput when there is no key and no place to keep one."""
        keys = self._keys()
        if not keys and self._file:
            _make(self._file)
            keys = self._keys()
        if not keys:
            raise BadInput(f"This address is a secret and is only kept encrypted: {_HOW}, and start the bot again.")
        return keys[0].encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Decrypt; None when none of our keys fits."""
        return _opened(self._keys(), sealed)

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the key that is used now."""
        return _opened(self._keys()[:1], sealed) is not None

    def _keys(self) -> Sequence[Fernet]:
        """The given ones first. What was sealed before one was given can still be opened."""
        if self._own is None and self._file and self._file.exists():
            self._own = _fernet(self._file.read_text())
        return [*self._given, *([self._own] if self._own else [])]


def _opened(keys: Sequence[Fernet], sealed: str) -> str | None:
    try:
        return MultiFernet(keys).decrypt(sealed.encode()).decode() if keys else None
    except InvalidToken:
        return None


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key.strip().replace("+", "-").replace("/", "_"))
    except ValueError:
        raise BadInput(f"A secret key is not 32 bytes in base64: {_HOW}.") from None


def _make(file: Path) -> None:
    """Make a key that only we can read; whoever is first makes it for all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(Fernet.generate_key() + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
        if not file.exists():
            with contextlib.suppress(FileExistsError):
                os.link(draft, file)  # unlike a rename it never replaces another one's key
    finally:
        draft.unlink()
