"""A product that somebody added by its address: one listing at one shop."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from pydantic import AwareDatetime, Field

from alerts.domain.canonical import host_of, mark_of, name_from
from alerts.domain.model import Fact, Listing, Product, Sku, Tier
from alerts.domain.text import plain

LONGEST_NAME = 100
_LONGEST_VENDOR = 64


class UrlProduct(Fact):
    """What is shared by everybody who adds the address. What a guild calls it, and how often it asks, is its own."""

    sku: Sku
    url: str
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    vendor: str = Field(min_length=1, max_length=_LONGEST_VENDOR)
    is_read: bool = False  # whether the shop itself gave the name
    added_at: AwareDatetime

    @property
    def mark(self) -> str:
        """What it is found by: the same for everybody who writes the same address."""
        return mark_of(self.url)

    def product(self) -> Product:
        """The product as the engine knows it; how often it is due is for its watchers to say."""
        listing = Listing(
            id=f"{_slug(self.vendor, 48) or 'vendor'}-{self.mark}",
            sku=self.sku,
            # A page that shows another product than this is refused, so nothing of ours may stand here.
            product_name=self.name if self.is_read else "",
            vendor=self.vendor,
            url=self.url,
        )
        return Product(sku=self.sku, name=self.name, tier=Tier.WARM, listings=(listing,))


def url_product(address: str, *, name: str | None, vendor: str | None, at: datetime) -> UrlProduct:
    """The product behind a canonical address, by the name its page gives or else by its address.

    Its sku is made of the name and the address, so that it says something and is nobody else's.
    """
    told = plain(name or "", LONGEST_NAME)
    said = told or name_from(address)
    sku = f"{_slug(said, 40)}-{mark_of(address)[:10]}".lstrip("-")
    shop = plain(vendor or host_of(address), _LONGEST_VENDOR)
    return UrlProduct(sku=sku, url=address, name=said, vendor=shop, is_read=bool(told), added_at=at)


def _slug(text: str, longest: int) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text)[:longest].strip("-")
