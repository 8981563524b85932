"""The machine: Python, the packages, the loop, the disk."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from bot.doctor.findings import Finding, fail, fine, warn

_OLDEST = (3, 11)
_SHOWN = ("discord-py", "aiohttp", "redis", "pydantic", "pydocket")
_GIB = 1 << 30
_LOW, _TOO_LOW = 1 * _GIB, 100 << 20  # bytes that are free


async def python(running: tuple[int, ...] = tuple(sys.version_info[:3])) -> Sequence[Finding]:
    """The interpreter that runs this."""
    said = f"Python {'.'.join(map(str, running))}, {platform.system()} {platform.machine()}"
    if running[:2] < _OLDEST:
        return [fail(said, f"install Python {_OLDEST[0]}.{_OLDEST[1]} or newer")]
    return [fine(said)]


async def packages(distribution: str = "hardware-sentry") -> Sequence[Finding]:
    """Whether everything is there that the package says it needs."""
    try:
        wanted = requires(distribution) or []
    except PackageNotFoundError:
        return [warn("run from its sources: nobody knows which packages it needs", "install it as the README does")]
    names = [re.split(r"[\s\[<>=!~;]", each)[0] for each in wanted if "extra ==" not in each]
    there = {name: found for name in names if (found := _version(name))}
    if gone := sorted(set(names) - set(there)):
        return [fail(f"not installed: {', '.join(gone)}", "install the packages again as the README does")]
    shown = ", ".join(f"{name} {there[name]}" for name in _SHOWN if name in there)
    return [fine(f"{distribution} {version(distribution)} with its {len(there)} packages: {shown}")]


async def loop() -> Sequence[Finding]:
    """Whether the quicker parts are there. Everything works without them."""
    lacking = [name for name in ("uvloop", "isal") if find_spec(name) is None]
    if lacking:
        return [fine(f"works without {' and '.join(lacking)}; the extra `fast` makes it quicker")]
    return [fine("uvloop and isal are there")]


def disk(folder: Path, *, free: int | None = None) -> Sequence[Finding]:
    """Room for what is written beside `folder`, or beside the nearest one that is there."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    left = shutil.disk_usage(there).free if free is None else free
    said = f"{_size(left)} free at {there}"
    if left < _TOO_LOW:
        return [fail(said, "make room: a store that cannot write its log takes no more alerts")]
    return [warn(said, "make room before it is full")] if left < _LOW else [fine(said)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _size(count: int) -> str:
    return f"{count / _GIB:.1f} GiB" if count >= _GIB else f"{count >> 20} MiB"
