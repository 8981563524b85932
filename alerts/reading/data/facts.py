"""What a page states about products, as found: words not yet weighed, numbers not yet money. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.domain.model import Availability, Condition, PriceKind


class Number(str):
    """A number as a machine wrote it, kept letter by letter; a float would lose what it said."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OfferFact:
    """One offer as the page's data state it."""

    path: str
    price: str | None = None
    list_price: str | None = None
    kind: PriceKind = PriceKind.EXACT
    currency: str | None = None
    availability: Availability | None = None
    online: bool | None = None  # False: over a shop's counter only, beside an availability that is unknown
    condition: Condition | None = None
    seller: str | None = None
    shipping: str | None = None
    stock: int | None = None
    words: frozenset[str] = frozenset()  # sku, gtin, mpn, variant id, name, size: what a variant may be called by

    def says_anything(self) -> bool:
        return self.price is not None or self.availability is not None


@dataclass(frozen=True, slots=True)
class ProductFact:
    """One product as one layer of the page states it."""

    source: str
    path: str
    name: str | None = None
    url: str | None = None
    offers: tuple[OfferFact, ...] = field(default=())
    position: int = 0
