"""Secrets as they lie in the store: encrypted, or only their digest, with a key that is not there."""

from __future__ import annotations

import contextlib
import os
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from alerts.domain.errors import BadInput

_HOW = "set HS_SECRET_KEY, or HS_SECRET_KEY_FILE, to what `openssl rand -base64 32` prints"


class KeyRing:
    """See ports.Seal and promises.api_keys.Derives.

    Seals with the first key; opens with any. A new key is put before the old one.
    """

    def __init__(self, keys: str | None = None, *, file: Path | None = None) -> None:
        """`keys`: separated by commas. `file`: where a key of our own is kept, and made on the first need."""
        self._given = [_checked(key) for key in (keys or "").split(",") if key.strip()]
        self._file = file
        self._own: str | None = None
        self._derived: dict[tuple[str, str], bytes] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._given)} keys)"

    def seal(self, text: str) -> str:
        """Encrypt; BadInput when there is no key and no place to keep one."""
        key = self._first()
        if key is None:
            raise BadInput(f"This address is a secret and is only kept encrypted: {_HOW}, and start the bot again.")
        return Fernet(key).encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Decrypt; None when none of our keys fits."""
        return _opened(self._keys(), sealed)

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the key that is used now."""
        return _opened(self._keys()[:1], sealed) is not None

    def derive(self, purpose: str) -> bytes:
        """The key for this purpose that is used now; BadInput when there is none and no place to keep one."""
        key = self._first()
        if key is None:
            raise BadInput(f"An API key is only kept as a digest under a secret key, and there is none: {_HOW}, and"
                           " start the bot again.")  # fmt: skip
        return self._of(key, purpose)

    def derivations(self, purpose: str) -> Sequence[bytes]:
        """The same, and those of older keys."""
        return [self._of(key, purpose) for key in self._keys()]

    def _of(self, key: str, purpose: str) -> bytes:
        if (key, purpose) not in self._derived:
            hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hardware-sentry {purpose}".encode())
            self._derived[key, purpose] = hkdf.derive(urlsafe_b64decode(key))
        return self._derived[key, purpose]

    def _first(self) -> str | None:
        """The key that is used now, made if there is a place for it."""
        if not self._keys() and self._file:
            _make(self._file)
        return next(iter(self._keys()), None)

    def _keys(self) -> Sequence[str]:
        """The given ones first. What was sealed before one was given can still be opened."""
        if self._own is None and self._file and self._file.exists():
            self._own = _checked(self._file.read_text())
        return [*self._given, *([self._own] if self._own else [])]


def _opened(keys: Sequence[str], sealed: str) -> str | None:
    try:
        return MultiFernet([Fernet(key) for key in keys]).decrypt(sealed.encode()).decode() if keys else None
    except InvalidToken:
        return None


def _checked(key: str) -> str:
    key = key.strip().replace("+", "-").replace("/", "_")
    try:
        Fernet(key)
    except ValueError:
        raise BadInput(f"A secret key is not 32 bytes in base64: {_HOW}.") from None
    return key


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
