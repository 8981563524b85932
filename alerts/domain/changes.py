"""What one more look at a listing changes: in what we know, in its history, and in what is worth telling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alerts.domain.confirm import DEFAULTS, Rules, Verdict, is_calm, is_comparable, is_flapping, turn, weigh
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
    is_same_state,
    point_of,
)
from alerts.domain.money import Money
from alerts.domain.said import say

# Below both, a move of the price is no news: the customer's original rule.
FLOOR_AMOUNT = Decimal(1)
FLOOR_FRACTION = Decimal("0.02")

LOW_STOCK = 5  # a stated count at or below it is "only a few left"

_OUT = (Availability.OUT_OF_STOCK, Availability.DISCONTINUED)


@dataclass(frozen=True, slots=True)
class Step:
    """What we know after a look, the point it adds to the history if any, and its news."""

    known: Known
    point: Point | None = None
    changes: tuple[Change, ...] = ()


def advance(listing: Listing, known: Known | None, reading: Reading, rules: Rules = DEFAULTS) -> Step:
    """Take one reading in. A failure keeps every known fact; first sight is a baseline and no news.

    A difference is believed at once or held for looks that agree (confirm.py). While it is held nothing known changes.
    """
    before = known or Known(listing=listing.id, vendor=listing.vendor, url=listing.url)
    looked: dict[str, Any] = {"vendor": listing.vendor, "url": listing.url, "tried_at": reading.at}
    offer = reading.offer
    if offer is None:
        return Step(_failed(before, looked, reading.failure))
    if offer.availability is Availability.UNKNOWN and before.offer is not None:
        failure = Failure(reason=FailureReason.UNREADABLE, detail=say("its stock could not be told"))
        return Step(_failed(before, looked, failure))
    verdict = weigh(before, reading, offer, rules)
    # What any look that succeeded leaves behind, whether it is believed or not.
    looked |= {"failure": None, "failures": 0, "seen": offer.availability, "in_shops": offer.is_in_shops_only}
    looked["flips"] = turn(before, offer, reading.at, rules)
    if not verdict.accepted:
        step = Step(before.model_copy(update={**looked, "held": verdict.held}))
    else:
        step = _accepted(listing, before, looked, reading, verdict)
    return _with_flapping(listing, before, step, reading, rules)


def from_backup(known: Known) -> Known:
    """What a backup knows of a listing: shown until the first good look, which is a baseline whatever it finds."""
    facts = {name: getattr(known, name) for name in ("listing", "vendor", "url", "offer", "observed_at", "since")}
    return Known(**facts, tried_at=known.tried_at, restored=known.offer is not None)


def _accepted(listing: Listing, before: Known, looked: Mapping[str, Any], reading: Reading, verdict: Verdict) -> Step:
    offer = reading.offer
    assert offer
    is_same = before.offer is not None and is_same_state(before.offer, offer)
    believed = before.model_copy(
        update={
            **looked,
            "offer": offer,
            "observed_at": reading.at,
            "since": before.since if is_same else reading.at,
            "mark": _next_mark(before, offer),
            "held": None,
            "restored": False,
        }
    )
    changes = [
        change.model_copy(update={"reads": verdict.reads, "took": verdict.took, "last_seen": before.observed_at})
        for change in _compare(listing, before, reading)
    ]
    point = None if is_same else point_of(offer, at=reading.at, vendor=listing.vendor)
    return Step(believed, point, tuple(changes))


def _with_flapping(listing: Listing, before: Known, step: Step, reading: Reading, rules: Rules) -> Step:
    """A listing that turns too often says so once and keeps quiet until it has kept still; then it says how it is."""
    known, offer = step.known, before.offer
    if offer is None or before.since is None or known.offer is None:
        return step
    facts = {**_facts(listing), "since": before.since, "at": reading.at}
    if before.flapping is None and is_flapping(known.flips, rules):
        note = Change(**facts, kind=ChangeKind.FLAPPING, old=offer, new=known.offer)
        return Step(known.model_copy(update={"flapping": reading.at, "told": offer}), step.point, (note,))
    if before.flapping is None:
        return step
    if not is_calm(known, reading.at, rules):
        return Step(known, step.point, tuple(c for c in step.changes if not _is_of_stock(c)))
    told = before.told or offer
    kind = _stock_change(told, known.offer)
    facts["since"] = before.flapping
    note = Change(**facts, kind=ChangeKind.STABLE, old=told, new=known.offer, beside=kind)
    news = [Change(**facts, kind=kind, old=told, new=known.offer)] if kind else []
    rest = [change for change in step.changes if not _is_of_stock(change)]
    settled = known.model_copy(update={"flapping": None, "told": None, "flips": ()})
    return Step(settled, step.point, (*news, note, *rest))


def _is_of_stock(change: Change) -> bool:
    return change.kind not in (ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE)


def _facts(listing: Listing) -> dict[str, Any]:
    return {"sku": listing.sku, "listing": listing.id, "vendor": listing.vendor, "url": listing.url}


def _failed(known: Known, looked: Mapping[str, Any], failure: Failure | None) -> Known:
    return known.model_copy(update={**looked, "failure": failure, "failures": known.failures + 1})


def _next_mark(before: Known, offer: Offer) -> Money | None:
    """The price to measure from next: it follows told moves and new baselines, and stays while nothing is sold."""
    if offer.price is None or (before.mark and offer.availability in _OUT and is_comparable(before, offer)):
        return before.mark
    if before.mark is None or not is_comparable(before, offer) or is_significant(before.mark, offer.price):
        return offer.price
    return before.mark


def is_significant(old: Money, new: Money) -> bool:
    """Whether a move of the price is worth a message: more than one unit, or more than two per cent."""
    if old.currency != new.currency or old.amount == new.amount:
        return False
    return abs(new.amount - old.amount) > FLOOR_AMOUNT or abs(old.change_to(new)) > FLOOR_FRACTION


def _compare(listing: Listing, before: Known, reading: Reading) -> Iterator[Change]:
    old, new = before.offer, reading.offer
    if old is None or new is None or before.since is None or not is_comparable(before, new):
        return
    facts = _facts(listing)
    stock = _stock_change(old, new)
    if stock:
        yield Change(**facts, kind=stock, old=old, new=new, since=before.since, at=reading.at)
    price = _price_change(before.mark, new)
    if price:
        # The old price is the one the move is measured from, which a slow drift left some looks ago.
        was = old.model_copy(update={"price": before.mark})
        yield Change(**facts, kind=price, old=was, new=new, since=before.since, at=reading.at, beside=stock)
    elif small := _small_move(was := _last_sold(before, old), new):
        yield Change(
            **facts, kind=small, old=was, new=new, since=before.since, at=reading.at, beside=stock, is_small=True
        )
    if _is_low(old, new):
        yield Change(
            **facts, kind=ChangeKind.LOW_STOCK, old=old, new=new, since=before.since, at=reading.at, beside=stock
        )


def _is_low(old: Offer, new: Offer) -> bool:
    """Whether the stated count has just come down to a few; only a count that was higher before says so."""
    if not new.availability.is_in_stock or old.stock_count is None or new.stock_count is None:
        return False
    return new.stock_count <= LOW_STOCK < old.stock_count


def _stock_change(was: Offer, now: Offer) -> ChangeKind | None:
    """What the stock did. Of what is in stock both times, whether it can be ordered is what counts."""
    old, new = was.availability, now.availability
    if Availability.UNKNOWN in (old, new):
        return None
    if old.is_in_stock and new.is_in_stock:
        back = ChangeKind.RESTOCKED if now.is_orderable else ChangeKind.SOLD_OUT
        return None if was.has_same_stock(now) else back
    if old is new:
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


def _last_sold(before: Known, old: Offer) -> Offer:
    """The old offer at a price that somebody could pay: what a page shows while nothing is sold is none."""
    return old.model_copy(update={"price": before.mark}) if old.availability in _OUT and before.mark else old


def _small_move(old: Offer, new: Offer) -> ChangeKind | None:
    """A move below the floor: no news by itself, but it may cross somebody's own threshold."""
    if old.price is None or new.price is None or new.availability in _OUT or old.price.amount == new.price.amount:
        return None
    return ChangeKind.PRICE_DROP if new.price.amount < old.price.amount else ChangeKind.PRICE_RISE


def _price_change(mark: Money | None, new: Offer) -> ChangeKind | None:
    if mark is None or new.price is None or new.availability in _OUT or not is_significant(mark, new.price):
        return None
    return ChangeKind.PRICE_DROP if new.price.amount < mark.amount else ChangeKind.PRICE_RISE
