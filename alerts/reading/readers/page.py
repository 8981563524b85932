"""Read a listing from its shop's own page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar

from selectolax.lexbor import LexborHTMLParser as Tree

from alerts.domain.model import Listing, Offer
from alerts.ports import Fetcher, Page
from alerts.reading.data.overrides import Override
from alerts.reading.readers.aside import read_aside
from alerts.reading.shortcuts import ALL, Shortcuts
from alerts.reading.visible.markup import as_utf8
from alerts.reading.visible.relevant import Relevant, is_provable, relevant
from alerts.reading.web.validators import FRESH
from alerts.reading.weigh.verdict import is_stale

_REMEMBERED = 8192
_K = TypeVar("_K")
_V = TypeVar("_V")
_Key = tuple[str, str, bytes, str, str, Listing]


class PageReader:
    """Fetches the page and reads it. A page that must have the answer it had before gets it without being parsed.

    `overrides` are by vendor.
    """

    def __init__(
        self, fetcher: Fetcher, *, overrides: Mapping[str, Override] | None = None, shortcuts: Shortcuts = ALL
    ) -> None:
        self._fetcher, self._overrides, self._shortcuts = fetcher, overrides or {}, shortcuts
        self._answers: OrderedDict[_Key, Offer] = OrderedDict()
        self._unprovable: OrderedDict[Listing, None] = OrderedDict()

    async def read(self, listing: Listing) -> Offer:
        """Say what the page offers, or raise ReadError."""
        return await self.read_from(await self._fetcher.get(listing.url), listing)

    async def read_from(self, page: Page, listing: Listing) -> Offer:
        """The same of a page that is at hand."""
        override = self._overrides.get(listing.vendor)
        if FRESH.get() or not self._shortcuts.answers:
            return await read_aside(page, listing, override)
        # `read_page` is a pure function of exactly these, so repeating its answer cannot be wrong.
        found = self._relevant(page, listing, override)
        answer = self._answers.get(key := _key(page, listing, found))
        if answer is None:
            proofs: list[bool] = []

            def also(tree: Tree, body: bytes) -> None:
                proofs.append(found is not None and is_provable(found, tree, body))

            answer = await read_aside(page, listing, override, also=also if found else None)
            if found and not all(proofs):
                _remember(self._unprovable, listing, None)
                page.notes.pop("relevant", None)
                key = _key(page, listing, None)
            _remember(self._answers, key, answer)
        self._answers.move_to_end(key)
        return answer

    def _relevant(self, page: Page, listing: Listing, override: Override | None) -> Relevant | None:
        """What of the page matters, unless all of it may: to an operator's own places, or by an earlier look."""
        if not self._shortcuts.insides or override is not None or listing in self._unprovable:
            return None
        if "relevant" not in page.notes:
            page.notes["relevant"] = relevant(as_utf8(page))
        found: Relevant | None = page.notes["relevant"]
        return found


def _key(page: Page, listing: Listing, found: Relevant | None) -> _Key:
    told = page.headers.get("Content-Type", ""), page.headers.get("Age", "") if is_stale(page) else ""
    if found:
        return (page.url, "relevant", found.mark, *told, listing)
    if "mark" not in page.notes:
        page.notes["mark"] = sha256(page.body).digest()
    return (page.url, "all", page.notes["mark"], *told, listing)


def _remember(known: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    known[key] = value
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
