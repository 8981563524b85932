"""Read a listing from its shop's own page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b

from alerts.domain.model import Listing, Offer
from alerts.ports import Fetcher, Page
from alerts.reading.data.overrides import Override
from alerts.reading.readers.aside import read_aside
from alerts.reading.weigh.verdict import is_stale

_REMEMBERED = 2048
_Key = tuple[str, bytes, str, str, Listing]


class PageReader:
    """Fetches the page and reads it. A page whose every byte is known gets the answer it got before.

    `overrides` are by vendor.
    """

    def __init__(self, fetcher: Fetcher, *, overrides: Mapping[str, Override] | None = None) -> None:
        self._fetcher, self._overrides = fetcher, overrides or {}
        self._answers: OrderedDict[_Key, Offer] = OrderedDict()

    async def read(self, listing: Listing) -> Offer:
        """Say what the page offers, or raise ReadError."""
        return await self.read_from(await self._fetcher.get(listing.url), listing)

    async def read_from(self, page: Page, listing: Listing) -> Offer:
        """The same of a page that is at hand."""
        # `read_page` is a pure function of exactly these, so repeating its answer cannot be wrong.
        told = page.headers.get("Content-Type", ""), page.headers.get("Age", "") if is_stale(page) else ""
        key = (page.url, blake2b(page.body, digest_size=16).digest(), *told, listing)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = await read_aside(page, listing, self._overrides.get(listing.vendor))
        self._answers.move_to_end(key)
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return answer
