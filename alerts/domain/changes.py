"""What one more look at a listing changes: in what we know, in its history, and in what is worth telling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alerts.domain.model import (
    Availability,
    Change,
    ChangeKind,
    Failure,
    FailureReason,
    Known,
    Listing,
    Offer,
    Point,
    Reading,
)
from alerts.domain.money import Money

# Below both, a move of the price is no news: the customer's original rule.
FLOOR_AMOUNT = Decimal(1)
FLOOR_FRACTION = Decimal("0.02")

_OUT = (Availability.OUT_OF_STOCK, Availability.DISCONTINUED)


@dataclass(frozen=True, slots=True)
class Step:
    """What we know after a look, the point it adds to the history if any, and its news."""

    known: Known
    point: Point | None = None
    changes: tuple[Change, ...] = ()


def advance(listing: Listing, known: Known | None, reading: Reading) -> Step:
    """Take one reading in. A failure keeps every known fact; first sight is a baseline and no news."""
    before = known or Known(listing=listing.id, vendor=listing.vendor, url=listing.url)
    before = before.model_copy(update={"vendor": listing.vendor, "url": listing.url, "tried_at": reading.at})
    if reading.offer is None:
        return Step(_failed(before, reading.failure))
    if reading.offer.availability is Availability.UNKNOWN and before.offer is not None:
        return Step(_failed(before, Failure(reason=FailureReason.UNREADABLE, detail="its stock could not be told")))
    after = _seen(before, reading.offer, reading)
    if before.offer is not None and state_of(before.offer) == state_of(reading.offer):
        return Step(after)
    point = Point(
        at=reading.at, vendor=listing.vendor, availability=reading.offer.availability, price=reading.offer.price
    )
    return Step(after, point, tuple(_compare(listing, before, reading)))


def state_of(offer: Offer) -> str:
    """The part of an offer whose difference is a change of state, as one canonical text."""
    return "|".join([offer.availability, str(offer.price or ""), offer.price_kind, offer.condition])


def _failed(known: Known, failure: Failure | None) -> Known:
    return known.model_copy(update={"failure": failure, "failures": known.failures + 1})


def _seen(before: Known, offer: Offer, reading: Reading) -> Known:
    is_same = before.offer is not None and state_of(before.offer) == state_of(offer)
    return before.model_copy(
        update={
            "offer": offer,
            "observed_at": reading.at,
            "since": before.since if is_same else reading.at,
            "mark": _next_mark(before, offer),
            "failure": None,
            "failures": 0,
        }
    )


def _next_mark(before: Known, offer: Offer) -> Money | None:
    """The price to measure from next: it follows told moves and new baselines, and stays while nothing is sold."""
    if offer.price is None or (before.mark and offer.availability in _OUT and _is_comparable(before, offer)):
        return before.mark
    if before.mark is None or not _is_comparable(before, offer) or is_significant(before.mark, offer.price):
        return offer.price
    return before.mark


def _is_comparable(before: Known, new: Offer) -> bool:
    """Same thing with same thing: currency, condition and price kind. Variant and region are the listing's."""
    old = before.offer
    if old is None or old.condition is not new.condition:
        return False
    if new.price is None or before.mark is None:
        return True
    return before.mark.currency == new.price.currency and old.price_kind is new.price_kind


def is_significant(old: Money, new: Money) -> bool:
    """Whether a move of the price is worth a message: more than one unit, or more than two per cent."""
    if old.currency != new.currency or old.amount == new.amount:
        return False
    return abs(new.amount - old.amount) > FLOOR_AMOUNT or abs(old.change_to(new)) > FLOOR_FRACTION


def _compare(listing: Listing, before: Known, reading: Reading) -> Iterator[Change]:
    old, new = before.offer, reading.offer
    if old is None or new is None or before.since is None or not _is_comparable(before, new):
        return
    facts = {"sku": listing.sku, "listing": listing.id, "vendor": listing.vendor, "url": listing.url}
    stock = _stock_change(old.availability, new.availability)
    if stock:
        yield Change(**facts, kind=stock, old=old, new=new, since=before.since, at=reading.at)
    price = _price_change(before.mark, new)
    if price:
        # The old price is the one the move is measured from, which a slow drift left some looks ago.
        was = old.model_copy(update={"price": before.mark})
        yield Change(**facts, kind=price, old=was, new=new, since=before.since, at=reading.at, beside=stock)


def _stock_change(old: Availability, new: Availability) -> ChangeKind | None:
    if old is new or Availability.UNKNOWN in (old, new) or (old.is_in_stock and new.is_in_stock):
        return None
    match new:
        case Availability.IN_STOCK | Availability.LIMITED:
            return ChangeKind.RESTOCKED
        case Availability.PREORDER:
            return ChangeKind.PREORDER_OPEN
        case Availability.BACKORDER:
            return ChangeKind.BACK_ORDER
        case Availability.DISCONTINUED:
            return ChangeKind.DISCONTINUED
        case _:
            return None if old in _OUT else ChangeKind.SOLD_OUT


def _price_change(mark: Money | None, new: Offer) -> ChangeKind | None:
    if mark is None or new.price is None or new.availability in _OUT or not is_significant(mark, new.price):
        return None
    return ChangeKind.PRICE_DROP if new.price.amount < mark.amount else ChangeKind.PRICE_RISE
