"""A shop in a process of its own: many vendors, each an address of this machine; some of them are faulty or slow.

    python -m benchmarks.whole.shop '{"products": 500, "vendors": 10, "kilobytes": 150}'

Commands as JSON lines on stdin, answers on stdout (benchmarks/other_process.py). It notes every look at a product and
every change of one, by this machine's clock. Linux lets 127.0.0.0/8 be listened on; elsewhere name one vendor.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.delivering.server import Json, obey
from benchmarks.whole.page import Goods, Pages

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
_FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is. Vendors come in this order: faulty ones, slow ones, the others."""

    products: int
    vendors: int = 10
    kilobytes: int = 150
    faulty: int = 0
    slow: int = 0
    seconds: float = 2.0  # how slow

    def vendor_of(self, number: int) -> int:
        """Whose product it is."""
        return number % self.vendors

    def host(self, vendor: int) -> str:
        """Its address on this machine."""
        return f"127.0.{1 + vendor // 200}.{1 + vendor % 200}" if self.vendors > 1 else "127.0.0.1"

    def is_faulty(self, number: int) -> bool:
        return self.vendor_of(number) < self.faulty

    def is_slow(self, number: int) -> bool:
        return self.faulty <= self.vendor_of(number) < self.faulty + self.slow


@dataclass(slots=True)
class Floor:
    """Everything that is sold, and what was noted."""

    plan: Plan
    goods: list[Goods] = field(default_factory=list)
    looks: list[array[float]] = field(default_factory=list)
    changes: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Every second one is sold out, so that there is something to come back.
        self.goods = [Goods(n, 20_000 + n * 37 % 70_000, is_in=n % 2 == 0) for n in range(self.plan.products)]
        self.looks = [array("d") for _ in self.goods]

    def change(self, number: int, kind: str) -> Json:
        """`restock`, `drop` (a tenth less) or `deep` (half of it, which waits for a second look)."""
        goods = self.goods[number]
        before = goods.price
        if kind == "restock":
            goods.is_in = True
        else:
            goods.pence = goods.pence * (90 if kind == "drop" else 50) // 100
        goods.version += 1
        self.changes.append({"number": number, "kind": kind, "price": goods.price, "before": before, "at": time.time()})
        return self.changes[-1]

    def noted(self) -> Json:
        """The looks at each product, in seconds of this machine's clock, and all changes."""
        return {"looks": [list(each) for each in self.looks], "changes": self.changes}

    def count(self) -> Json:
        """How many looks at how many products there were (`well`: not faulty), and at the one with the fewest."""
        looks = [len(each) for each in self.looks]
        well = sum(bool(count) and not self.plan.is_faulty(number) for number, count in enumerate(looks))
        return {"looks": sum(looks), "products": sum(map(bool, looks)), "least": min(looks), "well": well}


class Shop(asyncio.Protocol):
    """GET /p/<number> on connections that stay open."""

    def __init__(self, floor: Floor, pages: Pages) -> None:
        self._floor, self._pages, self._buffer = floor, pages, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1]
        if not path.startswith(b"/p/"):
            self._transport.write(_NOT_FOUND)
            return
        floor, number = self._floor, int(path[3:])
        floor.looks[number].append(time.time())
        if floor.plan.is_faulty(number):
            self._fail(floor.plan.vendor_of(number))
        elif floor.plan.is_slow(number):
            asyncio.get_running_loop().call_later(floor.plan.seconds, self._show, number, head)
        else:
            self._show(number, head)

    def _fail(self, vendor: int) -> None:
        """Each faulty vendor in its own way; one of three never answers."""
        if way := (_BROKEN, _FORBIDDEN, b"")[vendor % 3]:
            self._transport.write(way)

    def _show(self, number: int, head: bytes) -> None:
        goods = self._floor.goods[number]
        tag = b'"%d-%d"' % (number, goods.version)
        if b"if-none-match: " + tag in head.lower():
            self._transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % tag)
            return
        body = self._pages.of(goods)
        self._transport.write(_OK + b"ETag: %s\r\nContent-Length: %d\r\n\r\n" % (tag, len(body)) + body)


async def listen(floor: Floor, pages: Pages) -> Sequence[asyncio.Server]:
    """On one port of every vendor's address."""
    loop, servers, port = asyncio.get_running_loop(), list[asyncio.Server](), 0
    for vendor in range(floor.plan.vendors):
        host = floor.plan.host(vendor)
        servers.append(await loop.create_server(lambda: Shop(floor, pages), host, port, backlog=512))
        port = servers[0].sockets[0].getsockname()[1]
    return servers


async def main(plan: Plan) -> None:
    """Serve until stdin closes."""
    floor = Floor(plan)
    servers = await listen(floor, Pages(plan.kilobytes))
    print(json.dumps({"port": servers[0].sockets[0].getsockname()[1]}), flush=True)
    await obey({name: getattr(floor, name) for name in ("change", "noted", "count")})


if __name__ == "__main__":
    asyncio.run(main(Plan(**json.loads(sys.argv[1]))))
