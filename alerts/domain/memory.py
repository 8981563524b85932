"""What a subscription was told, so that it is not told again: small, and never growing past its bounds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from pydantic import AwareDatetime

from alerts.domain.market import GONE, PRICED, price_of
from alerts.domain.model import Change, ChangeKind, Fact, Offer, Sku
from alerts.domain.money import Money
from alerts.domain.quiet import day_of
from alerts.domain.wishes import Reference, Subscription

# Of each list the newest. A category of more products forgets the oldest, at worst to tell one of them again.
LIMIT = 200
_ANY = TypeVar("_ANY")


class Told(Fact):
    """When this kind of news of this product was told last."""

    sku: Sku
    kind: ChangeKind
    at: AwareDatetime


class Mark(Fact):
    """The price told last in its currency or, with `told` False, the one that was known before anything was told."""

    sku: Sku
    price: Money
    told: bool = True


class Spent(Fact):
    """A threshold that has told and waits to be armed again. Another threshold is another one, and armed."""

    sku: Sku
    listing: str
    below: Money | None = None
    above: Money | None = None


class Memory(Fact):
    """Everything remembered of one subscription. `count` is how much was told on `day`."""

    told: tuple[Told, ...] = ()
    marks: tuple[Mark, ...] = ()
    spent: tuple[Spent, ...] = ()
    day: date | None = None
    count: int = 0

    def told_at(self, sku: str, kind: ChangeKind) -> datetime | None:
        return next((each.at for each in self.told if (each.sku, each.kind) == (sku, kind)), None)

    def mark(self, sku: str, currency: str) -> Mark | None:
        return next((each for each in self.marks if (each.sku, each.price.currency) == (sku, currency)), None)

    def is_spent(self, sku: str, subscription: Subscription) -> bool:
        """Whether its threshold has told of this product and was not armed again."""
        return any(each.sku == sku and _is_of(each, subscription) for each in self.spent)

    def count_on(self, day: date) -> int:
        return self.count if day == self.day else 0


NOTHING = Memory()


def observe(
    memory: Memory,
    seen: Change | Offer,
    subscription: Subscription,
    *,
    sku: str | None = None,
    listing: str | None = None,
) -> Memory:
    """Take in what is offered now, told or not: it may arm a threshold again. Ask before `decide`, of every change.

    A change names its product and listing; of an offer they may be given, else it is the subscribed product's.
    """
    if isinstance(seen, Change):
        sku, listing, offer = seen.sku, seen.listing, seen.new
        memory = _with_first_mark(memory, seen, subscription)
    else:
        sku, offer = sku or subscription.sku, seen
    rearmed = _rearms(offer, subscription)
    spent = tuple(
        each
        for each in memory.spent
        if _is_of(each, subscription) and not (rearmed and each.sku == sku and listing in (None, each.listing))
    )
    return memory if spent == memory.spent else memory.model_copy(update={"spent": spent})


def told(memory: Memory, change: Change, subscription: Subscription, now: datetime) -> Memory:
    """What is remembered once this has been delivered. Not before: a failed send costs nobody the next one."""
    day, sku = day_of(now, subscription.zone), change.sku
    news = Told(sku=sku, kind=change.kind, at=now)
    facts: dict[str, object] = {
        "told": _put(memory.told, news, lambda each: (each.sku, each.kind)),
        "day": day,
        "count": memory.count_on(day) + 1,
    }
    price = price_of(change.new, with_shipping=subscription.with_shipping)
    if change.kind in PRICED and price:
        facts["marks"] = _put(memory.marks, Mark(sku=sku, price=price), lambda each: (each.sku, each.price.currency))
    if subscription.has_threshold and change.kind in PRICED - {ChangeKind.LOW_STOCK}:
        spent = Spent(sku=sku, listing=change.listing, below=subscription.below, above=subscription.above)
        facts["spent"] = _put(memory.spent, spent, lambda each: each.sku)
    return memory.model_copy(update=facts)


def rearm_price(threshold: Money, subscription: Subscription, *, side: int) -> Money:
    """The price past which the threshold is armed again: a margin over `below` (side 1), under `above` (side -1)."""
    return Money.of(threshold.amount * (1 + side * subscription.rearm_percent / 100), threshold.currency)


def _rearms(offer: Offer, subscription: Subscription) -> bool:
    if offer.availability in GONE or (offer.is_in_shops_only and subscription.online_only):
        return True
    price = price_of(offer, with_shipping=subscription.with_shipping)
    below, above = subscription.below, subscription.above
    if price is None or price.currency != (below or above or price).currency:
        return False
    return (below is not None and price.amount > rearm_price(below, subscription, side=1).amount) or (
        above is not None and price.amount < rearm_price(above, subscription, side=-1).amount
    )


def _is_of(spent: Spent, subscription: Subscription) -> bool:
    return (spent.below, spent.above) == (subscription.below, subscription.above)


def _with_first_mark(memory: Memory, change: Change, subscription: Subscription) -> Memory:
    """Before anything was told, drops are measured from the first price known, so that small steps add up."""
    price = price_of(change.old, with_shipping=subscription.with_shipping)
    # Not from a restock: what a page shows while nothing is sold is no price that anybody could pay.
    is_move = change.kind in (ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE)
    if subscription.reference is not Reference.LAST_TOLD or not is_move or price is None:
        return memory
    if memory.mark(change.sku, price.currency):
        return memory
    first = Mark(sku=change.sku, price=price, told=False)
    return memory.model_copy(update={"marks": (*memory.marks, first)[-LIMIT:]})


def _put(rows: tuple[_ANY, ...], row: _ANY, key: Callable[[_ANY], object]) -> tuple[_ANY, ...]:
    """The rows with this one as the newest, in place of the one of the same key."""
    return (*(each for each in rows if key(each) != key(row)), row)[-LIMIT:]
