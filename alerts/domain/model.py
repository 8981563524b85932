"""The facts: products and listings, what was read of them, and what is remembered. All frozen."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from alerts.domain.money import Currency, Money
from alerts.domain.said import SaidText

SKU_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
Sku = Annotated[str, StringConstraints(pattern=SKU_PATTERN)]


def _key_safe(text: str) -> str:
    # These characters would change the meaning of a store key (hash tags, patterns, separators).
    if re.search(r"[{}*?\[\]:\x00\s]", text) or not text:
        raise ValueError("holds a character that has a meaning in store keys")
    return text


KeyPart = Annotated[str, AfterValidator(_key_safe), StringConstraints(max_length=96)]


class Fact(BaseModel):
    """Base of everything that is known: immutable, compared by value, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(StrEnum):
    """How often a product is due."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"
    FROZEN = "frozen"


class Availability(StrEnum):
    """schema.org's words for stock, and `unknown`, which never becomes any of the others by itself."""

    IN_STOCK = "in_stock"
    LIMITED = "limited"
    PREORDER = "preorder"
    BACKORDER = "backorder"
    OUT_OF_STOCK = "out_of_stock"
    DISCONTINUED = "discontinued"
    UNKNOWN = "unknown"

    @property
    def is_in_stock(self) -> bool:
        """Whether it can be bought and sent today."""
        return self in _IN_STOCK


_IN_STOCK = (Availability.IN_STOCK, Availability.LIMITED)


class FailureReason(StrEnum):
    """Why a listing could not be read. None of them says anything about stock."""

    BLOCKED = "blocked"
    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    MISMATCH = "mismatch"


class PriceKind(StrEnum):
    """What sort of price it is. Only the same sort is compared."""

    EXACT = "exact"
    FROM = "from"
    MEMBER = "member"


class Condition(StrEnum):
    NEW = "new"
    REFURBISHED = "refurbished"
    USED = "used"
    DAMAGED = "damaged"


class Sort(NamedTuple):
    """What two prices must have in common before they say anything of each other."""

    currency: str
    kind: PriceKind = PriceKind.EXACT
    condition: Condition = Condition.NEW


class ReaderKind(StrEnum):
    """Which reader looks at a listing."""

    AUTO = "auto"
    PAGE = "page"
    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    TINYFISH = "tinyfish"
    MOCK = "mock"


class Listing(Fact):
    """One product at one vendor."""

    id: KeyPart
    sku: Sku
    product_name: str
    vendor: str
    url: str
    currency: Currency | None = None
    variant: str | None = None
    region: str | None = None
    reader: ReaderKind = ReaderKind.AUTO


class Product(Fact):
    """What people want."""

    sku: Sku
    name: str
    aliases: tuple[str, ...] = ()
    category: str | None = None
    tier: Tier = Tier.WARM
    gtin: str | None = None
    mpn: str | None = None
    listings: tuple[Listing, ...] = ()


class Evidence(Fact):
    """Where one fact of a reading came from: the layer, the place in it, the words found there."""

    source: str
    path: str
    raw: str


class Offer(Fact):
    """What a shop says it sells, at one look. A price that was not found is None, never zero.

    `online` is what the page says of ordering: False when it is sold over a shop's counter only, None without a word.
    """

    availability: Availability = Availability.UNKNOWN
    price: Money | None = None
    price_kind: PriceKind = PriceKind.EXACT
    list_price: Money | None = None
    stock_count: int | None = Field(default=None, ge=0)
    online: bool | None = None
    condition: Condition = Condition.NEW
    seller: str | None = None
    shipping: Money | None = None
    name: str | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1)

    @property
    def is_in_shops_only(self) -> bool:
        """Whether it is in stock, but over a shop's counter only."""
        return self.availability.is_in_stock and self.online is False

    @property
    def is_orderable(self) -> bool:
        """Whether it is in stock and, as far as is known, can be ordered."""
        return self.availability.is_in_stock and not self.is_in_shops_only

    @property
    def online_availability(self) -> Availability:
        """The word for other programs, to which `in_stock` means that it can be bought and sent.

        What is in shops only is neither in stock there nor sold out: unknown.
        """
        return Availability.UNKNOWN if self.is_in_shops_only else self.availability

    def has_same_stock(self, other: Offer) -> bool:
        """Whether both can be ordered, both are in shops only, or both are not in stock."""
        return self is other or (self.is_orderable, self.is_in_shops_only) == (
            other.is_orderable,
            other.is_in_shops_only,
        )

    @property
    def sort(self) -> Sort | None:
        """The sort of its price; None without a price."""
        return Sort(self.price.currency, self.price_kind, self.condition) if self.price else None


