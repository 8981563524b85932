"""Who asks is told by trusted proxies only, and never by the asker."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.api_keys import Plan
from alerts.domain.limits import Taken
from bot.web.peers import UNKNOWN, Peers
from bot.web.rate_headers import rate_headers

PROXIES = Peers(["10.0.0.0/8", "fd00::/8"])
V4 = st.ip_addresses(v=4).filter(lambda each: each not in ip_network("10.0.0.0/8"))
TYPED = st.text(alphabet=st.characters(blacklist_characters="\r\n"), max_size=60)


@pytest.mark.parametrize(
    ("peer", "lines", "asker"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),  # no proxy of ours: anybody can write that
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, 198.51.100.1",), "198.51.100.1"),  # what the asker wrote stands left
        ("10.0.0.1", ("6.6.6.6", "198.51.100.1, 10.0.0.2"), "198.51.100.1"),
        ("10.0.0.1", ("198.51.100.1:4711",), "198.51.100.1"),
        ("10.0.0.1", ("[2001:db8:1:2:3::4]:80",), "2001:db8:1:2::/64"),
        ("10.0.0.1", ("::ffff:198.51.100.1",), "198.51.100.1"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("fd00::1", ("2001:db8::9",), "2001:db8::/64"),
        ("fe80::1%eth0", (), "fe80::/64"),
        ("10.0.0.1", ("unknown",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, garbage",), "10.0.0.1"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("10.0.0.1", ("10.0.0.2, 10.0.0.3",), "10.0.0.2"),
        ("10.0.0.1", (), "10.0.0.1"),
        (None, ("198.51.100.1",), UNKNOWN),
        ("", (), UNKNOWN),
    ],
)
def test_x_forwarded_for_is_read_from_the_right(peer: str | None, lines: tuple[str, ...], asker: str) -> None:
    assert PROXIES.of(peer, x_forwarded_for=lines) == asker


@pytest.mark.parametrize(
    ("line", "asker"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ('For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::/64"),
        ("for=6.6.6.6, for=198.51.100.1;proto=https;by=10.0.0.1", "198.51.100.1"),
        ("proto=http;for=198.51.100.1:99, for=10.2.2.2", "198.51.100.1"),
        ("for=_hidden", "10.0.0.1"),
        ("for=198.51.100.1, proto=https", "10.0.0.1"),  # the nearest proxy did not say
        ('for="6.6.6.6, for=198.51.100.1', "198.51.100.1"),
    ],
)
def test_forwarded_is_read_from_the_right(line: str, asker: str) -> None:
    assert PROXIES.of("10.0.0.1", forwarded=[line]) == asker


def test_two_headers_that_disagree_are_both_not_believed() -> None:
    """A proxy that writes the one lets the other through as the asker sent it."""
    assert PROXIES.of("10.0.0.1", ["198.51.100.1"], ["for=6.6.6.6"]) == "10.0.0.1"
    assert PROXIES.of("10.0.0.1", ["198.51.100.1"], ["for=198.51.100.1"]) == "198.51.100.1"


def test_nobody_is_trusted_unless_named() -> None:
    assert Peers().of("127.0.0.1", ["198.51.100.1"]) == "127.0.0.1"


@given(V4, st.lists(TYPED, max_size=6), st.lists(TYPED, max_size=3))
def test_whatever_an_asker_writes_it_is_counted_where_it_came_from(
    asker: IPv4Address, written: list[str], forwarded: list[str]
) -> None:
    """The proxy appends the address that it saw; the asker may have sent any text before it."""
    lines = [*written, str(asker)]

    assert PROXIES.of(str(asker), written, forwarded) == str(asker)
    assert PROXIES.of("10.0.0.1", lines) == str(asker)
    assert PROXIES.of("10.0.0.1", [", ".join(lines)]) == str(asker)
    assert PROXIES.of("10.0.0.1", lines, forwarded) in (str(asker), "10.0.0.1")
    assert PROXIES.of("10.0.0.1", forwarded=[*forwarded, f"for={asker}"]) == str(asker)


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_household_is_one_asker(address: IPv6Address, device: int) -> None:
    if address.ipv4_mapped is not None:
        return
    sibling = IPv6Address((int(address) >> 64 << 64) | device)

    if sibling.ipv4_mapped is None:
        assert Peers().of(str(address)) == Peers().of(str(sibling))
        assert Peers().of(str(address)).endswith("/64")


@given(st.one_of(st.none(), TYPED), st.lists(TYPED, max_size=9), st.lists(TYPED, max_size=9))
def test_garbage_never_fails(peer: str | None, lines: list[str], forwarded: list[str]) -> None:
    assert isinstance(PROXIES.of(peer, lines, forwarded), str)


def test_a_header_of_a_megabyte_is_read_at_its_right_end() -> None:
    assert PROXIES.of("10.0.0.1", ["6.6.6.6," * 131_072 + "198.51.100.1"]) == "198.51.100.1"
    assert PROXIES.of("10.0.0.1", ["10.0.0.2," * 9 + "198.51.100.1, 10.0.0.3"]) == "198.51.100.1"


def test_headers_say_what_is_left_and_round_up() -> None:
    taken = Taken(is_allowed=True, limit=20, remaining=7, reset_after=timedelta(seconds=41.2))

    assert rate_headers(taken, Plan.PRO) == {
        "X-RateLimit-Tier": "pro",
        "X-RateLimit-Limit": "20",
        "X-RateLimit-Remaining": "7",
        "X-RateLimit-Reset": "42",
    }


def test_who_was_refused_hears_when_to_come_back() -> None:
    soon = timedelta(milliseconds=3)
    headers = rate_headers(Taken(is_allowed=False, limit=5, remaining=0, reset_after=soon, retry_after=soon), None)

    assert headers["Retry-After"] == "1"
    assert headers["X-RateLimit-Tier"] == "anonymous"
