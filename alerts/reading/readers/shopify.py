"""Read a Shopify product from its own JSON: the one place where a theme cannot show both badges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, Evidence, FailureReason, Listing, Offer, PriceKind
from alerts.domain.money import Money
from alerts.domain.said import say
from alerts.ports import Clock, Fetcher
from alerts.reading.weigh.variants import common_availability, the_named, variant_in_url

_PRODUCT = re.compile(
    r"(?P<prefix>(?:/[a-z]{2}(?:-[a-z]{2})?)?)(?:/collections/[^/]+)?/products/(?P<handle>[^/]+?)(?:\.js|\.json)?/?",
    re.IGNORECASE,
)
_CURRENCY_KEPT = 3600.0
_PREORDER = re.compile(r"pre[-\s]?order", re.IGNORECASE)
Cents = Field(ge=0, le=10**12)


class _Variant(BaseModel):
    id: int
    title: str = ""
    sku: str | None = None
    barcode: str | None = None
    options: list[str] = []
    available: bool
    price: int = Cents
    compare_at_price: int | None = None
    inventory_management: str | None = None
    inventory_policy: str | None = None
    inventory_quantity: int | None = None

    @property
    def words(self) -> list[str]:
        return [str(self.id), self.title, self.sku or "", self.barcode or "", *self.options]

    @property
    def availability(self) -> Availability:
        if not self.available:
            return Availability.OUT_OF_STOCK
        is_counted = self.inventory_management is not None and self.inventory_quantity is not None
        if is_counted and self.inventory_policy == "continue" and (self.inventory_quantity or 0) <= 0:
            return Availability.BACKORDER
        return Availability.IN_STOCK


class _Product(BaseModel):
    title: str = ""
    vendor: str | None = None
    tags: list[str] = []
    variants: list[_Variant] = Field(min_length=1)


class _Cart(BaseModel):
    currency: str = Field(pattern="^[A-Z]{3}$")


class ShopifyReader:
    """Asks `/products/<handle>.js`. Selling plans (subscriptions) are never looked at."""

    def __init__(self, fetcher: Fetcher, *, clock: Clock | None = None) -> None:
        self._fetcher, self._clock = fetcher, clock
        self._currencies: dict[str, tuple[float, str]] = {}

    async def read(self, listing: Listing) -> Offer:
        """Say what the shop's product JSON offers, or raise ReadError."""
        shop, handle = product_address(listing.url)
        page = await self._fetcher.get(f"{shop}/products/{handle}.js", accept="application/json")
        product = _parsed(_Product, page.body)
        return offer_of(product, listing, await self._currency(shop, listing))

    async def _currency(self, shop: str, listing: Listing) -> str:
        shown = await self._presented(shop)
        if shown is None and listing.currency is None:
            raise ReadError(
                FailureReason.UNREADABLE, say("the shop does not tell its currency; write it beside the listing")
            )
        if shown and listing.currency and shown != listing.currency:
            raise ReadError(
                FailureReason.MISMATCH,
                say("the shop shows us {currency}, not {wanted}", currency=shown, wanted=listing.currency),
            )
        return shown or listing.currency or ""

    async def _presented(self, shop: str) -> str | None:
        now = self._clock.monotonic() if self._clock else 0.0
        until, known = self._currencies.get(shop, (float("-inf"), ""))
        if self._clock and now < until:
            return known or None
        try:
            found = _parsed(
                _Cart, (await self._fetcher.get(f"{shop}/cart.js", accept="application/json")).body
            ).currency
        except ReadError:
            # Many shops keep robots from their cart; then the listing's own word has to do.
            found = ""
        self._currencies[shop] = (now + _CURRENCY_KEPT, found)
        return found or None


def product_address(url: str) -> tuple[str, str]:
    """The shop's base address, locale included, and the product's handle; ReadError for no product address."""
    parts = urlsplit(url)
    found = _PRODUCT.fullmatch(parts.path)
    if found is None:
        raise ReadError(FailureReason.UNREADABLE, say("the address is not one of a Shopify product (/products/<name>)"))
    return f"{parts.scheme}://{parts.netloc}{found['prefix']}", found["handle"]


def offer_of(product: _Product, listing: Listing, currency: str) -> Offer:
    """The variant the listing names, or what all variants agree on."""
    variants = _meant(product, listing)
    prices = {variant.price for variant in variants if variant.price}
    cheapest = min(variants, key=lambda variant: variant.price or 10**12)
    is_preorder = bool(_PREORDER.search(product.title)) or any(_PREORDER.fullmatch(tag) for tag in product.tags)
    found = common_availability([variant.availability for variant in variants])
    return Offer(
        availability=Availability.PREORDER if is_preorder and found.is_in_stock else found,
        price=_money(cheapest.price, currency),
        price_kind=PriceKind.FROM if len(prices) > 1 else PriceKind.EXACT,
        list_price=_list_price(cheapest, currency) if len(variants) == 1 else None,
        stock_count=_count(variants),
        name=_name(product, variants),
        evidence=tuple(_evidence(variants)),
        confidence=0.98,
    )


def _meant(product: _Product, listing: Listing) -> list[_Variant]:
    wanted = variant_in_url(listing.url) or listing.variant
    if wanted is None:
        return product.variants
    if listing.variant and wanted != listing.variant and not any(str(v.id) == wanted for v in product.variants):
        wanted = listing.variant
    if len(product.variants) == 1 and not wanted.isdigit():
        return the_named([(v, [*v.words, product.title]) for v in product.variants], wanted)
    return the_named([(v, v.words) for v in product.variants], wanted)


def _money(cents: int | None, currency: str) -> Money | None:
    # Shopify counts in hundredths for every currency, those without decimals included.
    return Money.of(Decimal(cents) / 100, currency) if cents else None


def _list_price(variant: _Variant, currency: str) -> Money | None:
    before = variant.compare_at_price
    return _money(before, currency) if before and before > variant.price else None


def _count(variants: Sequence[_Variant]) -> int | None:
    only = variants[0] if len(variants) == 1 else None
    if only is None or only.inventory_management is None or only.inventory_quantity is None:
        return None
    return max(only.inventory_quantity, 0)


def _name(product: _Product, variants: Sequence[_Variant]) -> str:
    title = variants[0].title
    return f"{product.title} {title}" if len(variants) == 1 and title not in ("", "Default Title") else product.title


def _evidence(variants: Sequence[_Variant]) -> list[Evidence]:
    return [
        Evidence(
            source="shopify", path=f"variants[{v.id}]", raw=f"{v.title}: price {v.price}, available {v.available}"[:200]
        )
        for v in variants[:8]
    ]


def _parsed(model: type[Any], body: bytes) -> Any:
    try:
        return model.model_validate_json(body)
    except ValidationError as exc:
        raise ReadError(FailureReason.UNREADABLE, say("the shop's product data have an unknown shape")) from exc
