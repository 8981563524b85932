"""Read a listing from its shop's own page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import TypeVar

from selectolax.lexbor import LexborHTMLParser as Tree

from alerts.domain.model import Listing, Offer
from alerts.domain.vouch import Vouch, vouch_of
from alerts.ports import Fetcher, Page
from alerts.reading.code_mark import code_mark
from alerts.reading.data.overrides import Override
from alerts.reading.readers.aside import read_aside
from alerts.reading.shortcuts import ALL, Shortcuts
from alerts.reading.visible.markup import as_utf8
from alerts.reading.visible.relevant import is_provable, relevant
from alerts.reading.web.validators import FRESH
from alerts.reading.weigh.verdict import is_stale
from alerts.vouching import LEAN

_REMEMBERED = 8192
_K = TypeVar("_K")
_V = TypeVar("_V")
_Key = tuple[Listing, bytes, str, str, str]


class PageReader:
    """Fetches the page and reads it. A page that must have the answer it had before gets it without being parsed.

    `overrides` are by vendor.
    """

    def __init__(
        self, fetcher: Fetcher, *, overrides: Mapping[str, Override] | None = None, shortcuts: Shortcuts = ALL
    ) -> None:
        self._fetcher, self._overrides, self._shortcuts = fetcher, overrides or {}, shortcuts
        self._mark_of = lru_cache(_REMEMBERED)(self._made_mark)
        self._answers: OrderedDict[_Key, Offer] = OrderedDict()
        self._last: OrderedDict[Listing, bytes] = OrderedDict()  # the mark of the last look

    async def read(self, listing: Listing) -> Offer:
        """Say what the page offers, or raise ReadError."""
        found = await self.fetch(listing)
        if isinstance(found, Offer):
            return found
        offer = await self.read_from(found, listing)
        self.vouch(found, listing)
        return offer

    async def fetch(self, listing: Listing) -> Page | Offer:
        """The page; or what is known to stand on it, where the shop says that it is still the same."""
        lean = LEAN.get()
        if lean and lean.vouch and lean.offer and self._may_lean(lean.vouch, listing):
            page = await self._fetcher.get(listing.url, unless=lean.vouch)
            if page.status != 304:
                return page
            if not is_stale(page):
                lean.found = lean.vouch
                return lean.offer
        return await self._fetcher.get(listing.url)

    def vouch(self, page: Page, listing: Listing) -> None:
        """Have the next look lean on this page: it alone decided what was just read, and would decide it again."""
        lean = LEAN.get()
        if lean and page.at and page.status == 200 and self._shortcuts.vouched and not is_stale(page):
            etag, reading = page.headers.get("ETag", ""), self._mark_of(listing)
            lean.found = vouch_of(page.url, etag, reading=reading, at=page.at)

    def _may_lean(self, vouch: Vouch, listing: Listing) -> bool:
        return self._shortcuts.vouched and not FRESH.get() and vouch.reading == self._mark_of(listing)

    def _made_mark(self, listing: Listing) -> str:
        made_from = repr(self._overrides.get(listing.vendor)), listing.model_dump_json()
        return blake2b("\0".join(made_from).encode(), key=code_mark(), digest_size=12).hexdigest()

    async def read_from(self, page: Page, listing: Listing) -> Offer:
        """The same of a page that is at hand."""
        override = self._overrides.get(listing.vendor)
        if FRESH.get() or not self._shortcuts.answers:
            return await read_aside(page, listing, override)
        # `read_page` is a pure function of exactly these, so repeating its answer cannot be wrong.
        told = page.url, page.headers.get("Content-Type", ""), page.headers.get("Age", "") if is_stale(page) else ""
        kept: dict[tuple[object, ...], Offer] = page.notes.setdefault("answers", {})
        answer = kept.get((listing, *told))
        if answer is None:
            answer = kept[listing, *told] = await self._known_or_read(page, listing, told, override)
        return answer

    async def _known_or_read(
        self, page: Page, listing: Listing, told: tuple[str, str, str], override: Override | None
    ) -> Offer:
        found = relevant(as_utf8(page)) if self._shortcuts.insides and override is None else None
        if found and (answer := self._answer(found.mark, listing, told)):
            return answer
        is_new = found is not None and self._last.get(listing) != found.mark
        if found:
            _remember(self._last, listing, found.mark)
        every = sha256(page.body).digest()
        if not is_new and (answer := self._answer(every, listing, told)):
            return answer
        # To show that the mark says enough takes a quarter of a reading: worth it for a mark that has come again.
        proofs: list[bool] = []

        def also(tree: Tree, body: bytes) -> None:
            proofs.append(found is not None and is_provable(found, tree, body))

        answer = await read_aside(page, listing, override, also=also if found and not is_new else None)
        mark = found.mark if found and True in proofs else every
        _remember(self._answers, (listing, mark, *told), answer)
        return answer

    def _answer(self, mark: bytes, listing: Listing, told: tuple[str, str, str]) -> Offer | None:
        answer = self._answers.get(key := (listing, mark, *told))
        if answer is not None:
            self._answers.move_to_end(key)
        return answer


def _remember(known: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