class Failure(Fact):
    """A listing nobody could read this time. It says nothing about stock."""

    reason: FailureReason
    detail: SaidText = ""
    retry_after: timedelta | None = None


class Reading(Fact):
    """What one look at a listing gave: an Offer or a Failure."""

    url: str
    at: AwareDatetime
    outcome: Offer | Failure
    elapsed_ms: int = 0

    @property
    def offer(self) -> Offer | None:
        return self.outcome if isinstance(self.outcome, Offer) else None

    @property
    def failure(self) -> Failure | None:
        return self.outcome if isinstance(self.outcome, Failure) else None

    def as_public(self) -> dict[str, Any]:
        """The Reading as other programs read it (DESIGN §7.1)."""
        offer = self.offer or Offer()
        price = offer.price
        return {
            "url": self.url,
            "verdict": self.failure.reason.value if self.failure else offer.online_availability.value,
            "price": str(price.amount) if price else None,
            "currency": price.currency if price else None,
            "price_kind": offer.price_kind.value if price else None,
            "list_price": str(offer.list_price.amount) if offer.list_price else None,
            "availability": offer.online_availability.value,
            "stock_count": offer.stock_count,
            "condition": offer.condition.value if self.offer else None,
            "seller": offer.seller,
            "name": offer.name,
            "reason": self.failure.detail if self.failure else None,
            "evidence": [e.model_dump() for e in offer.evidence],
            "confidence": offer.confidence if self.offer else 0.0,
            "elapsed_ms": self.elapsed_ms,
        }


def state_of(offer: Offer) -> str:
    """The part of an offer whose difference is a change of state, as one canonical text.

    Delivery ids are made of it, so what most offers do not have is only ever added at its end, where it is there.
    """
    where = ["in shops only"] if offer.is_in_shops_only else []
    return "|".join([offer.availability, str(offer.price or ""), offer.price_kind, offer.condition, *where])


def is_same_state(one: Offer, other: Offer) -> bool:
    """Whether there is no such difference between two offers."""
    return one is other or state_of(one) == state_of(other)


class Held(Fact):
    """A difference that was seen and is not believed yet: it waits for looks that agree."""

    offer: Offer
    first_at: AwareDatetime
    last_at: AwareDatetime
    reads: int
    needs: int
    span: timedelta = timedelta(0)
    why: SaidText


class Known(Fact):
    """What is remembered of one listing: the newest known offer, since when, and how reading goes.

    `offer` never expires and is never overwritten by a failure. `mark` is the price that the next
    price change is measured from, so that a slow drift adds up instead of slipping by. `seen` (`in_shops`:
    over a counter only) and `flips` are the looks as they came, believed or not; `told` is the stock that was true
    when it began to flap. `restored`: the offer comes from a backup; it is shown and compared with nothing.
    """

    listing: KeyPart
    vendor: str
    url: str
    offer: Offer | None = None
    observed_at: AwareDatetime | None = None
    since: AwareDatetime | None = None
    mark: Money | None = None
    tried_at: AwareDatetime | None = None
    failure: Failure | None = None
    failures: int = 0
    held: Held | None = None
    seen: Availability | None = None
    in_shops: bool = False
    flips: tuple[AwareDatetime, ...] = ()
    flapping: AwareDatetime | None = None
    told: Offer | None = None
    restored: bool = False


