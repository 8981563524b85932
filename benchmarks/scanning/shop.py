"""A shop in a process of its own: product pages with gzip, ETag and keep-alive, and quick beside what is measured.

    python -m benchmarks.scanning.shop <products>

Prints its port and then answers lines of JSON. ["turn", {"share": 0.05}] makes that share of the pages new, by what
`kind` says: `token` (only the shop's own scripts and session tokens differ, as between any two visits), `visible` (a
visible text, too), `stock` (sold out or back). `etag` says whether ETags are sent, `salted` whether every visit
differs. Each answer says how many requests there were since the last.
"""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from itertools import count
from typing import ClassVar

from benchmarks.scanning.page import NOTE, TOKEN, page

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


class _Product:
    """One page, compressed but for the places that differ; gzip allows a few plain bytes between compressed ones."""

    def __init__(self, number: int) -> None:
        self.number, self.version, self.is_in = number, 0, True
        self.visible = 0
        self._make()

    def _make(self) -> None:
        text = page(self.number, is_in=self.is_in)
        self._pieces: list[tuple[bytes, bytes]] = []  # what stands before a place, and the same compressed
        self._names: list[str] = []
        rest = text
        while True:
            at = {name: rest.find(name) for name in (TOKEN, NOTE) if name in rest}
            if not at:
                break
            name = min(at, key=lambda each: at[each])
            before, rest = rest[: at[name]], rest[at[name] + len(name) :]
            self._pieces.append((before.encode(), _deflated(before.encode())))
            self._names.append(name)
        self._last = rest.encode(), _deflated(rest.encode(), is_last=True)

    def body(self, salt: int) -> bytes:
        """The page, gzipped. `salt` tells visits apart; 0 gives the page of this version."""
        crc, size, out = 0, 0, [_GZIP]
        token = f"{salt or self.version:026x}".encode()
        note = f"{self.visible:04}".encode()
        for (plain, packed), name in zip(self._pieces, self._names, strict=True):
            mark = token if name == TOKEN else note
            for part in (plain, mark):
                crc, size = zlib.crc32(part, crc), size + len(part)
            out += [packed, _stored(mark)]
        plain, packed = self._last
        crc, size = zlib.crc32(plain, crc), size + len(plain)
        out += [packed, crc.to_bytes(4, "little"), (size & 0xFFFFFFFF).to_bytes(4, "little")]
        return b"".join(out)

    def turn(self, kind: str) -> None:
        self.version += 1
        if kind == "visible":
            self.visible += 1
        if kind == "stock":
            self.is_in = not self.is_in
            self._make()


def _deflated(plain: bytes, *, is_last: bool = False) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(plain) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)


def _stored(plain: bytes) -> bytes:
    size = len(plain)
    return b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + plain


class Shop(asyncio.Protocol):
    """GET /p/<number>, on connections that stay open."""

    products: list[_Product]
    mode: ClassVar[dict[str, bool]] = {"etag": False, "salted": True}
    served = 0
    _visits = count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if not path.startswith(b"/p/"):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        Shop.served += 1
        product = self.products[int(path[3:])]
        if not self.mode["etag"]:
            body = product.body(next(self._visits) if self.mode["salted"] else 0)
            return _OK + b"Content-Length: %d\r\n\r\n" % len(body) + body
        tag = b'"%d-%d"' % (product.number, product.version)
        if b"if-none-match: " + tag in head.replace(b"If-None-Match", b"if-none-match"):
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % tag
        body = product.body(0)
        return _OK + b"ETag: %s\r\nContent-Length: %d\r\n\r\n" % (tag, len(body)) + body


def _obey(asked: dict[str, object]) -> dict[str, object]:
    for key in ("etag", "salted"):
        if key in asked:
            Shop.mode[key] = bool(asked[key])
    step = round(1 / float(str(asked["share"]))) if asked.get("share") else 0
    if step:
        first = int(str(asked.get("first", 0))) % step
        for product in Shop.products[first::step]:
            product.turn(str(asked.get("kind", "token")))
    before, Shop.served = Shop.served, 0
    return {"served": before}


async def main(products: int) -> None:
    """Serve until stdin closes."""
    Shop.products = [_Product(number) for number in range(products)]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Shop, "127.0.0.1", 0, backlog=512)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(_obey(json.loads(line)[1])), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
