"""Askers over HTTP in a process of their own: JSON lines on stdin, answers on stdout.

Each asker has a connection, sends a request, waits for the whole answer and sends the next. There is no HTTP library in
between: one costs more than the servers that are measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

Json = dict[str, Any]
_END = b"\r\n\r\n"


class Asker(asyncio.Protocol):
    """One connection. `requests` are bytes as they are sent, one after the other."""

    def __init__(self, requests: list[bytes]) -> None:
        self._left = requests[::-1]
        self._buffer, self._whole, self._began = bytearray(), 0, 0.0
        self._transport: asyncio.WriteTransport | None = None
        self.took: list[float] = []  # milliseconds
        self.statuses: Counter[str] = Counter()
        self.last = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._whole:
            at = self._buffer.find(_END)
            if at < 0:
                return
            self._whole = at + len(_END) + _length(bytes(self._buffer[:at]).lower())
        if len(self._buffer) >= self._whole:
            self.took.append((time.perf_counter() - self._began) * 1000)
            self.statuses[self._buffer[9:12].decode()] += 1
            if not self._left:
                self.last = bytes(self._buffer)
            self._buffer.clear()
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        assert self._transport
        if self._left:
            self._whole, self._began = 0, time.perf_counter()
            self._transport.write(self._left.pop())
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()


def _length(head: bytes) -> int:
    _, _, rest = head.partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


async def ask(port: int, plans: list[list[str]], times: int) -> Json:
    """Each plan by an asker of its own, so many times over, all at once."""
    loop = asyncio.get_running_loop()
    askers = [Asker([each.encode() for each in plan] * times) for plan in plans]
    began, cpu = time.perf_counter(), time.process_time()
    for asker in askers:
        await loop.create_connection(lambda asker=asker: asker, "127.0.0.1", port)
    await asyncio.gather(*(asker.done for asker in askers))
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "took": [each for asker in askers for each in asker.took],
        "statuses": dict(sum((asker.statuses for asker in askers), Counter[str]())),
        "bytes": len(askers[0].last),
        "head": askers[0].last.partition(_END)[0].decode(),
        "body": askers[0].last.partition(_END)[2][:4000].decode(errors="replace"),
    }


async def main() -> None:
    """Until stdin closes."""
    reader = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(json.dumps({"port": 0}), flush=True)
    while line := await reader.readline():
        _, asked = json.loads(line)
        print(json.dumps(await ask(**asked)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
