"""The guard at the socket, seen by itself: the port is open to every host, so nothing but the address can refuse."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.reading.web.addresses import _SPECIAL, NotAllowed, is_public
from tests.reading.shop import Shop, fetcher, page, shop

LITERALS = (
    "127.0.0.1 127.1 127.8.9.1 localhost 0x7f000001 0x7f.1 2130706433 0177.0.0.1 0 0.0.0.0 [::1] [::]"
    " [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] ①②⑦.⓪.⓪.① 127。0。0。1"
).split()


class Names(AbstractResolver):
    """Answers each name with addresses in turn, the last ones for ever: a rebinding or a lying DNS."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self._names = {name: [list(turn) for turn in turns] for name, turns in names.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        self.asked.append(host)
        turns = self._names.get(host.partition(".")[0], [["127.0.0.1"]])  # as the system answers for 0x7f.1
        addresses = turns.pop(0) if len(turns) > 1 else turns[0]
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for one in addresses
        ]

    async def close(self) -> None:
        pass


def port_of(where: Shop) -> int:
    return int(where.place.rpartition(":")[2])


@pytest.mark.parametrize("respect_robots", [True, False])
@pytest.mark.parametrize("host", LITERALS)
async def test_no_way_to_write_a_private_address_reaches_it(host: str, respect_robots: bool) -> None:
    async with shop(page) as private, fetcher(ports=[port_of(private)], respect_robots=respect_robots) as door:
        with pytest.raises(ReadError) as failed:
            await door.get(f"http://{host}:{port_of(private)}/")

    assert (private.seen, failed.value.reason) == ([], FailureReason.UNREACHABLE)


async def test_the_port_is_open_and_only_the_guard_says_no() -> None:
    async with shop(page) as private:
        async with fetcher(private.place, ports=[port_of(private)], respect_robots=False) as door:
            await door.get(private.base)
        async with fetcher(ports=[port_of(private)], respect_robots=False) as door:
            with pytest.raises(NotAllowed, match="private network"):
                await door.get(private.base)

    assert private.seen == ["/"]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["127.0.0.1", "10.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["::1", "127.0.0.1"],
        ["169.254.169.254", "127.0.0.1"],
        ["192.0.2.1", "127.0.0.1"],
        ["64:ff9b::7f00:1", "127.0.0.1"],
    ],
)
async def test_a_name_with_a_private_record_among_others_does_not_reach_it(addresses: list[str]) -> None:
    names = Names(shop=[addresses])
    async with shop(page) as private, fetcher(ports=[port_of(private)], resolver=names, respect_robots=False) as door:
        with pytest.raises(NotAllowed, match="private network"):
            await door.get(f"http://shop.example:{port_of(private)}/")

    assert private.seen == []


async def test_a_name_that_was_public_a_moment_ago_is_asked_again_at_the_socket() -> None:
    names = Names(shop=[["192.0.2.1"], ["127.0.0.1"]])
    async with shop(page) as private, fetcher(ports=[port_of(private)], resolver=names, respect_robots=False) as door:
        await names.resolve("shop.example")  # whoever looked before us saw a harmless address
        with pytest.raises(NotAllowed, match="private network"):
            await door.get(f"http://shop.example:{port_of(private)}/")

    assert (private.seen, len(names.asked)) == ([], 2)


@pytest.mark.parametrize("target", ["127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "inner.example", "①②⑦.⓪.⓪.①"])
@pytest.mark.parametrize("hops", [1, 3])
async def test_a_public_shop_cannot_send_us_inside_on_any_hop(target: str, hops: int) -> None:
    names = Names(shop=[["127.0.0.1"]], inner=[["127.0.0.1"]])
    async with shop(page) as private:

        async def lure(request: web.Request) -> web.Response:
            step = int(request.path.strip("/") or 0) + 1
            raise web.HTTPFound(f"/{step}" if step < hops else f"http://{target}:{port_of(private)}/")

        async with shop(lure) as public:
            place = f"shop.example:{port_of(public)}"  # stands for a public shop: its own door is open, no other is
            async with fetcher(place, ports=[port_of(private)], resolver=names, respect_robots=False) as door:
                with pytest.raises(NotAllowed, match="private network"):
                    await door.get(f"http://{place}/")

    assert (private.seen, len(public.seen)) == ([], hops)


async def test_what_a_redirect_leaves_is_not_open_again_behind_it() -> None:
    async with shop(page) as private:

        async def lure(_: web.Request) -> web.Response:
            raise web.HTTPFound(private.base)

        async with shop(lure) as public, fetcher(public.place, ports=[port_of(private)], respect_robots=False) as door:
            with pytest.raises(NotAllowed, match="private network"):
                await door.get(public.base)

    assert private.seen == []


async def test_a_robots_file_is_no_way_in_either() -> None:
    names = Names(shop=[["127.0.0.1"]])
    async with shop(page) as private:

        async def lure(request: web.Request) -> web.Response:
            raise web.HTTPFound(f"{private.base}/robots.txt")

        async with shop(lure) as public:
            place = f"shop.example:{port_of(public)}"
            async with fetcher(place, ports=[port_of(private)], resolver=names) as door:
                with pytest.raises(NotAllowed, match="private network"):
                    await door.get(f"http://{place}/product")

    assert private.seen == []


@pytest.mark.parametrize("network", _SPECIAL, ids=str)
def test_a_special_range_is_special_from_its_first_to_its_last_address(network: object) -> None:
    first, last = network[0], network[-1]  # type: ignore[index]

    assert not is_public(str(first))
    assert not is_public(str(last))


@pytest.mark.parametrize(
    "address",
    """64:ff9b::808:808 64:ff9b:1::1 2002:808:808::1 fec0::1 3fff::1 5f00::1 192.88.99.1 192.0.0.192 224.0.0.1 ff02::1
    168.63.129.16 169.254.169.254 fd00:ec2::254 100.100.100.200 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 ::8.8.8.8 2001::1
    2001:db8::1 2001:20::1 4000::1 1::1 fe80::1%eth0 fc00::1""".split(),
)
def test_what_the_library_calls_global_is_not_always(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", "8.8.8.8 1.1.1.1 2606:4700:4700::1111 2a00:1450:4001:80f::200e 3000::1".split())
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(str(ip_address(address)))
