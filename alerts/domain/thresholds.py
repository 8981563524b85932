"""The price that a living alert is about: whether an offer is within it, and when it has clearly left."""

from __future__ import annotations

from alerts.domain.market import price_of
from alerts.domain.memory import rearm_price
from alerts.domain.model import Fact, Offer
from alerts.domain.money import Money
from alerts.domain.wishes import Subscription


class Threshold(Fact):
    """A subscription's `below` and `above` as they were when it was told, with the prices past which they are armed
    again: the alert that told ends where the next one may begin."""

    below: Money | None = None
    above: Money | None = None
    left_above: Money | None = None
    left_below: Money | None = None
    with_shipping: bool = False

    def holds(self, offer: Offer) -> bool:
        """Whether the price is within; one that is not known, or in another currency, is not."""
        price = self._price(offer)
        if price is None:
            return False
        return (self.below is None or price.amount < self.below.amount) and (
            self.above is None or price.amount > self.above.amount
        )

    def is_left_by(self, offer: Offer) -> bool:
        """Whether the price is clearly outside. One that cannot be compared says nothing."""
        price = self._price(offer)
        if price is None:
            return False
        return (self.left_above is not None and price.amount > self.left_above.amount) or (
            self.left_below is not None and price.amount < self.left_below.amount
        )

    def _price(self, offer: Offer) -> Money | None:
        price, limit = price_of(offer, with_shipping=self.with_shipping), self.below or self.above
        return price if price and limit and price.currency == limit.currency else None


def threshold_of(wish: Subscription) -> Threshold | None:
    """The subscription's own threshold; None when it has none."""
    if not wish.has_threshold:
        return None
    return Threshold(
        below=wish.below,
        above=wish.above,
        left_above=rearm_price(wish.below, wish, side=1) if wish.below else None,
        left_below=rearm_price(wish.above, wish, side=-1) if wish.above else None,
        with_shipping=wish.with_shipping,
    )
