"""What memory says of the server that it lives on, for whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """Of several nodes the worst. `bytes_used` and `keys`: of all of them together."""

    keeps_log: bool = True  # an append-only file, so that a restart forgets nothing
    keeps_all: bool = True  # nothing is evicted to make room
    writes_arrive: bool = True  # the last write to the disk worked
    bytes_used: int = 0
    keys: int = 0


class Server(Protocol):
    """The server beneath."""

    async def server(self) -> ServerFacts:
        """How it keeps what it is given. What a hosted one does not tell is taken as fine."""
