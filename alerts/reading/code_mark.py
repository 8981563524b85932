"""A mark of all our code that decides what a page says, and of the libraries that it reads by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

_READ_BY = ("hardware-sentry", "selectolax", "price-parser")


@cache
def code_mark() -> bytes:
    """The same in all processes that read alike, and another one after an upgrade."""
    return mark_of(files("alerts"))


def mark_of(code: Traversable) -> bytes:
    """The same of a tree of sources."""
    mark = blake2b(digest_size=16)
    for name in _READ_BY:
        with suppress(PackageNotFoundError):  # ours, when it is run from its sources
            mark.update(f"{name} {version(name)}\n".encode())
    for room in ("reading", "domain"):
        for path, text in _sources(code / room, room):
            mark.update(f"{path} {len(text)}\n".encode())
            mark.update(text)
    return mark.digest()


def _sources(room: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for each in sorted(room.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _sources(each, f"{path}/{each.name}")
        elif each.name.endswith(".py"):
            yield f"{path}/{each.name}", each.read_bytes()
