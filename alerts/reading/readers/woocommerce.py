"""Read a WooCommerce product from the shop's Store API, which every shop of that kind offers to everybody."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, Evidence, FailureReason, Listing, Offer, PriceKind
from alerts.domain.money import Money
from alerts.domain.said import say
from alerts.ports import Fetcher
from alerts.reading.weigh.variants import the_named, variant_in_url

T = TypeVar("T")
_API = "/wp-json/wc/store/v1/products"
_MINOR = Field(pattern=r"^\d{0,12}$")


class _Range(BaseModel):
    min_amount: str = _MINOR
    max_amount: str = _MINOR


class _Prices(BaseModel):
    price: str = _MINOR
    regular_price: str = Field(default="", pattern=r"^\d{0,12}$")
    currency_code: str = Field(pattern="^[A-Z]{3}$")
    currency_minor_unit: int = Field(ge=0, le=6)
    price_range: _Range | None = None

    def amount(self, raw: str) -> Money | None:
        """The amount, which the API counts in the currency's smallest unit as the shop is set up."""
        value = Decimal(raw or 0).scaleb(-self.currency_minor_unit)
        return Money.of(value, self.currency_code) if value else None


class _Attribute(BaseModel):
    name: str = ""
    value: str | None = None


class _Variation(BaseModel):
    id: int
    attributes: list[_Attribute] = []

    @property
    def words(self) -> list[str]:
        return [str(self.id), *(one.value for one in self.attributes if one.value)]


class _Product(BaseModel):
    id: int
    name: str = ""
    slug: str = ""
    sku: str = ""
    type: str = "simple"
    prices: _Prices
    is_in_stock: bool
    is_purchasable: bool = True
    is_on_backorder: bool = False
    low_stock_remaining: int | None = None
    variations: list[_Variation] = []


_ONE = TypeAdapter(_Product)
_MANY = TypeAdapter(list[_Product])


class WooCommerceReader:
    """Asks the Store API by the address's last part, and by id for the variation the listing names."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def read(self, listing: Listing) -> Offer:
        """Say what the shop's API offers, or raise ReadError."""
        shop, slug = _address(listing.url)
        product = await self._product(shop, slug)
        wanted = listing.variant or variant_in_url(listing.url)
        if wanted and product.variations:
            chosen = the_named([(one, one.words) for one in product.variations], wanted)
            if len(chosen) > 1:
                raise ReadError(
                    FailureReason.MISMATCH,
                    say("{name} names {count} variations here", name=repr(wanted), count=len(chosen)),
                )
            variation = await self._asked(f"{shop}{_API}/{chosen[0].id}", _ONE)
            return offer_of(variation, listing, name=product.name)
        if wanted and not _is_named(product, wanted):
            raise ReadError(FailureReason.MISMATCH, say("no variation here is called {name}", name=repr(wanted)))
        return offer_of(product, listing, name=product.name)

    async def _product(self, shop: str, slug: str) -> _Product:
        found = await self._asked(f"{shop}{_API}?slug={quote(slug)}", _MANY)
        if not found:
            raise ReadError(FailureReason.NOT_FOUND, say("the shop has no product called {name}", name=repr(slug)))
        return found[0]

    async def _asked(self, url: str, shape: TypeAdapter[T]) -> T:
        page = await self._fetcher.get(url, accept="application/json")
        try:
            return shape.validate_json(page.body)
        except ValidationError as exc:
            raise ReadError(FailureReason.UNREADABLE, say("the shop's product data have an unknown shape")) from exc


def offer_of(product: _Product, listing: Listing, *, name: str) -> Offer:
    """The product as an Offer; a parent of variations has a price from, and no stock of its own."""
    prices = product.prices
    if listing.currency and prices.currency_code != listing.currency:
        raise ReadError(
            FailureReason.MISMATCH,
            say("the shop shows us {currency}, not {wanted}", currency=prices.currency_code, wanted=listing.currency),
        )
    spread = prices.price_range
    is_range = spread is not None and spread.min_amount != spread.max_amount
    price = prices.amount(spread.min_amount if spread else prices.price)
    before = prices.amount(prices.regular_price)
    return Offer(
        availability=_availability(product),
        price=price,
        price_kind=PriceKind.FROM if is_range else PriceKind.EXACT,
        list_price=before if before and price and before.amount > price.amount and not is_range else None,
        stock_count=product.low_stock_remaining,
        name=html.unescape(name)[:300] or None,
        evidence=(
            Evidence(source="woocommerce", path=f"products[{product.id}].prices", raw=prices.price),
            Evidence(source="woocommerce", path=f"products[{product.id}].is_in_stock", raw=str(product.is_in_stock)),
        ),
        confidence=0.98,
    )


def _availability(product: _Product) -> Availability:
    if not product.is_in_stock:
        return Availability.OUT_OF_STOCK
    if product.is_on_backorder:
        return Availability.BACKORDER
    if product.variations:
        return Availability.UNKNOWN  # one of the variations is in stock; which one is not said
    if not product.is_purchasable:
        return Availability.UNKNOWN
    return Availability.LIMITED if product.low_stock_remaining else Availability.IN_STOCK


def _is_named(product: _Product, wanted: str) -> bool:
    try:
        the_named([(product, [product.name, product.sku, str(product.id)])], wanted)
    except ReadError:
        return False
    return True


def _address(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    slug = unquote(parts.path).rstrip("/").rpartition("/")[2]
    if not slug:
        raise ReadError(FailureReason.UNREADABLE, say("the address names no product"))
    return f"{parts.scheme}://{parts.netloc}", slug
