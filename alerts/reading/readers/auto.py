"""`reader: auto`: the page first; what it says picks who reads on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import urlsplit

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, FailureReason, Listing, Offer, ReaderKind
from alerts.ports import Fetcher, Page, Reader
from alerts.reading.readers.page import PageReader
from alerts.reading.web.addresses import NotAllowed, place

_HOSTS = 1024
_SIGNS = {
    ReaderKind.SHOPIFY: (b"cdn.shopify.com", b"Shopify.theme", b"shopify-section"),
    ReaderKind.WOOCOMMERCE: (
        b"woocommerce-product",
        b"wc-block",
        b"single-product woocommerce",
        b"/plugins/woocommerce/",
    ),
}
# What a browser in somebody else's hands may still read; a page that is gone or another product it will not change.
_WORTH_A_BROWSER = frozenset({FailureReason.BLOCKED, FailureReason.UNREADABLE})


class AutoReader:
    """Reads the page. A shop system with data of its own is asked for them, and remembered for the next look.

    `fallback` (TinyFish) is asked last, and only where our own reading is refused or finds nothing.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        page: PageReader,
        *,
        platforms: Mapping[ReaderKind, Reader] | None = None,
        fallback: Reader | None = None,
    ) -> None:
        self._fetcher, self._page, self._fallback = fetcher, page, fallback
        self._platforms = platforms or {}
        self._known: OrderedDict[str, ReaderKind] = OrderedDict()

    async def read(self, listing: Listing) -> Offer:
        """Say what the listing offers, or raise ReadError."""
        try:
            return await self._read(listing)
        except ReadError as exc:
            if self._fallback is None or exc.reason not in _WORTH_A_BROWSER or isinstance(exc, NotAllowed):
                raise
            return await self._fallback.read(listing)

    async def _read(self, listing: Listing) -> Offer:
        platform = self._platforms.get(self._known.get(place(listing.url), ReaderKind.AUTO))
        if platform is not None:
            try:
                return await platform.read(listing)
            except ReadError as exc:
                if exc.reason not in (FailureReason.UNREADABLE, FailureReason.NOT_FOUND, FailureReason.BLOCKED):
                    raise
        page = await self._page.fetch(listing)
        if isinstance(page, Offer):
            return page
        try:
            offer = await self._page.read_from(page, listing)
        except ReadError as exc:
            if platform is not None or exc.reason is FailureReason.NOT_FOUND or not (kind := self._kind(page, listing)):
                raise
            return await self._platforms[kind].read(listing)
        return offer if platform is not None else await self._better(offer, page, listing)

    async def _better(self, offer: Offer, page: Page, listing: Listing) -> Offer:
        """What the platform's data say, when they can be had; the page's own words otherwise."""
        is_sure = offer.availability is not Availability.UNKNOWN and listing.variant is None and offer.confidence >= 0.9
        # What is in shops only the platforms' data have no word for.
        kind = None if is_sure or offer.is_in_shops_only else self._kind(page, listing)
        if kind is None:
            self._page.vouch(page, listing)  # nothing else was asked, nor would be
            return offer
        try:
            better = await self._platforms[kind].read(listing)
        except ReadError:
            return offer
        self._known[place(listing.url)] = kind
        while len(self._known) > _HOSTS:
            self._known.popitem(last=False)
        return better

    def _kind(self, page: Page, listing: Listing) -> ReaderKind | None:
        if (
            "/products/" in urlsplit(listing.url).path
            and ReaderKind.SHOPIFY in self._platforms
            and _shows(page, ReaderKind.SHOPIFY)
        ):
            return ReaderKind.SHOPIFY
        if ReaderKind.WOOCOMMERCE in self._platforms and _shows(page, ReaderKind.WOOCOMMERCE):
            return ReaderKind.WOOCOMMERCE
        return None


def _shows(page: Page, kind: ReaderKind) -> bool:
    return any(sign in page.body for sign in _SIGNS[kind])
