"""How long to wait before the next attempt. No I/O, no clock."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32

_LONGEST = 60.0  # within Discord's memory of a nonce, so that the next attempt still finds the message that stands


def pause_after(letter: str, tries: int) -> timedelta:
    """Twice as long after each attempt, less up to a third, so that those that failed together spread out."""
    share = crc32(f"{letter}:{tries}".encode()) / 2**32
    return timedelta(seconds=min(2.0**tries, _LONGEST) * (1 - share / 3))
