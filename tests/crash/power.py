"""A store that loses its power: it ends at once, and what it wrote last had not reached the disk."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.crash.memory import MARK
from tests.servers import serving


class Mains:
    """A server of its own in a folder, which can be cut off and comes back with less."""

    def __init__(self, binary: str, folder: Path) -> None:
        self._binary, self._folder, self._running = binary, folder, ExitStack()
        self.cut = 0  # bytes that were lost the last time

    def __enter__(self) -> str:
        return self._running.enter_context(serving(self._binary, self._folder))

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def fail(self, share: float) -> None:
        """Lose this share of what was written since the world's last step, wherever in a command that ends."""
        self._running.close()
        (log,) = (self._folder / "appendonlydir").glob("*.incr.aof")
        written = log.read_bytes()
        self.cut = round((len(written) - _end_of_mark(written)) * share)
        with log.open("r+b") as file:
            file.truncate(len(written) - self.cut)
        self._running.enter_context(serving(self._binary, self._folder))


def _end_of_mark(written: bytes) -> int:
    """Where the command that marks the beginning of the step ends: behind its key there is a length and a value."""
    at = written.rindex(MARK.encode())
    for _ in range(3):
        at = written.index(b"\r\n", at) + 2
    return at
