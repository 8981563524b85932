"""Which addresses may be asked: the words of a URL, and the number behind a name. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.domain.said import say

MAX_URL = 2048
KNOWN = 8192  # every look at a page asks several times for the same of its address
_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")

# A table of our own: `ipaddress.is_global` says yes to NAT64, 6to4, multicast and site-local, and its answers differ
# between Python releases. IANA's special-purpose registries, and the two addresses clouds keep their metadata on.
_SPECIAL = tuple(
    ip_network(net)
    for net in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
    ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16
    2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
    """.split()
)
# Of IPv6 nothing else has been given out.
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_4 = tuple(net for net in _SPECIAL if isinstance(net, IPv4Network))
_SPECIAL_6 = tuple(net for net in _SPECIAL if isinstance(net, IPv6Network))


class NotAllowed(ReadError):
    """We did not ask, by a rule of our own; asking again changes nothing and the shop is not to blame."""

    @property
    def is_worth_retrying(self) -> bool:
        return False


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet. What is no address is not public."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in net for net in _SPECIAL_4)
    return _is_public_6(found)


def _is_public_6(found: IPv6Address) -> bool:
    return found in _GLOBAL_6 and not any(found in net for net in _SPECIAL_6)


def checked_url(url: str, *, private: Collection[str] = (), ports: Collection[int] = ()) -> str:
    """The URL, if it may be asked for at all: http(s), no user name, the standard port or one that is named.

    `private` holds "host:port" as the operator wrote them, `ports` what is open at every host.
    Says nothing about where the name leads.
    """
    if len(url) > MAX_URL or _UNSAFE.search(url):
        raise _refused(say("the address is too long or holds spaces or control characters"))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise _refused(say("the address is malformed")) from exc
    if parts.scheme not in _PORTS or not host:
        raise _refused(say("only http and https addresses are read"))
    if parts.username is not None or parts.password is not None:
        raise _refused(say("addresses with a user name are not read"))
    if port not in (None, _PORTS[parts.scheme], *ports) and f"{host}:{port}" not in private:
        raise _refused(say("port {port} is not open to reading; name it in fetch.allow_private", port=str(port)))
    return url


@lru_cache(maxsize=KNOWN)
def place(url: str) -> str:
    """The "host:port" of a URL, as an operator writes it in `allow_private`."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 0)}"


@lru_cache(maxsize=KNOWN)
def origin(url: str) -> str:
    """Scheme, host and port: what shares one robots.txt."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _refused(why: str) -> NotAllowed:
    return NotAllowed(FailureReason.UNREACHABLE, why)
