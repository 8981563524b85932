"""What a shop asks robots to leave alone. RFC 9309, read by protego."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Protocol

from protego import Protego

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.domain.said import say
from alerts.ports import Clock, Page
from alerts.reading.web.addresses import NotAllowed, origin

_DAY = 24 * 3600.0
_ORIGINS = 2048
_MAX_TEXT = 512 * 1024
_ADDRESSES = 1024  # of each origin


class _Ask(Protocol):
    def __call__(self, url: str, *, accept: str) -> Awaitable[Page]: ...


class Robots:
    """robots.txt of each origin, fetched once a day."""

    def __init__(self, ask: _Ask, *, clock: Clock, agent: str) -> None:
        self._ask, self._clock, self._agent = ask, clock, agent
        self._rules: OrderedDict[str, tuple[float, Callable[[str], bool] | None]] = OrderedDict()

    async def check(self, url: str) -> None:
        """Raise NotAllowed when the shop asks robots not to read this address.

        No robots.txt means yes. When it cannot be fetched we do not know, so the same error stands for the page.
        """
        may_read = await self._of(origin(url))
        if may_read is not None and not may_read(url):
            raise NotAllowed(FailureReason.BLOCKED, say("the shop's robots.txt asks not to read this page"))

    async def _of(self, site: str) -> Callable[[str], bool] | None:
        now = self._clock.monotonic()
        known = self._rules.get(site)
        if known is None or known[0] <= now:
            known = (now + _DAY, await self._fetched(site))
            self._rules[site] = known
            self._forget_the_oldest()
        return known[1]

    async def _fetched(self, site: str) -> Callable[[str], bool] | None:
        try:
            page = await self._ask(f"{site}/robots.txt", accept="text/plain")
        except ReadError as exc:
            if _means_there_is_none(exc):
                return None
            raise
        rules = Protego.parse(page.text[:_MAX_TEXT])
        # Every look asks the same of the same rules, of which a shop may have hundreds.
        return lru_cache(_ADDRESSES)(lambda url: bool(rules.can_fetch(url, self._agent)))

    def _forget_the_oldest(self) -> None:
        while len(self._rules) > _ORIGINS:
            self._rules.popitem(last=False)


def _means_there_is_none(error: ReadError) -> bool:
    # RFC 9309 §2.3.1.3: any 4xx is "no rules", a wall before robots.txt included; the page will speak for itself.
    if isinstance(error, NotAllowed) or error.retry_after is not None:
        return False
    return error.reason in (
        FailureReason.NOT_FOUND,
        FailureReason.UNREADABLE,
        FailureReason.BLOCKED,
        FailureReason.TOO_LARGE,
    )
