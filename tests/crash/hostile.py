"""A Discord on a bad day: two answers of five are wrong, by a script that is the same every time."""

from __future__ import annotations

from fnmatch import fnmatchcase
from hashlib import blake2b

from bot.playground.discord.faults import Fault

_SHARE = 0.4


class Hostile:
    """503 before anything is done, done and then 500, done and then the connection cut: each as often as the others."""

    def __init__(self, seed: int) -> None:
        self._seed, self._asked = seed, 0

    def choose(self, method: str, path: str) -> Fault | None:
        if not fnmatchcase(path, "/channels/*/messages*"):
            return None
        self._asked += 1
        dice = int.from_bytes(blake2b(f"{self._seed}:{self._asked}".encode(), digest_size=4).digest(), "big") / 2**32
        if dice >= _SHARE:
            return None
        if dice < _SHARE / 3:
            return Fault(method, path, status=503)
        if dice < _SHARE * 2 / 3:
            return Fault(method, path, status=500, mode="created_then_status")
        return Fault(method, path, mode="created_then_drop")
