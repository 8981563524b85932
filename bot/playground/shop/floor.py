"""The shop floor: every shelf with its price and stock, who changes them, and who is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from alerts.domain.errors import BadInput
from alerts.domain.model import Availability
from bot.playground.shop.goods import GOODS, OPENING, VENDORS, Good, Vendor

FAULTS = ("captcha", "error500", "slow", "gone", "empty")
DEAREST = Decimal(1_000_000)
A_BOX_OF = 12  # what one press on "Restock" brings


@dataclass(slots=True)
class Shelf:
    """One thing at one vendor, now: `fault` is what its page does instead of answering properly."""

    good: Good
    vendor: Vendor
    price: Decimal
    availability: Availability = Availability.IN_STOCK
    count: int | None = None
    fault: str | None = None

    @property
    def path(self) -> str:
        """Where its page is. A Shopify shop has its products at the root of its host, and readers count on that."""
        base = "" if self.vendor.is_shopify else f"/{self.vendor.slug}"
        return f"{base}/products/{self.good.handle}"

    def put(self, *, price: str | None = None, availability: str | None = None, count: int | None = None) -> None:
        """Change what is given, all or nothing, and keep the count in agreement; raise BadInput for nonsense."""
        new_price = self.price if price is None else _price(price)
        stock = self.availability if availability is None else _availability(availability)
        if count is not None and not 0 <= count <= 100_000:
            raise BadInput(f"A count is between 0 and 100000, not {count}.")
        known = self.count if count is None else count
        self.price, self.availability = new_price, stock
        self.count = (known or None) if stock.is_in_stock else 0 if stock is Availability.OUT_OF_STOCK else None


class Floor:
    """All shelves. Every change rings the bell of whoever watches."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._bells: set[asyncio.Event] = set()
        self.shelves, self.is_lively = _opening(), False

    def shelf(self, sku: str, vendor: str) -> Shelf:
        """The shelf of a product at a vendor, called by name or slug; BadInput when it has none there."""
        for shelf in self.shelves:
            if shelf.good.sku == sku and vendor in (shelf.vendor.slug, shelf.vendor.name):
                return shelf
        raise BadInput(f"The demo shop has no {sku!r} at {vendor!r}.")

    def set(
        self,
        sku: str,
        vendor: str,
        *,
        price: str | None = None,
        availability: str | None = None,
        count: int | None = None,
    ) -> Shelf:
        """Change what is given."""
        shelf = self.shelf(sku, vendor)
        shelf.put(price=price, availability=availability, count=count)
        self.ring()
        return shelf

    def fault(self, sku: str, vendor: str, fault: str | None) -> Shelf:
        """Have the page fail in one of the known ways, or, with None, answer properly again."""
        if fault is not None and fault not in FAULTS:
            raise BadInput(f"A fault is one of {', '.join(FAULTS)}; not {fault[:40]!r}.")
        shelf = self.shelf(sku, vendor)
        shelf.fault = fault
        self.ring()
        return shelf

    def restock(self, sku: str, vendor: str) -> Shelf:
        """Put a box of them on the shelf."""
        return self.set(sku, vendor, availability="in_stock", count=A_BOX_OF)

    def sell_out(self, sku: str, vendor: str) -> Shelf:
        """Empty the shelf."""
        return self.set(sku, vendor, availability="out_of_stock")

    def discount(self, sku: str, vendor: str) -> Shelf:
        """Take a fifth off."""
        return self.set(sku, vendor, price=str(max(Decimal("0.01"), self.shelf(sku, vendor).price * Decimal("0.8"))))

    def make_lively(self, *, on: bool) -> None:
        """Have prices and stock move by themselves, or stop that."""
        self.is_lively = on
        self.ring()

    def reset(self) -> None:
        """Everything as in the morning."""
        self.shelves, self.is_lively = _opening(), False
        self.ring()

    def drift(self) -> Shelf:
        """One thing happens: mostly a price moves a little, sometimes a shelf is emptied or filled."""
        now, morning = self._dice.choice(list(zip(self.shelves, _opening(), strict=True)))
        if self._dice.random() < 0.25:
            turned = self.sell_out if now.availability.is_in_stock else self.restock
            return turned(now.good.sku, now.vendor.slug)
        moved = now.price * Decimal(self._dice.randint(93, 105)) / 100
        now.put(price=str(min(max(moved, morning.price * Decimal("0.75")), morning.price * Decimal("1.2"))))
        self.ring()
        return now

    def ring(self) -> None:
        """Tell everybody who watches that something changed."""
        for bell in self._bells:
            bell.set()

    async def changes(self) -> AsyncGenerator[None, None]:
        """Once at the start, and then after each change; changes in quick succession may come as one."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            while True:
                bell.clear()
                yield
                await bell.wait()
        finally:
            self._bells.discard(bell)


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text.strip().removeprefix("£").replace(",", "")).quantize(Decimal("0.01"))
    except InvalidOperation:
        price = Decimal(0)
    if not price.is_finite() or not 0 < price <= DEAREST:
        raise BadInput(f"A price is a number like 249.00, up to a million, not {text[:40]!r}.")
    return price


def _availability(text: str) -> Availability:
    words = [word for word in Availability if word is not Availability.UNKNOWN]
    if text not in words:
        raise BadInput(f"Stock is one of {', '.join(words)}; not {text[:40]!r}.")
    return Availability(text)


def _opening() -> list[Shelf]:
    goods, vendors = {good.sku: good for good in GOODS}, {vendor.slug: vendor for vendor in VENDORS}
    shelves = []
    for line in OPENING.strip().splitlines():
        sku, _, offers = line.partition(" ")
        for offer in offers.split("|"):
            slug, price, stock, *count = offer.split()
            shelf = Shelf(goods[sku], vendors[slug], Decimal(price))
            shelf.put(availability=stock, count=int(count[0]) if count else None)
            shelves.append(shelf)
    return shelves
