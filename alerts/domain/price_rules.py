"""The rules that look at a price. Each gives the reason to keep still, or None when it has nothing against telling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.domain import spoken
from alerts.domain.floor import DEFAULT_FLOOR, Floor
from alerts.domain.market import PRICED, Market, price_of
from alerts.domain.memory import Memory, rearm_price
from alerts.domain.model import Change, ChangeKind
from alerts.domain.money import Money
from alerts.domain.said import Said, Value, say
from alerts.domain.wishes import Reference, Subscription

_MOVES = (ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE)
_REFERENCES = {
    Reference.PREVIOUS: say("the previous price"),
    Reference.LAST_TOLD: say("the price told last"),
    Reference.MEDIAN_30D: say("the median of 30 days"),
    Reference.LIST_PRICE: say("the list price"),
}


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
        if problem := _incomparable(case.price, limit, say("the threshold")):
            return problem
        assert case.price
        past = case.price.amount > limit.amount if is_above else case.price.amount < limit.amount
        if not past:
            return _not_past(case.price, limit, is_above=is_above)
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
    above = rearm_price(wish.below, wish, side=1) if wish.below else None
    below = rearm_price(wish.above, wish, side=-1) if wish.above else None
    if above and below:
        return say(
            "threshold stays disarmed until the price has been above {above} or below {below}, or it has sold out",
            above=above,
            below=below,
        )
    if above:
        return say("threshold stays disarmed until the price has been above {above}, or it has sold out", above=above)
    assert below
    return say("threshold stays disarmed until the price has been below {below}, or it has sold out", below=below)


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
        return say("{name} is not known", name=name)
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
        return _LOW_UNKNOWN[span]
    if problem := _incomparable(price, low, say("the lowest price")):
        return problem
    assert price
    if price.amount >= low.amount:
        return _NO_LOW[span](price, low)
    return None


_LOW_UNKNOWN = {
    30: say("the lowest price within 30 days is not known"),
    90: say("the lowest price within 90 days is not known"),
    "ever": say("the lowest price before is not known"),
}
_NO_LOW: dict[int | str, Callable[[Money, Money], Said]] = {
    30: lambda price, low: say("{price} is no new low; it was {low} within 30 days", price=price, low=low),
    90: lambda price, low: say("{price} is no new low; it was {low} within 90 days", price=price, low=low),
    "ever": lambda price, low: say("{price} is no new low; it was {low} before", price=price, low=low),
}


def _not_past(price: Money, limit: Money, *, is_above: bool) -> Said:
    if is_above:
        return say("{price} is not above {limit}", price=price, limit=limit)
    return say("{price} is not below {limit}", price=price, limit=limit)


def _reference(case: Case) -> tuple[Money | None, str, Money | None]:
    """The price to measure from, its name, and the new price to measure, both with shipping or both without."""
    change, name = case.change, _REFERENCES[case.subscription.reference]
    match case.subscription.reference:
        case Reference.LAST_TOLD:
            mark = case.memory.mark(change.sku, case.price.currency) if case.price else None
            name = name if mark is None or mark.told else say("the price known first")
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
    if fall <= 0:
        return say("{price} is not below {name} of {reference}", price=price, name=name, reference=reference)

    def short(fall: Value, asked: Value) -> Said:
        return say(
            "{price} is {fall} below {name} of {reference}, and the rule asks for {asked}",
            price=price,
            fall=fall,
            name=name,
            reference=reference,
            asked=asked,
        )

    percent = fall / reference.amount * 100
    if wish.drop_percent is not None and percent < wish.drop_percent:
        return short(_floor(percent), spoken.share(wish.drop_percent))
    if wish.drop_amount is None:
        return None
    if problem := _incomparable(price, wish.drop_amount, say("the drop asked for")):
        return problem
    if fall < wish.drop_amount.amount:
        return short(Money.of(fall, price.currency), wish.drop_amount)
    return None


def _floor(percent: Decimal) -> Said:
    # 9.96 % must not read as the 10 % that it falls short of.
    return spoken.share(percent.quantize(Decimal("0.1"), "ROUND_FLOOR"))


def _incomparable(price: Money | None, other: Money, name: str) -> str | None:
    if price is None:
        return say("the price is not known, so it is not compared with {name}", name=name)
    if price.currency != other.currency:
        return say(
            "the price is in {currency} and {name} in {other}; nothing is converted",
            currency=price.currency,
            name=name,
            other=other.currency,
        )
    return None
