"""The guard at the socket: whoever asks an address that a person named goes through it."""

from __future__ import annotations

import socket
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from alerts.reading.web.addresses import is_public


@dataclass(slots=True)
class Hop:
    """One request on its way: whether the operator opened its private address, and where it was stopped."""

    may_be_private: bool
    refused: str | None = None


HOP: ContextVar[Hop] = ContextVar("reading_hop")


def guarded_socket(info: Any) -> socket.socket:
    """The authority: sees the address that is really connected to, after every resolver, rebinding and redirect."""
    family, kind, proto, _, address = info
    hop = HOP.get()
    if not hop.may_be_private and not is_public(address[0]):
        hop.refused = str(address[0])
        raise OSError(f"{address[0]} is not on the open internet")
    return socket.socket(family, kind, proto)
