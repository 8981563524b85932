"""The timezones that can be named, for a list that opens as one types."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

_FIRST = ("UTC", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "America/New_York",
          "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Kolkata",
          "Australia/Sydney")  # fmt: skip
_NO_PLACES = ("Etc/", "SystemV/", "posix", "right/")


def suggest_zones(typed: str, *, limit: int = 25) -> list[str]:
    """IANA names that hold every typed word, those that begin with it first; well-known ones when nothing is typed."""
    words = typed.casefold().replace("_", " ").replace("/", " ").split()
    if not words:
        return list(_FIRST)[:limit]
    found = [(folded, name) for folded, name in _zones() if all(word in folded for word in words)]
    return [name for folded, name in sorted(found, key=lambda each: _rank(each[0], words[0]))][:limit]


def _rank(folded: str, word: str) -> tuple[bool, str]:
    return not any(part.startswith(word) for part in folded.split()), folded


@cache
def _zones() -> list[tuple[str, str]]:
    names = [
        name for name in available_timezones() if not name.startswith(_NO_PLACES) and ("/" in name or name == "UTC")
    ]
    return [(name.casefold().replace("_", " ").replace("/", " "), name) for name in sorted(names)]
