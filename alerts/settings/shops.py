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
    """the longest that one look may take"""
    max_bytes: Size = 5 * 1024**2
    """a larger page is not read"""
    pace: Pace = timedelta(seconds=1)
    """requests to one host"""
    concurrency: int = Field(default=2, ge=1, le=64)
    """requests to one host at a time"""
    allow_private: tuple[Annotated[str, AfterValidator(_authority)], ...] = ()
    """shops, and services that alerts go to, on your own network (see [guilds](#guilds)); every other private address
    is refused"""
    respect_robots: bool = True
    """keep to a shop's robots.txt"""


class RetrySection(Section):
    attempts: int = Field(default=3, ge=1, le=10)
    """tries before a look that failed for a passing reason counts as failed"""


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
    """the element that shows the price"""
    stock: Selector | None = None
    """the element that says whether it is in stock"""
    state: Selector | None = None
    """the script that holds the page's JSON, such as `script#__NEXT_DATA__`; the three paths lead into it"""
    price_path: JsonPath | None = None
    """names and numbers: `product.offers[0].price`"""
    currency_path: JsonPath | None = None
    """the same for the currency's code"""
    stock_path: JsonPath | None = None
    """the same for the stock: `true`, `false`, a schema.org word or a phrase"""
    in_stock: tuple[Phrase, ...] = Field(default=(), title="list of phrases")
    """what stands there when it is in stock, where our own tables do not know the words"""
    out_of_stock: tuple[Phrase, ...] = Field(default=(), title="list of phrases")
    """what stands there when it is not"""

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
    """the longest that one look may take; `fetch.timeout` if left out"""
    pace: Pace = None
    """looks at this vendor, beside `fetch.pace`"""
    retry: RetrySection = RetrySection()
    always_in: Sku | None = Field(default=None, title="sku")
    """a product that this shop always has: a canary. While it is shown as sold out, no turn of the stock there is
    believed at once"""
    always_out: Sku | None = Field(default=None, title="sku")
    """the same for a product that it never has"""
    reading: ReadingSection = ReadingSection()


class TinyfishSection(Section):
    base_url: WebAddress = "https://agent.tinyfish.ai"
    """the service"""
    timeout: Duration = Field(default=timedelta(seconds=90), gt=timedelta(0))
    """the longest that one run may take"""
    daily_budget_usd: Decimal = Field(default=Decimal(5), ge=0)
    """runs cost money; past this sum none is started that day"""
    api_key: SecretStr | None = None  # from TINYFISH_API_KEY or TINYFISH_API_KEY_FILE only
    """see above; never in the file"""


class ListingSection(Section):
    vendor: str = Field(min_length=1, max_length=64)
    """the shop's name, 64 characters at most"""
    url: WebAddress
    """the product's page"""
    currency: Currency | None = Field(default=None, title="code")
    """the expected currency, such as `GBP`"""
    variant: str | None = None
    """which variant, as the shop words it"""
    region: Region | None = None
    """what the `regions` of a rule are compared with: `GB`, `EU`, `US-CA`; write Norway in quotes, `"NO"`"""
    reader: ReaderKind = Field(default=ReaderKind.AUTO, title="`auto`, `page`, `shopify`, `woocommerce`, `tinyfish`")
    """who reads it; tinyfish needs its key"""


class ProductSection(Section):
    sku: Sku = Field(title="id")
    """small letters, digits, `.`, `_`, `-`; starts with a letter or digit; 64 at most"""
    name: str = Field(min_length=1, max_length=100)
    """100 characters at most"""
    aliases: tuple[str, ...] = ()
    """what people also call it"""
    category: str | None = None
    """◦ for settings per category"""
    tier: Tier = Tier.WARM
    """how often it is looked at; written down, it is a floor (`tiers.adapt`)"""
    gtin: str | None = None
    """◦ its number on the bar code, to tell that a page shows the same thing"""
    mpn: str | None = None
    """◦ the maker's part number, for the same"""
    listings: tuple[ListingSection, ...] = Field(min_length=1)
    """where it is sold, one or more"""

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
