"""The way to the shops in this table: harmless ones play, all others are met by the real guards."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from alerts.domain.canonical import canonical, host_of
from alerts.domain.errors import BadInput, ReadError
from alerts.domain.model import Failure, Listing, Reading
from alerts.domain.text import plain
from alerts.ports import Look
from tests.hostile_inputs.addresses import ADDRESSES
from tests.reading.shop import fetcher
from tests.worlds import START, offer


class Inside(AbstractResolver):
    """A DNS that lies: every name leads into somebody's network."""

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        inside = ResolveResult(hostname=host, host="10.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        return [inside]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def doors(looks: MutableMapping[str, Look]) -> AsyncIterator[None]:
    """Let every host of the table be looked at."""
    async with fetcher(resolver=Inside(), respect_robots=False) as web:

        async def met(listing: Listing, *, fresh: bool = False) -> Reading:
            try:
                await web.get(listing.url)
            except ReadError as exc:
                return Reading(url=listing.url, at=START, outcome=Failure(reason=exc.reason, detail=exc.detail))
            raise AssertionError(f"{listing.url} was reached")

        async def played(listing: Listing, *, fresh: bool = False) -> Reading:
            return Reading(url=listing.url, at=START, outcome=offer())

        hosts = {host: row for row in ADDRESSES if (host := _host(row.given))}
        looks.update({host: played if row.is_fine else met for host, row in hosts.items()})
        looks["shop.test"] = _either(played, met)
        yield


def _either(played: Look, met: Look) -> Look:
    """The shop of both: a port or a scheme of it may be what is wrong."""

    async def look(listing: Listing, *, fresh: bool = False) -> Reading:
        is_odd = listing.url.partition("://")[2].partition("/")[0] != "shop.test"
        return await (met if is_odd else played)(listing, fresh=fresh)

    return look


def _host(address: Any) -> str:
    try:
        return plain(host_of(canonical(address)), 64)  # as long as a name of a vendor may be
    except BadInput:
        return ""
