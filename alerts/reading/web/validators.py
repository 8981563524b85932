"""What makes a GET conditional: the validators of pages seen before, and those pages, within a limit of bytes."""

from __future__ import annotations

from collections import ChainMap, OrderedDict
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import cast

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.domain.said import say
from alerts.domain.vouch import WHOLE_AFTER
from alerts.ports import Page

MAX_BYTES = 16 * 1024 * 1024  # most pages are vouched for in the store, and then need not be here

# Whether the look in hand must not lean on an earlier one: it takes a connection of its own and asks for whole pages.
# A context variable, because between the look and the door stands a reader that knows neither.
FRESH: ContextVar[bool] = ContextVar("reading_fresh", default=False)


class Validators:
    """Pages by address, the least recently used forgotten first. A 304 becomes the page it stands for."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()
        self._bytes, self._max_bytes = 0, max_bytes

    def conditions(self, url: str, accept: str, now: datetime) -> dict[str, str]:
        """The headers that ask for news only, if the page is remembered; for a fresh look those that pass caches by.

        Now and then a page is asked for whole, whatever is remembered: see domain/vouch.py.
        """
        if FRESH.get():
            return {"Cache-Control": "no-cache"}
        page = self._pages.get((url, accept))
        if page is None or (page.at and now - page.at >= WHOLE_AFTER):
            return {}
        named = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
        return {ask: page.headers[told] for ask, told in named.items() if told in page.headers}

    def remember(self, url: str, accept: str, page: Page) -> Page:
        """Keep a page that has a validator and answer it, or answer the remembered one that a 304 stands for."""
        key = (url, accept)
        if page.status == 304:
            return self._recall(key, page)
        self._drop(key)
        if page.status == 200 and ("ETag" in page.headers or "Last-Modified" in page.headers):
            self._pages[key] = page
            self._bytes += len(page.body)
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._pages)))
        return page

    def _recall(self, key: tuple[str, str], page: Page) -> Page:
        known = None if FRESH.get() else self._pages.get(key)
        if known is None:
            raise ReadError(FailureReason.UNREADABLE, say("the shop says nothing changed, but was not asked that"))
        self._pages.move_to_end(key)
        # The body is the remembered one; how long a cache has kept it is what the new answer says.
        age = page.headers.get("Age", "")
        if age == known.headers.get("Age", ""):
            return known
        return replace(known, headers=ChainMap({"Age": age}, cast("dict[str, str]", known.headers)))

    def _drop(self, key: tuple[str, str]) -> None:
        if (page := self._pages.pop(key, None)) is not None:
            self._bytes -= len(page.body)
