"""The benchmarks' shop, where a vendor can be struck: `python -m tests.soak.shop PLAN`."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, replace

from benchmarks.delivering.server import Json, obey
from benchmarks.whole.page import Pages
from benchmarks.whole.shop import Floor, Plan, Shop

_STORMS = {
    "broken": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    "forbidden": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "silent": b"",
    "garbage": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 40\r\n\r\n"
    + b"<p>\xff\x00{[<</p>" * 3
    + b"!",
}


class Street:
    """The floor with a weather at every vendor's door."""

    def __init__(self, floor: Floor) -> None:
        self.floor, self.storms = floor, dict[int, str]()

    def storm(self, vendor: int, kind: str) -> Json:
        """From now on; `flipped`: everything that is in is shown as sold out, and the other way round."""
        self.storms[vendor] = kind
        return {}

    def calm(self, vendor: int) -> Json:
        """As it should be."""
        self.storms.pop(vendor, None)
        return {}


class StruckShop(Shop):
    """GET /p/<number>, as long as the weather lets it."""

    def __init__(self, street: Street, pages: Pages) -> None:
        super().__init__(street.floor, pages)
        self._street = street

    def _show(self, number: int, head: bytes) -> None:
        kind = self._street.storms.get(self._floor.plan.vendor_of(number))
        if kind == "flipped":
            goods = self._floor.goods[number]
            body = self._pages.of(replace(goods, is_in=not goods.is_in))
            head_of = (
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
            )
            self._transport.write(head_of % len(body) + body)
        elif kind is None:
            super()._show(number, head)
        elif answer := _STORMS[kind]:
            self._transport.write(answer)


async def main(plan: Plan) -> None:
    """Serve on one port of every vendor's address until stdin closes."""
    street, pages, loop, port = Street(Floor(plan)), Pages(plan.kilobytes), asyncio.get_running_loop(), 0
    servers = list[asyncio.Server]()
    for vendor in range(plan.vendors):
        servers.append(await loop.create_server(lambda: StruckShop(street, pages), plan.host(vendor), port))
        port = servers[0].sockets[0].getsockname()[1]
    print(json.dumps({"port": port}), flush=True)
    floor = street.floor
    await obey({"change": floor.change, "noted": floor.noted, "count": floor.count, "storm": street.storm,
                "calm": street.calm})  # fmt: skip


def words(plan: Plan) -> str:
    """The plan as an argument."""
    return json.dumps(asdict(plan))


if __name__ == "__main__":
    asyncio.run(main(Plan(**json.loads(sys.argv[1]))))