class Snapshot(Fact):
    """The newest known offer per listing of a product, with the age of each."""

    sku: Sku
    revision: int = 0
    scanned_at: AwareDatetime | None = None
    listings: tuple[Known, ...] = ()

    def known(self, listing: str) -> Known | None:
        return next((k for k in self.listings if k.listing == listing), None)

    def is_fresh(self, now: datetime, max_age: timedelta) -> bool:
        """Whether every listing was looked at within `max_age`; one that failed counts as looked at."""
        return self.scanned_at is not None and now - self.scanned_at < max_age

    @property
    def best(self) -> Known | None:
        """The cheapest listing that can be ordered now, among those in the commonest currency of the offers."""
        buyable = [k for k in self.listings if k.offer and k.offer.price and k.offer.is_orderable]
        currencies = [k.offer.price.currency for k in buyable if k.offer and k.offer.price]
        if not currencies:
            return None
        common = max(dict.fromkeys(currencies), key=currencies.count)
        return min((k for k in buyable if _price(k).currency == common), key=lambda k: _price(k).amount)


def _price(known: Known) -> Money:
    assert known.offer
    assert known.offer.price
    return known.offer.price


class ChangeKind(StrEnum):
    """A difference worth telling, named after what happened."""

    RESTOCKED = "restocked"
    SOLD_OUT = "sold_out"
    PRICE_DROP = "price_drop"
    PRICE_RISE = "price_rise"
    PREORDER_OPEN = "preorder_open"
    BACK_ORDER = "back_order"
    DISCONTINUED = "discontinued"
    NEW_LOW = "new_low"
    LOW_STOCK = "low_stock"
    FLAPPING = "flapping"
    STABLE = "stable"
    VENDOR_BLIND = "vendor_blind"
    VENDOR_BACK = "vendor_back"

    @property
    def is_note(self) -> bool:
        """Whether it tells of a listing's nerves rather than of an offer; nobody subscribes to it by itself."""
        return self in (ChangeKind.FLAPPING, ChangeKind.STABLE)

    @property
    def is_of_vendor(self) -> bool:
        """Whether it tells of a shop and not of a product: that it cannot be read, or can be again."""
        return self in (ChangeKind.VENDOR_BLIND, ChangeKind.VENDOR_BACK)


# Longer than the slowest tier's usual interval: then nobody was looking.
_UNWATCHED = timedelta(hours=36)


class Change(Fact):
    """A difference between two known offers of one listing.

    `since` is when the old state began: it tells this change from the same one last month. `beside` names the
    change of stock found in the same look, so that one event need not be told twice. `reads` agreeing looks over
    `took` confirmed it. `is_small`: the price moved by less than most people want to hear of.
    """

    sku: Sku
    listing: KeyPart
    vendor: str
    url: str
    kind: ChangeKind
    old: Offer
    new: Offer
    since: AwareDatetime
    at: AwareDatetime
    beside: ChangeKind | None = None
    reads: int = 1
    took: timedelta = timedelta(0)
    is_small: bool = False
    last_seen: AwareDatetime | None = None
    detail: SaidText = ""

    @property
    def was_unwatched(self) -> bool:
        """Whether nobody had looked for so long that it changed some time in between: while we were offline."""
        return self.last_seen is not None and self.at - self.last_seen > _UNWATCHED


class Point(Fact):
    """One point of a listing's history: from `at` on, this was offered. The fields are those of an Offer."""

    at: AwareDatetime
    vendor: str
    availability: Availability
    price: Money | None = None
    price_kind: PriceKind = PriceKind.EXACT
    condition: Condition = Condition.NEW
    online: bool | None = None

    @property
    def offer(self) -> Offer:
        """What was offered, as far as a history keeps it."""
        facts = {"price_kind": self.price_kind, "condition": self.condition, "online": self.online}
        return Offer(availability=self.availability, price=self.price, **facts)

    @property
    def is_orderable(self) -> bool:
        return self.availability.is_in_stock and self.online is not False

    @property
    def sort(self) -> Sort | None:
        """The sort of its price; None without a price."""
        return Sort(self.price.currency, self.price_kind, self.condition) if self.price else None


def point_of(offer: Offer, *, at: datetime, vendor: str) -> Point:
    """The point that an offer adds to its listing's history."""
    return Point(
        at=at,
        vendor=vendor,
        availability=offer.availability,
        price=offer.price,
        price_kind=offer.price_kind,
        condition=offer.condition,
        online=offer.online if offer.is_in_shops_only else None,
    )
