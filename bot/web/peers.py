"""Who asks: the address of the other side, past the proxies that the operator trusts and no others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

UNKNOWN = "unknown"
_MOST_HOPS = 32
_LONGEST = 4096
_FOR = re.compile(r"""(?:^|;)\s*for\s*=\s*("[^"\\]*"|[^\s;,"]+)""", re.IGNORECASE)
_Address = IPv4Address | IPv6Address


class Peers:
    """What a proxy says is believed as far as the chain of trusted ones reaches, from the right.

    The first address that is not a trusted proxy's is the asker. Whatever stands left of it anybody could have written.
    """

    def __init__(self, trusted: Sequence[str] = ()) -> None:
        self._trusted = [ip_network(each) for each in trusted]

    def of(self, peer: str | None, x_forwarded_for: Sequence[str] = (), forwarded: Sequence[str] = ()) -> str:
        """The asker as a text to count by: an IPv4 address, or the /64 that an IPv6 address is in.

        `peer` is the other end of the connection, the other two are the lines of these headers as they came. A proxy
        writes one of the two; when both are there and lead to different askers, one is made up: neither is believed.
        """
        near = _address(peer or "")
        if near is None:
            return UNKNOWN
        found = {self._through(near, hops) for hops in (_listed(x_forwarded_for), _elements(forwarded)) if hops}
        return _counted(found.pop() if len(found) == 1 else near)

    def _through(self, near: _Address, hops: Sequence[str]) -> _Address:
        for hop in reversed(hops[-_MOST_HOPS:]):
            if not self._is_trusted(near):
                break
            further = _address(hop)
            if further is None:
                break  # `unknown`, `_hidden` or garbage: the last one that is known is counted
            near = further
        return near

    def _is_trusted(self, address: _Address) -> bool:
        return any(address in network for network in self._trusted if network.version == address.version)


def _listed(lines: Sequence[str]) -> list[str]:
    """`X-Forwarded-For: client, proxy` on any number of lines."""
    return _tail(lines).split(",") if lines else []


def _elements(lines: Sequence[str]) -> list[str]:
    """`Forwarded: for=client;proto=https, for="[::1]:80"`; an element that names nobody is one all the same."""
    found = [_FOR.search(each) for each in _tail(lines).split(",")] if lines else []
    return [each[1].strip('"') if each else "" for each in found]


def _tail(lines: Sequence[str]) -> str:
    """The right end of a header, which the nearest proxy wrote."""
    return ",".join(lines)[-_LONGEST:]


def _address(text: str) -> _Address | None:
    """An address with or without a port, as any proxy writes it; an IPv4 address in IPv6's clothes is IPv4."""
    text = text.strip()
    if bracketed := re.fullmatch(r"\[([^\]]+)\](?::\d{1,5})?", text):
        text = bracketed[1]
    elif with_port := re.fullmatch(r"([\d.]+):\d{1,5}", text):
        text = with_port[1]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _counted(address: _Address) -> str:
    """A household has a /64: by single addresses its limit would have no end."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, 64), strict=False))
