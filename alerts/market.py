"""What else is known beside a change: its category and region, and what the product cost lately."""

from __future__ import annotations

from alerts.domain.market import Market, market_of
from alerts.domain.model import Change
from alerts.products import Products
from alerts.store.ports import Snapshots

_POINTS = 10_000


class Markets:
    """Looks the market of a change up."""

    def __init__(self, *, store: Snapshots, products: Products) -> None:
        self._store, self._products = store, products

    async def of(self, change: Change) -> Market:
        """The market just before the change, over every listing of its product."""
        product = self._products.get(change.sku)
        listings = product.listings if product else ()
        histories = [
            await self._store.history(change.sku, listing.id, since=None, limit=_POINTS) for listing in listings
        ]
        return market_of(
            change,
            histories,
            category=product.category if product else None,
            region=next((listing.region for listing in listings if listing.id == change.listing), None),
        )
