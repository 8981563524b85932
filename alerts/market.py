"""What else is known beside a change: its category, and what the product cost lately."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.market import Market
from alerts.domain.model import Change
from alerts.domain.stats import product_lows, timeline
from alerts.products import Products
from alerts.store.ports import Snapshots

_MEDIAN_OVER = timedelta(days=30)
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
        currency = change.new.price.currency if change.new.price else None
        lows = product_lows(histories, change.at, currency=currency)
        before = [[point for point in points if point.at < change.at] for points in histories]
        prices = timeline(before, change.at, currency=currency).over(_MEDIAN_OVER).prices
        return Market(
            category=product.category if product else None,
            median_30d=prices.median if prices else None,
            low_30d=lows.low_30d,
            low_90d=lows.low_90d,
            low_ever=lows.low_ever,
        )
