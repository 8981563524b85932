"""Whether news is still so: after it was held, and before anything has happened."""

from __future__ import annotations

from datetime import datetime

from alerts.domain.market import GONE, PRICED, price_of
from alerts.domain.model import Availability, Change, ChangeKind, Known, Offer
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


def already_true(known: Known, sku: str, subscription: Subscription, now: datetime) -> Change | None:
    """What to tell of a listing on the day of the wish, for whoever chose to be told; `decide` has the last word.

    Its old state is unknown: it says that something is so, not that it has become so.
    """
    offer = known.offer
    if offer is None or subscription.first_sight is FirstSight.BASELINE:
        return None
    if offer.availability.is_in_stock:
        kind = ChangeKind.RESTOCKED
    elif offer.availability is Availability.PREORDER:
        kind = ChangeKind.PREORDER_OPEN
    else:
        return None
    return Change(
        sku=sku, listing=known.listing, vendor=known.vendor, url=known.url, kind=kind,
        old=Offer(condition=offer.condition), new=offer, since=subscription.added_at, at=now,
    )  # fmt: skip


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
