"""The one door, outwards: a POST to an address that a person named, through the same guard as every page."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import aiohttp

from alerts.domain.errors import BadInput
from alerts.domain.webhooks import Answer
from alerts.ports import Clock
from alerts.reading.web.addresses import NotAllowed, checked_url, place
from alerts.reading.web.answers import rest_asked
from alerts.reading.web.fetch import USER_AGENT
from alerts.reading.web.guard import HOP, Hop, guarded_socket

LIMIT = timedelta(seconds=10)
_MOST = 4096  # bytes of an answer that are ever read
_REDIRECTS = range(300, 400)


class WebPoster:
    """See alerts.ports.Poster. A connection of its own for each, no redirects, no cookies, no proxy.

    Its words name no address: they are logged and shown.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        limit: timedelta = LIMIT,
        allow_private: Sequence[str] = (),
        ports: Collection[int] = (),
        resolver: aiohttp.abc.AbstractResolver | None = None,
    ) -> None:
        """`allow_private`: as the operator wrote them for reading; these may be http, too."""
        self._clock, self._limit = clock, limit.total_seconds()
        self._ports, self._resolver = frozenset(ports), resolver
        self.configure(allow_private=allow_private)

    def configure(self, *, allow_private: Sequence[str]) -> None:
        """For requests from now on."""
        self._private = frozenset(allow_private)

    def check(self, url: str) -> str:
        try:
            checked_url(url, private=self._private, ports=self._ports)
        except NotAllowed as exc:
            raise BadInput(f"This webhook's address cannot be used: {exc}.") from None
        if not url.startswith("https://") and place(url) not in self._private:
            raise BadInput("A webhook's address starts with https://.")
        return place(url)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, read: bool = False) -> Answer:
        start = self._clock.monotonic()
        hop = Hop(may_be_private=place(url) in self._private)
        try:
            self.check(url)
            async with asyncio.timeout(self._limit):
                answer = await self._ask(url, body, headers, hop, read=read)
        except BadInput:
            answer = Answer("not allowed")
        except TimeoutError:
            answer = Answer("timeout")
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            answer = Answer("private address" if hop.refused else _word(exc))
        took = timedelta(seconds=self._clock.monotonic() - start)
        return Answer(answer.word, answer.status, answer.retry_after, took, body=answer.body)

    async def _ask(self, url: str, body: bytes, headers: Mapping[str, str], hop: Hop, *, read: bool) -> Answer:
        connector = aiohttp.TCPConnector(socket_factory=guarded_socket, resolver=self._resolver, force_close=True)
        token = HOP.set(hop)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    trust_env=False,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    max_line_size=8190,
                    max_field_size=16 * 1024,
                ) as session,
                session.post(
                    url,
                    data=body,
                    headers={**headers, "Content-Type": "application/json", "User-Agent": USER_AGENT},
                    allow_redirects=False,
                ) as got,
            ):
                word = "redirect" if got.status in _REDIRECTS else str(got.status)
                rest = rest_asked(got.headers, self._clock.now())
                said = await _start_of(got.content) if read else b""
                got.close()  # whatever else it sends is nobody's
                return Answer(word, got.status, rest, body=said)
        finally:
            HOP.reset(token)


async def _start_of(content: aiohttp.StreamReader) -> bytes:
    found = b""
    while len(found) < _MOST and (chunk := await content.read(_MOST - len(found))):
        found += chunk
    return found


def _word(exc: Exception) -> str:
    match exc:
        case aiohttp.ClientConnectorDNSError():
            return "unknown name"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return "bad certificate"
        case aiohttp.ClientConnectorError():
            return "no connection"
        case aiohttp.InvalidURL() | ValueError():
            return "malformed address"
        case _:
            return "connection broke"
