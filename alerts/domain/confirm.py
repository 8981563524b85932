"""Before a difference is believed: how many agreeing looks it needs, what waits for them, and what flaps.

Nothing here tells anybody anything. `weigh` says what a look makes of what we hold to be true; changes.py compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.domain.model import Availability, Fact, Held, Known, Offer, Reading, is_same_state
from alerts.domain.said import say

# What in a piece of evidence speaks of stock rather than of the price.
_STOCK_WORDS = re.compile(r"avail|stock|button|words|cart|basket|sold|order", re.IGNORECASE)
_SURE = 0.9


class Rules(Fact):
    """The numbers. All of them can be configured under `confirm`."""

    restock_delay: timedelta = timedelta(seconds=10)  # when the second look is asked for
    reads: int = 2  # agreeing looks that a change of stock or a large drop needs
    price_drop: Decimal = Decimal("0.4")  # a larger drop waits for agreement
    suspicious_low: Decimal = Decimal("0.2")  # below this part of the old price, or above this multiple of it,
    suspicious_high: Decimal = Decimal(10)  # a price is more likely a mistake
    suspicious_reads: int = 3
    suspicious_span: timedelta = timedelta(minutes=2)  # from the first to the last of them
    flips: int = 3  # so many turns of the stock within the window are flapping
    flap_window: timedelta = timedelta(minutes=30)
    flap_calm: timedelta = timedelta(minutes=30)  # so long without a turn ends it
    mass_least: int = 5  # so many listings of one shop, and more than this part of them, that turn
    mass_share: Decimal = Decimal("0.3")  # within the flap window are more likely the shop's page than its stock
    blind_after: int = 6  # so many failed looks in a row, over all its listings, and a shop is blind
    is_mass: bool = False  # whether that is so now, for the listing at hand


DEFAULTS = Rules()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to believe after a look. `held` waits for agreement; with neither, the look said nothing new."""

    accepted: bool
    held: Held | None = None
    reads: int = 1
    took: timedelta = timedelta(0)


def weigh(before: Known, reading: Reading, offer: Offer, rules: Rules) -> Verdict:
    """Believe the new state, or hold it until enough looks agree. A look at the old state drops what was held."""
    old = before.offer
    if old is None or is_same_state(old, offer):
        return Verdict(accepted=True)
    reads, span, why = demands(before, offer, reading.at, rules)
    if reads <= 1:
        return Verdict(accepted=True)
    held = before.held
    if held is None or not is_same_state(held.offer, offer):
        held = Held(offer=offer, first_at=reading.at, last_at=reading.at, reads=1, needs=reads, span=span, why=why)
    else:
        # A demand never shrinks while it waits: what looked suspicious stays so until it is settled.
        held = held.model_copy(update={"offer": offer, "last_at": reading.at, "reads": held.reads + 1,
                                       "needs": max(held.needs, reads), "span": max(held.span, span)})  # fmt: skip
    took = held.last_at - held.first_at
    if held.reads >= held.needs and took >= held.span:
        return Verdict(accepted=True, reads=held.reads, took=took)
    return Verdict(accepted=False, held=held)


def demands(before: Known, offer: Offer, at: datetime, rules: Rules) -> tuple[int, timedelta, str]:
    """How many agreeing looks over how long this difference needs, and why."""
    none = timedelta(0)
    if not is_comparable(before, offer):
        return 1, none, ""  # another sort of thing: a new baseline, which is no news
    if (fraction := _move(before, offer)) is not None:
        if not rules.suspicious_low <= fraction <= rules.suspicious_high:
            return (
                rules.suspicious_reads,
                rules.suspicious_span,
                say("a price {times} times the old one is suspicious", times=_times(fraction)),
            )
        if fraction < 1 - rules.price_drop:
            percent = say("{number}%", number=(rules.price_drop * 100).quantize(Decimal(1)))
            return rules.reads, none, say("a drop of more than {percent} waits for a second look", percent=percent)
    assert before.offer
    if before.offer.has_same_stock(offer):
        return 1, none, ""
    if rules.is_mass:
        return rules.suspicious_reads, rules.suspicious_span, say("many listings of this shop turned at once")
    if two_signals(offer) and not _recent(before.flips, at, rules.flap_window):
        return 1, none, ""
    return rules.reads, none, say("a turn of the stock waits for a second look")


def two_signals(offer: Offer) -> bool:
    """Whether two independent parts of one page say the same of the stock, and none the opposite."""
    sources = {each.source for each in offer.evidence if _STOCK_WORDS.search(f"{each.path} {each.raw}")}
    return len(sources) >= 2 and offer.confidence >= _SURE


def is_mass(turned: int, listings: int, rules: Rules) -> bool:
    """Whether so many of a shop's listings turned lately that the shop is to be doubted."""
    return turned >= rules.mass_least and turned > rules.mass_share * listings


def turns(before: Known | None, offer: Offer | None) -> bool:
    """Whether this look shows the other stock than the look before it."""
    if before is None or before.seen is None or offer is None or offer.availability is Availability.UNKNOWN:
        return False
    seen = before.seen.is_in_stock and not before.in_shops, before.in_shops
    return seen != (offer.is_orderable, offer.is_in_shops_only)


def turn(before: Known, offer: Offer, at: datetime, rules: Rules) -> tuple[datetime, ...]:
    """The listing's recent turns of stock, this look's included. Looks are counted as they come, believed or not."""
    recent = _recent(before.flips, at, rules.flap_window)
    return (*recent, at) if turns(before, offer) else recent


def is_flapping(flips: tuple[datetime, ...], rules: Rules) -> bool:
    """Whether so many turns lie within the window."""
    return len(flips) >= rules.flips


def is_calm(before: Known, at: datetime, rules: Rules) -> bool:
    """Whether a flapping listing has kept still for long enough."""
    last = before.flips[-1] if before.flips else before.flapping
    return before.flapping is not None and last is not None and at - last >= rules.flap_calm


def is_comparable(before: Known, new: Offer) -> bool:
    """Same thing with same thing: currency, condition and price kind. Variant and region are the listing's.

    What a shop has over its counter is the same thing as what it sends. What comes from a backup is compared with
    nothing: nobody knows what was told since it was made.
    """
    old = before.offer
    if old is None or before.restored or old.condition is not new.condition:
        return False
    if new.price is None or before.mark is None:
        return True
    return before.mark.currency == new.price.currency and old.price_kind is new.price_kind


def _recent(flips: tuple[datetime, ...], at: datetime, window: timedelta) -> tuple[datetime, ...]:
    return tuple(each for each in flips if at - each < window)


def _move(before: Known, offer: Offer) -> Decimal | None:
    """The new price as a multiple of the one it is measured from; None when there is nothing to measure."""
    mark = before.mark
    if mark is None or offer.price is None or offer.price.currency != mark.currency or not mark.amount:
        return None
    return offer.price.amount / mark.amount


def _times(fraction: Decimal) -> str:
    return f"{fraction:.2f}" if fraction < 1 else f"{fraction:.0f}"
