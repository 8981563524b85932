"""Whether news is still so: after it was held, and before anything has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.domain.market import GONE, PRICED, price_of
from alerts.domain.model import Availability, Change, ChangeKind, Known, Offer, Point
from alerts.domain.wishes import FirstSight, Subscription


def still_true(change: Change, known: Known | None, subscription: Subscription | None = None) -> bool:
    """Whether what the change says holds for what is known of its listing now, and for the subscriber's threshold."""
    if known is None or known.offer is None:
        return False
    if change.kind.is_of_vendor:
        return (known.failure is not None) is (change.kind is ChangeKind.VENDOR_BLIND)
    if change.kind is ChangeKind.FLAPPING:
        return known.flapping is not None
    if change.kind is ChangeKind.STABLE:
        return known.flapping is None and change.new.has_same_stock(known.offer)
    return _holds(change, known.offer) and (
        subscription is None or change.kind not in PRICED or _is_within(subscription, known.offer)
    )


def already_true(
    known: Known, sku: str, subscription: Subscription, now: datetime, points: Sequence[Point] = ()
) -> Change | None:
    """What to tell of a listing on the day of the wish, for whoever chose to be told; `decide` has the last word.

    Its old state is unknown: it says that something is so, not that it has become so. `points` is the listing's
    history: what has become so since the wish is told as the change that it was, and not here. While a listing keeps
    changing nobody can say how it is; the note that it has settled will.
    """
    offer = known.offer
    if offer is None or known.flapping or subscription.first_sight is FirstSight.BASELINE:
        return None
    if not (offer.availability.is_in_stock or offer.availability is Availability.PREORDER):
        return None
    if not _was_so(points, offer.availability, subscription.added_at):
        return None
    return Change(
        sku=sku, listing=known.listing, vendor=known.vendor, url=known.url, kind=_kind_for(subscription, offer),
        old=Offer(condition=offer.condition), new=offer, since=subscription.added_at, at=now,
    )  # fmt: skip


def is_first_sight(change: Change) -> bool:
    """Whether it says that something is so already, and not that it has become so."""
    is_of_offer = not (change.kind.is_of_vendor or change.kind.is_note)
    return is_of_offer and change.old.availability is Availability.UNKNOWN and change.old.price is None


def _was_so(points: Sequence[Point], availability: Availability, wished_at: datetime) -> bool:
    """Whether the stock was the same at the time of the wish or, if nobody had looked by then, at the first look."""
    before = [point for point in points if point.at <= wished_at]
    then = before[-1:] or points[:1]
    if not then:
        return True
    was = then[0].availability
    return was.is_in_stock if availability.is_in_stock else was is availability


def _kind_for(wish: Subscription, offer: Offer) -> ChangeKind:
    """The news it would have been; for who asked for a price alone and not for stock, that the price is there."""
    if not offer.availability.is_in_stock:
        return ChangeKind.PREORDER_OPEN
    if ChangeKind.RESTOCKED not in wish.kinds:
        if wish.below and ChangeKind.PRICE_DROP in wish.kinds:
            return ChangeKind.PRICE_DROP
        if wish.above and ChangeKind.PRICE_RISE in wish.kinds:
            return ChangeKind.PRICE_RISE
    return ChangeKind.RESTOCKED


def _holds(change: Change, offer: Offer) -> bool:
    match change.kind:
        case ChangeKind.RESTOCKED:
            # One that could be ordered is no longer so when only shops have it left.
            is_there = offer.is_orderable or (offer.is_in_shops_only and change.new.is_in_shops_only)
            return _is_same_sort(change.new, offer) and is_there
        case ChangeKind.PREORDER_OPEN | ChangeKind.BACK_ORDER | ChangeKind.DISCONTINUED:
            return offer.availability is change.new.availability
        case ChangeKind.SOLD_OUT:
            return offer.availability in GONE or (offer.is_in_shops_only and change.old.is_orderable)
        case ChangeKind.LOW_STOCK:
            return _is_as_scarce(change.new, offer)
        case _:
            return _is_same_sort(change.new, offer) and _has_kept_its_move(change, offer)


def _is_same_sort(told: Offer, offer: Offer) -> bool:
    return told.condition is offer.condition and told.price_kind is offer.price_kind


def _is_as_scarce(told: Offer, offer: Offer) -> bool:
    if not offer.availability.is_in_stock or told.stock_count is None or offer.stock_count is None:
        return False
    return offer.stock_count <= told.stock_count


def _has_kept_its_move(change: Change, offer: Offer) -> bool:
    """The price is at the told one or further on, and somebody can still pay it."""
    then, price = change.new.price, offer.price
    if then is None or price is None or then.currency != price.currency:
        return False
    if offer.availability in GONE or offer.availability is Availability.UNKNOWN:
        return False
    return price.amount <= then.amount if change.kind is ChangeKind.PRICE_DROP else price.amount >= then.amount


def _is_within(wish: Subscription, offer: Offer) -> bool:
    if not wish.has_threshold:
        return True
    price = price_of(offer, with_shipping=wish.with_shipping)
    if price is None or price.currency != (wish.below or wish.above or price).currency:
        return False
    return (wish.below is None or price.amount < wish.below.amount) and (
        wish.above is None or price.amount > wish.above.amount
    )
