"""What else is known beside a change, and the price that rules compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from alerts.domain.model import Availability, Change, ChangeKind, Fact, Offer, Point
from alerts.domain.money import Money
from alerts.domain.stats import product_lows, timeline

# Kinds that offer the product at a price. Rules of price say nothing of the others.
PRICED = frozenset(
    {
        ChangeKind.RESTOCKED,
        ChangeKind.PREORDER_OPEN,
        ChangeKind.BACK_ORDER,
        ChangeKind.LOW_STOCK,
        ChangeKind.PRICE_DROP,
        ChangeKind.NEW_LOW,
        ChangeKind.PRICE_RISE,
    }
)
GONE = frozenset({Availability.OUT_OF_STOCK, Availability.DISCONTINUED})
_MEDIAN_OVER = timedelta(days=30)


class Market(Fact):
    """What a change does not say of its product and listing. The lows are those before the change.

    What is None is not known. `online` is False only where nothing can be ordered: it is sold in shops alone.
    """

    category: str | None = None
    region: str | None = None
    online: bool | None = None
    median_30d: Money | None = None
    low_30d: Money | None = None
    low_90d: Money | None = None
    low_ever: Money | None = None
    best: Money | None = None


def market_of(
    change: Change, histories: Sequence[Sequence[Point]], *, category: str | None = None, region: str | None = None
) -> Market:
    """The market just before the change, over the histories of its product's listings.

    The change's price is compared with prices of its own sort: the same currency, price kind and condition.
    """
    sort = change.new.sort
    lows = product_lows(histories, change.at, sort=sort)
    before = [[point for point in points if point.at < change.at] for points in histories]
    prices = timeline(before, change.at, sort=sort).over(_MEDIAN_OVER).prices
    return Market(
        category=category,
        region=region,
        online=False if is_of_shops_only(change) else None,
        median_30d=prices.median if prices else None,
        low_30d=lows.low_30d,
        low_90d=lows.low_90d,
        low_ever=lows.low_ever,
    )


def is_of_shops_only(change: Change) -> bool:
    """Whether it tells of what is over a shop's counter only. What can no longer be ordered was not that."""
    told = change.old if change.kind is ChangeKind.SOLD_OUT else change.new
    return told.is_in_shops_only


def with_new_low(change: Change, market: Market, kinds: Sequence[ChangeKind]) -> tuple[Change, ...]:
    """The change, and for whoever wants to hear it that it was never so cheap within 30 days, when that is known."""
    if ChangeKind.NEW_LOW not in kinds:
        return (change,)
    price, low = change.new.price, market.low_30d
    if change.kind not in (ChangeKind.PRICE_DROP, ChangeKind.RESTOCKED) or change.is_small:
        return (change,)
    if price is None or low is None or price.currency != low.currency or price.amount >= low.amount:
        return (change,)
    beside = change.beside or change.kind
    return change, change.model_copy(update={"kind": ChangeKind.NEW_LOW, "beside": beside})


def price_of(offer: Offer, *, with_shipping: bool) -> Money | None:
    """The price, with shipping added when that is asked for and known in the same currency."""
    price, shipping = offer.price, offer.shipping
    if price is None or shipping is None or not with_shipping or price.currency != shipping.currency:
        return price
    return price.model_copy(update={"amount": price.amount + shipping.amount})
