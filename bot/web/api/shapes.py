"""What the API gives, for its document. `bot/public.py` makes these; a test holds the two together."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from alerts.domain.model import (
    SKU_PATTERN,
    Availability,
    ChangeKind,
    Condition,
    FailureReason,
    PriceKind,
    Tier,
)

Amount = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$", description="A decimal number.", examples=["76.80"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["GBP"])]
SkuText = Annotated[str, Field(pattern=SKU_PATTERN)]
Moment = Annotated[datetime, Field(description="ISO 8601, with its offset.")]


def one_of(*names: str) -> dict[str, JsonValue]:
    """For a schema: just one of these is there, and no null."""
    return {"oneOf": [{"required": [name], "properties": {each: _THERE if each == name else _NULL for each in names}}
                      for name in names]}  # fmt: skip


_THERE: dict[str, JsonValue] = {"type": "string"}
_NULL: dict[str, JsonValue] = {"type": "null"}


class Shape(BaseModel):
    """Of an answer: nothing but what is said here."""

    model_config = ConfigDict(extra="forbid")


class OfferShape(Shape):
    """What a vendor was seen to offer, and when. `stale`: its newest look failed, for `reason`."""

    model_config = ConfigDict(title="Offer")
    vendor: str
    url: str
    price: Amount | None
    currency: Currency | None
    availability: Availability
    stock_count: int | None
    condition: Condition | None
    observed_at: Moment | None
    stale: bool
    reason: FailureReason | None


class StateShape(Shape):
    """One side of a change."""

    model_config = ConfigDict(title="State")
    price: Amount | None
    currency: Currency | None
    availability: Availability


class ChangeShape(Shape):
    """A confirmed difference between two known offers."""

    model_config = ConfigDict(title="Change")
    kind: ChangeKind
    vendor: str
    url: str
    at: Moment
    old: StateShape
    new: StateShape


class ErrorShape(Shape):
    """A vendor that could not be read. It says nothing about stock."""

    model_config = ConfigDict(title="VendorError")
    vendor: str
    url: str
    reason: FailureReason
    detail: str


class ScanShape(Shape):
    """A product at all its vendors."""

    model_config = ConfigDict(title="Scan")
    sku: SkuText
    name: str
    scanned_at: Moment | None
    source: Literal["fresh", "cached", "stale"]
    age_seconds: int | None = Field(ge=0)
    offers: list[OfferShape]
    best: OfferShape | None
    changes: list[ChangeShape]
    errors: list[ErrorShape]


class BatchErrorShape(Shape):
    """Why one of several has no answer."""

    model_config = ConfigDict(title="BatchError")
    code: str
    detail: str


class BatchFigures(Shape):
    """How a batch went."""

    total: int
    successful: int
    failed: int
    cached: int
    duration_ms: float


class BatchShape(Shape):
    """Several products, each with its scan or its error."""

    model_config = ConfigDict(title="Batch")
    results: dict[str, ScanShape]
    errors: dict[str, BatchErrorShape]
    metadata: BatchFigures


class PointShape(Shape):
    """What an offer changed to, and when."""

    model_config = ConfigDict(title="Point")
    at: Moment
    vendor: str
    price: Amount | None
    currency: Currency | None
    price_kind: PriceKind | None
    condition: Condition
    availability: Availability


class HistoryShape(Shape):
    """The points of change, the newest first."""

    model_config = ConfigDict(title="History")
    sku: SkuText
    name: str
    points: list[PointShape]


class ListingShape(Shape):
    """A product at a vendor."""

    model_config = ConfigDict(title="Listing")
    vendor: str
    url: str


class ProductShape(Shape):
    """What can be asked for."""

    model_config = ConfigDict(title="Product")
    sku: SkuText
    name: str
    aliases: list[str]
    category: str | None
    tier: Tier
    listings: list[ListingShape]


class ProductsShape(Shape):
    """Products, the nearest to what was asked for first."""

    model_config = ConfigDict(title="Products")
    products: list[ProductShape]


class WatchShape(Shape):
    """A product that is scanned all the time for a server. `tier` is unknown of one that is no longer offered."""

    model_config = ConfigDict(title="Watch")
    sku: SkuText
    name: str | None
    tier: Tier | None
    paused: bool
    urls: list[str]
    added_at: AwareDatetime


class WatchesShape(Shape):
    """A server's watches, the oldest first."""

    model_config = ConfigDict(title="Watches")
    watches: list[WatchShape]


class JobShape(Shape):
    """A scan in the background. `result` is there once it is done."""

    model_config = ConfigDict(title="Job")
    id: str
    status: Literal["queued", "running", "done", "failed"]
    skus: list[str]
    fresh: bool
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    result: BatchShape | None
    error: str | None
