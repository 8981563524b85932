"""A damaged tail of the append-only file, as a power cut leaves it: cut off, kept beside, and said aloud.

The server itself forgives a tail that stops too early, but refuses one that ends in zeros or scraps, which is what
several file systems leave of the last second. Only a short tail is cut: damage in the middle is for a person to judge.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import structlog

from alerts.store.embedded_server import environment

LONGEST_TAIL = 64 * 1024

_REFUSED = re.compile(r"Bad file format reading the append only file (\S+\.incr\.aof)")
_CHECKED = re.compile(r"ok_up_to=(\d+)")

log = structlog.get_logger()


async def mend_tail(complaint: str, *, binary: Path, data_dir: Path) -> bool:
    """Cut the damaged tail the server complains of. False when that is not its complaint, or too much would go."""
    refused = _REFUSED.search(complaint)
    if refused is None:
        return False
    aof = data_dir / "appendonlydir" / refused[1]
    try:
        good = await _good_bytes(binary, aof)
        return good is not None and _cut(aof, good)
    except OSError as error:  # a full disk, say: the server's own complaint stays the news
        log.warning("embedded store: damaged end of the data could not be cut off", file=str(aof), reason=str(error))
        return False


async def _good_bytes(binary: Path, aof: Path) -> int | None:
    """How many bytes from the start are whole commands, as the server's own checker says."""
    # The checker is the server itself, called by another name.
    process = await asyncio.create_subprocess_exec(
        "redis-check-aof" if "redis" in binary.name else "valkey-check-aof",
        str(aof),
        executable=str(binary),
        env=environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    checked = _CHECKED.search(said.decode("utf-8", "replace"))
    return int(checked[1]) if checked else None


def _cut(aof: Path, good: int) -> bool:
    tail = aof.stat().st_size - good
    if not 0 < tail <= LONGEST_TAIL:
        return False
    kept = aof.with_name(f"{aof.name}.damaged-at-{good}")
    with aof.open("r+b") as file:
        file.seek(good)
        kept.write_bytes(file.read())
        file.truncate(good)
    log.warning("embedded store: damaged end of the data cut off", file=str(aof), lost_bytes=tail, kept_in=str(kept))
    return True
