"""The rules that look at a price. Each gives the reason to keep still, or None when it has nothing against telling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.domain import spoken
from alerts.domain.floor import DEFAULT_FLOOR, Floor
from alerts.domain.market import PRICED, Market, price_of
from alerts.domain.memory import Memory, rearm_price
from alerts.domain.model import Change, ChangeKind
from alerts.domain.money import Money
from alerts.domain.wishes import Reference, Subscription

_MOVES = (ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE)
_REFERENCES = {
    Reference.PREVIOUS: "the previous price",
    Reference.LAST_TOLD: "the price told last",
    Reference.MEDIAN_30D: "the median of 30 days",
    Reference.LIST_PRICE: "the list price",
}
_LOWS = {30: "within 30 days", 90: "within 90 days", "ever": "before"}


@dataclass(frozen=True, slots=True)
class Case:
    """One change before one subscription, with all that is known. `floor` is the guild's."""

    change: Change
    subscription: Subscription
    now: datetime
    memory: Memory
    market: Market
    floor: Floor = DEFAULT_FLOOR

    @property
    def is_priced(self) -> bool:
        return self.change.kind in PRICED

    @property
    def price(self) -> Money | None:
        """The price that this subscription compares."""
        return price_of(self.change.new, with_shipping=self.subscription.with_shipping)


def threshold(case: Case) -> str | None:
    """`below` and `above`: on the right side of both."""
    wish = case.subscription
    for limit, is_above in ((wish.below, False), (wish.above, True)):
        if limit is None or not case.is_priced:
            continue
        if problem := _incomparable(case.price, limit, "the threshold"):
            return problem
        assert case.price
        past = case.price.amount > limit.amount if is_above else case.price.amount < limit.amount
        if not past:
            return f"{spoken.money(case.price)} is not {'above' if is_above else 'below'} {spoken.money(limit)}"
    return None


def disarmed(case: Case) -> str | None:
    """A threshold tells once, until the price was clearly on its other side or the product was sold out.

    "Only a few left" is news of its own: it is told beside.
    """
    wish = case.subscription
    if not case.is_priced or case.change.kind is ChangeKind.LOW_STOCK:
        return None
    if not case.memory.is_spent(case.change.sku, wish):
        return None
    ways = []
    if wish.below:
        ways.append(f"above {spoken.money(rearm_price(wish.below, wish, side=1))}")
    if wish.above:
        ways.append(f"below {spoken.money(rearm_price(wish.above, wish, side=-1))}")
    return f"threshold stays disarmed until the price has been {' or '.join(ways)}, or it has sold out"


def drop(case: Case) -> str | None:
    """`drop_percent` and `drop_amount`: far enough below the reference.

    Against the previous price only moves of the price are judged: a price that fell while nothing was sold is found
    beside the restock, as a change of its own, and not in the restock.
    """
    wish = case.subscription
    if not case.is_priced or not wish.has_drop:
        return None
    reference, name, price = _reference(case)
    if reference is None and wish.reference is Reference.LAST_TOLD:
        reference, name, price = _previous(case)
    if name == _REFERENCES[Reference.PREVIOUS] and case.change.kind not in _MOVES:
        return None
    if reference is None:
        return f"{name} is not known"
    if problem := _incomparable(price, reference, name):
        return problem
    assert price
    return _too_small(case.subscription, price, reference, name)


def new_low(case: Case) -> str | None:
    """`new_low`: cheaper than ever, or than in so many days. Shipping is not in the history and not in this."""
    span = case.subscription.new_low
    if span is None or not case.is_priced:
        return None
    market, price = case.market, case.change.new.price
    low = {30: market.low_30d, 90: market.low_90d, "ever": market.low_ever}[span]
    if low is None:
        return f"the lowest price {_LOWS[span]} is not known"
    if problem := _incomparable(price, low, "the lowest price"):
        return problem
    assert price
    if price.amount >= low.amount:
        return f"{spoken.money(price)} is no new low; it was {spoken.money(low)} {_LOWS[span]}"
    return None


def _reference(case: Case) -> tuple[Money | None, str, Money | None]:
    """The price to measure from, its name, and the new price to measure, both with shipping or both without."""
    change, name = case.change, _REFERENCES[case.subscription.reference]
    match case.subscription.reference:
        case Reference.LAST_TOLD:
            mark = case.memory.mark(change.sku, case.price.currency) if case.price else None
            name = name if mark is None or mark.told else "the price known first"
            return mark.price if mark else None, name, case.price
        case Reference.MEDIAN_30D:
            return case.market.median_30d, name, change.new.price
        case Reference.LIST_PRICE:
            return change.new.list_price, name, change.new.price
        case Reference.PREVIOUS:
            return _previous(case)


def _previous(case: Case) -> tuple[Money | None, str, Money | None]:
    old, new = case.change.old, case.change.new
    # A shop that states its shipping for the first time has not become dearer.
    shipped = case.subscription.with_shipping and old.shipping is not None and new.shipping is not None
    name = _REFERENCES[Reference.PREVIOUS]
    return price_of(old, with_shipping=shipped), name, price_of(new, with_shipping=shipped)


def _too_small(wish: Subscription, price: Money, reference: Money, name: str) -> str | None:
    fall = reference.amount - price.amount
    start = f"{spoken.money(price)} is"
    end = f"below {name} of {spoken.money(reference)}"
    if fall <= 0:
        return f"{start} not {end}"
    percent = fall / reference.amount * 100
    if wish.drop_percent is not None and percent < wish.drop_percent:
        return f"{start} {_floor(percent)} {end}, and the rule asks for {spoken.share(wish.drop_percent)}"
    if wish.drop_amount is None:
        return None
    if problem := _incomparable(price, wish.drop_amount, "the drop asked for"):
        return problem
    if fall < wish.drop_amount.amount:
        by = spoken.money(Money.of(fall, price.currency))
        return f"{start} {by} {end}, and the rule asks for {spoken.money(wish.drop_amount)}"
    return None


def _floor(percent: Decimal) -> str:
    # 9.96 % must not read as the 10 % that it falls short of.
    return spoken.share(percent.quantize(Decimal("0.1"), "ROUND_FLOOR"))


def _incomparable(price: Money | None, other: Money, name: str) -> str | None:
    if price is None:
        return f"the price is not known, so it is not compared with {name}"
    if price.currency != other.currency:
        return f"the price is in {price.currency} and {name} in {other.currency}; nothing is converted"
    return None
