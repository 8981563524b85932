"""How far a price has to move to be worth telling, and which price the move is measured from."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from alerts.domain.changes import FLOOR_AMOUNT, FLOOR_FRACTION
from alerts.domain.market import GONE
from alerts.domain.model import Change, ChangeKind, Fact, Point
from alerts.domain.money import Money
from alerts.domain.wishes import Subscription
from alerts.domain.written import Percent

FLOOR_PERCENT = (FLOOR_FRACTION * 100).normalize()
MOVES = frozenset({ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE})

FloorAmount = Annotated[
    Decimal, Field(ge=0, le=10**11), PlainSerializer(str, return_type=str, when_used="json")
]  # in the price's own currency


class Floor(Fact):
    """A move is told when it is more than the amount, or more than the percentage."""

    amount: FloorAmount = FLOOR_AMOUNT
    percent: Percent = FLOOR_PERCENT

    def is_passed(self, old: Money, new: Money) -> bool:
        """Whether the price has moved far enough. Between two currencies nothing moves."""
        if old.currency != new.currency or old.amount == new.amount:
            return False
        return abs(new.amount - old.amount) > self.amount or abs(old.change_to(new)) * 100 > self.percent


DEFAULT_FLOOR = Floor()


def floor_of(subscription: Subscription, of_guild: Floor = DEFAULT_FLOOR) -> Floor:
    """The subscription's own floor; what it leaves out is the guild's. Below a threshold any move counts."""
    if subscription.has_threshold:
        return DEFAULT_FLOOR
    amount, percent = subscription.floor_amount, subscription.floor_percent
    if amount is None and percent is None:
        return of_guild
    return Floor(
        amount=of_guild.amount if amount is None else amount,
        percent=of_guild.percent if percent is None else percent,
    )


def measured(change: Change, points: Iterable[Point], floor: Floor) -> Change:
    """A move of the price as somebody with this floor sees it: from the price where it last passed the floor.

    So a slow drift adds up under a large floor, and a small one is told of each step once. `points` is the history of
    the listing; only what was before the change is looked at, so the same change is always measured alike.
    The default floor is measured where changes are found (changes.py).
    """
    old, new = change.old.price, change.new.price
    if floor == DEFAULT_FLOOR or change.kind not in MOVES or old is None or new is None:
        return change
    mark = _mark((point for point in points if point.at < change.at), floor)
    if mark is None or mark.currency != new.currency:
        mark = old
    kind = change.kind
    if mark.amount != new.amount:
        kind = ChangeKind.PRICE_DROP if new.amount < mark.amount else ChangeKind.PRICE_RISE
    was = change.old.model_copy(update={"price": mark})
    return change.model_copy(update={"kind": kind, "old": was, "is_small": not floor.is_passed(mark, new)})


def _mark(points: Iterable[Point], floor: Floor) -> Money | None:
    """The last price that had moved by more than the floor; what a page shows while nothing is sold is no price."""
    mark: Money | None = None
    for point in points:
        price = point.price
        if price is None or (mark and mark.currency == price.currency and point.availability in GONE):
            continue
        if mark is None or mark.currency != price.currency or floor.is_passed(mark, price):
            mark = price
    return mark
