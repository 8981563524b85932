"""The one door to the internet: every outgoing URL a person can name goes through it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import lru_cache, partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.domain.said import say
from alerts.domain.vouch import Vouch
from alerts.ports import Clock, Page
from alerts.reading.shortcuts import ALL, Shortcuts
from alerts.reading.web.addresses import KNOWN, NotAllowed, checked_url, place
from alerts.reading.web.answers import error_of, rest_asked
from alerts.reading.web.guard import HOP, Hop, guarded_socket
from alerts.reading.web.robots import Robots
from alerts.reading.web.turns import Turns
from alerts.reading.web.validators import FRESH, MAX_BYTES, Validators

USER_AGENT = "HardwareSentry/0.1 (stock alerts; +https://github.com/hardware-sentry)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_HOPS = 5
_CHUNK = 64 * 1024
_NO_PAGE = re.compile("image/|video/|audio/|font/|application/(pdf|zip|gzip|x-gzip)")


class WebFetcher:
    """GET, and nothing else, with all the safety of the house. Use as an async context manager."""

    def __init__(  # noqa: PLR0913  # each is a line of the operator's `fetch:` section
        self,
        *,
        clock: Clock,
        timeout: timedelta = timedelta(seconds=20),
        max_bytes: int = 5 * 1024 * 1024,
        pace: timedelta | None = timedelta(seconds=1),
        concurrency: int = 2,
        allow_private: Sequence[str] = (),
        ports: Collection[int] = (),
        respect_robots: bool = True,
        user_agent: str = USER_AGENT,
        resolver: aiohttp.abc.AbstractResolver | None = None,
        blocked: Callable[[str], None] = lambda _: None,
        shortcuts: Shortcuts = ALL,
    ) -> None:
        """`blocked` is told the layer at which a rule of ours refused an address: `address`, `redirect`, `socket`."""
        self._blocked = blocked
        self._clock, self._max_bytes, self._private = clock, max_bytes, frozenset(allow_private)
        # The words of an address say the same each time; where its name leads is seen at the socket, each time.
        self._allowed = lru_cache(KNOWN)(partial(checked_url, private=self._private, ports=frozenset(ports)))
        self._total = total = timeout.total_seconds()
        self._timeouts = aiohttp.ClientTimeout(total=total, connect=total / 2, sock_read=total / 2)
        self._agent, self._resolver = user_agent, resolver
        self._turns = Turns(clock=clock, pace=pace, concurrency=concurrency)
        self._robots = Robots(self._get_once, clock=clock, agent=user_agent) if respect_robots else None
        self._validators = Validators(MAX_BYTES if shortcuts.conditional else 0)
        self._session: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = self._opened(ttl_dns_cache=60)
        # A fresh look may be answered by another of the shop's machines than the one that an open connection leads to.
        self._fresh = self._opened(force_close=True, use_dns_cache=False)
        return self

    def _opened(self, **manner: Any) -> aiohttp.ClientSession:
        # The limit per host is ours (Turns); the connector's own would make waiting count as slowness.
        connector = aiohttp.TCPConnector(socket_factory=guarded_socket, resolver=self._resolver, limit=256, **manner)
        return aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._agent, "Accept-Language": "en;q=0.9,*;q=0.5"},
            max_line_size=8190,
            max_field_size=16 * 1024,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        for session in (self._session, self._fresh):
            if session is not None:
                await session.close()

    async def get(self, url: str, *, accept: str = "text/html", unless: Vouch | None = None) -> Page:
        """See ports.Fetcher."""
        self._checked(url, "address")
        if self._robots is not None:
            await self._robots.check(url)
        return await self._get_once(url, accept=accept, unless=unless)

    async def _get_once(self, url: str, *, accept: str, unless: Vouch | None = None) -> Page:
        hop = Hop(may_be_private=place(url) in self._private)
        for _ in range(_MAX_HOPS + 1):
            page = await self._ask(url, accept, hop, unless if unless and unless.page == url else None)
            if page.status not in _REDIRECTS or "Location" not in page.headers:
                return page
            url = self._next(url, page.headers["Location"], hop)
        raise ReadError(FailureReason.UNREACHABLE, say("the shop redirects more than {count} times", count=_MAX_HOPS))

    def _next(self, url: str, location: str, hop: Hop) -> str:
        try:
            target = self._checked(urljoin(url, location.strip()), "redirect")
        except ValueError as exc:  # half of an IPv6 address
            raise ReadError(FailureReason.UNREACHABLE, say("the address is malformed")) from exc
        if url.startswith("https:") and not target.startswith("https:"):
            self._blocked("redirect")
            raise NotAllowed(FailureReason.UNREACHABLE, say("the shop redirects from https to http"))
        # A public shop cannot send us into the operator's network, not even to a door that is open for others.
        hop.may_be_private = hop.may_be_private and place(target) in self._private
        return target

    def _checked(self, url: str, layer: str) -> str:
        try:
            return self._allowed(url)
        except NotAllowed:
            self._blocked(layer)
            raise

    async def _ask(self, url: str, accept: str, hop: Hop, unless: Vouch | None) -> Page:
        host = place(url)
        async with self._turns.at(host):
            try:
                page = await self._request(url, accept, hop, unless)
            except (aiohttp.ClientError, OSError, ValueError) as exc:  # a TimeoutError is an OSError
                raise self._error(exc, hop) from exc
            now = self._clock.now()
            if page.status in (429, 503) and (rest := rest_asked(page.headers, now)):
                self._turns.rest(host, rest.total_seconds())
            if error := error_of(page.status, page.headers, page.body, now):
                raise error
            return page if unless and page.status == 304 else self._validators.remember(url, accept, page)

    async def _request(self, url: str, accept: str, hop: Hop, unless: Vouch | None) -> Page:
        session = self._fresh if FRESH.get() else self._session
        if session is None:
            raise RuntimeError("WebFetcher is used inside `async with`")
        token = HOP.set(hop)
        known = self._validators.conditions(url, accept, self._clock.now())
        headers = {"Accept": f"{accept},*/*;q=0.1", **({"If-None-Match": unless.etag} if unless else known)}
        try:
            request = session.get(_parsed(url), headers=headers, allow_redirects=False, timeout=self._timeouts)
            async with request as answer:
                return await self._page(url, answer)
        finally:
            HOP.reset(token)

    async def _page(self, url: str, answer: aiohttp.ClientResponse) -> Page:
        if _NO_PAGE.match(answer.content_type):
            raise ReadError(
                FailureReason.UNREADABLE, say("the address holds {kind}, not a page", kind=answer.content_type)
            )
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise ReadError(
                    FailureReason.TOO_LARGE, say("the page is larger than {count} bytes", count=self._max_bytes)
                )
        headers = answer.headers.copy()
        return Page(url=url, status=answer.status, headers=headers, body=bytes(body), at=self._clock.now())

    def _error(self, exc: Exception, hop: Hop) -> ReadError:
        """Map the library's errors once; nothing above knows aiohttp."""
        if isinstance(exc, TimeoutError):
            late = say("the shop took longer than {count} seconds", count=f"{self._total:g}")
            return ReadError(FailureReason.TIMEOUT, late)
        if hop.refused:
            self._blocked("socket")
            return NotAllowed(FailureReason.UNREACHABLE, say("the address leads into a private network"))
        if isinstance(exc, aiohttp.InvalidURL | ValueError) and not isinstance(exc, OSError):
            # Such as 127.1: nothing was asked, and asking again would change nothing.
            return NotAllowed(FailureReason.UNREACHABLE, say("the address is malformed"))
        return ReadError(FailureReason.UNREACHABLE, _words(exc))


@lru_cache(KNOWN)
def _parsed(url: str) -> URL:
    return URL(url)


def _words(exc: Exception) -> str:
    match exc:
        case aiohttp.ClientConnectorDNSError():
            return say("the shop's name is not known")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return say("the shop's certificate is not valid")
        case aiohttp.ClientConnectorError():
            return say("the shop does not accept connections")
        case _:
            return say("the connection broke ({error})", error=type(exc).__name__)
