"""Sections about shops: how to fetch, each vendor's own manners, where its pages show what, the products."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from alerts.domain.model import Listing, Product, ReaderKind, Sku, Tier
from alerts.domain.money import Currency
from alerts.settings.units import Duration, Pace, Size
from alerts.settings.written import Region, Section, WebAddress, _authority


class FetchSection(Section):
    timeout: Duration = Field(default=timedelta(seconds=20), gt=timedelta(0))
    max_bytes: Size = 5 * 1024**2
    pace: Pace = timedelta(seconds=1)
    concurrency: int = Field(default=2, ge=1, le=64)
    allow_private: tuple[Annotated[str, AfterValidator(_authority)], ...] = ()
    respect_robots: bool = True


class RetrySection(Section):
    attempts: int = Field(default=3, ge=1, le=10)


def _selector(text: str) -> str:
    without_strings = re.sub(r"""\"[^"]*\"|'[^']*'""", "", text)
    is_even = all(without_strings.count(a) == without_strings.count(b) for a, b in ("[]", "()"))
    if not is_even or re.search(r"""["'{};<]""", without_strings):
        raise ValueError("is not a CSS selector; write for instance .product-price")
    return text


def _json_path(text: str) -> str:
    if not re.fullmatch(r"[^.\[\]\s]+(?:\.[^.\[\]\s]+|\[\d{1,6}\])*", text):
        raise ValueError("is not a path of names and numbers; write for instance product.offers[0].price")
    return text


Selector = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_selector)]
JsonPath = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_json_path)]
Phrase = Annotated[str, Field(min_length=2, max_length=120)]


class ReadingSection(Section):
    """Where a vendor's pages show price and stock, when they cannot be read without being told."""

    price: Selector | None = None
    stock: Selector | None = None
    state: Selector | None = None
    price_path: JsonPath | None = None
    currency_path: JsonPath | None = None
    stock_path: JsonPath | None = None
    in_stock: tuple[Phrase, ...] = ()
    out_of_stock: tuple[Phrase, ...] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        paths = [name for name in ("price_path", "currency_path", "stock_path") if getattr(self, name)]
        if paths and not self.state:
            raise ValueError(f"{paths[0]} leads into JSON, but nothing says where that is; set state")
        if self.state and not paths:
            raise ValueError("state holds JSON, but nothing says what to take from it; set price_path or stock_path")
        if (self.in_stock or self.out_of_stock) and not (self.stock or self.stock_path):
            raise ValueError("there are phrases, but nothing says where they stand; set stock or stock_path")
        return self


class VendorSection(Section):
    """A vendor's own manners; what is not set is taken from `fetch`."""

    timeout: Duration | None = Field(default=None, gt=timedelta(0))
    pace: Pace = None
    retry: RetrySection = RetrySection()
    always_in: Sku | None = None  # canaries: products of the catalogue whose stock at this shop is certain
    always_out: Sku | None = None
    reading: ReadingSection = ReadingSection()


class TinyfishSection(Section):
    base_url: WebAddress = "https://agent.tinyfish.ai"
    timeout: Duration = Field(default=timedelta(seconds=90), gt=timedelta(0))
    daily_budget_usd: Decimal = Field(default=Decimal(5), ge=0)
    api_key: SecretStr | None = None  # from TINYFISH_API_KEY or TINYFISH_API_KEY_FILE only


class ListingSection(Section):
    vendor: str = Field(min_length=1, max_length=64)
    url: WebAddress
    currency: Currency | None = None
    variant: str | None = None
    region: Region | None = None
    reader: ReaderKind = ReaderKind.AUTO


class ProductSection(Section):
    sku: Sku
    name: str = Field(min_length=1, max_length=100)
    aliases: tuple[str, ...] = ()
    category: str | None = None
    tier: Tier = Tier.WARM
    gtin: str | None = None
    mpn: str | None = None
    listings: tuple[ListingSection, ...] = Field(min_length=1)

    @field_validator("listings")
    @classmethod
    def _each_once(cls, listings: tuple[ListingSection, ...]) -> tuple[ListingSection, ...]:
        twice = [key for key, n in Counter((each.vendor, each.url, each.variant) for each in listings).items() if n > 1]
        if twice:
            raise ValueError(f"lists {twice[0][0]} {twice[0][1]} twice; keep one of them")
        return listings

    def product(self) -> Product:
        """The product as the engine knows it."""
        listings = tuple(_listing(self, each) for each in self.listings)
        return Product(**{**self.model_dump(exclude={"listings"}), "listings": listings})


def _listing(product: ProductSection, section: ListingSection) -> Listing:
    # The id follows what is compared: another address or variant is another thing, with its own baseline.
    mark = blake2b(f"{section.url}|{section.variant or ''}".encode(), digest_size=4).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", section.vendor.lower()).strip("-") or "vendor"
    return Listing(id=f"{slug}-{mark}", sku=product.sku, product_name=product.name, **section.model_dump())
