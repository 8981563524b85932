"""Shops whose offers move, as deliveries: what really can lie in the queue of one product and target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st

from alerts.domain.changes import advance
from alerts.domain.confirm import Rules
from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.episodes import is_followed
from alerts.domain.model import Availability, Change, Known, Offer
from alerts.domain.rules import Verb, decide
from alerts.domain.wishes import Subscription
from tests.worlds import START, listing, offer, reading

HOUR = timedelta(hours=1)
SHOPS = ("Acme", "Bolt", "Coil")
TRUSTING = Rules(reads=1, suspicious_reads=1, suspicious_span=timedelta(0))
STOCK = (
    Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.PREORDER, Availability.BACKORDER,
    Availability.LIMITED, Availability.DISCONTINUED,
)  # fmt: skip
OFFERS = st.builds(
    lambda stock, price, count: offer(stock, str(price), stock_count=count),
    st.sampled_from(STOCK[:2]) | st.sampled_from(STOCK),
    st.sampled_from([80, 90, 99, 100, 101, 110, 130]),
    st.sampled_from([None, 2, 4, 9]),
)
LOOKS = st.lists(st.tuples(st.sampled_from(SHOPS), OFFERS), max_size=14)


def changes(looks: Sequence[tuple[str, Offer]], start: Offer | None = None) -> list[Change]:
    """What an hour between each two looks brings about; all shops begin with the same offer."""
    knowns: dict[str, Known] = {}
    found: list[Change] = []
    everywhere = [(shop, start or offer(Availability.OUT_OF_STOCK)) for shop in SHOPS]
    for hour, (shop, seen) in enumerate([*everywhere, *looks]):
        step = advance(listing(shop), knowns.get(shop), reading(seen, START + hour * HOUR), TRUSTING)
        knowns[shop] = step.known
        found += step.changes
    return [each for each in found if not each.kind.is_note]


def letters(found: Sequence[Change], wish: Subscription) -> list[Delivery]:
    """What fan-out queues of them for one subscription: the alerts, and what living alerts follow."""
    made = [letter(each, wish, is_told=decide(each, wish).verb is Verb.DELIVER) for each in found]
    return [each for each in made if not each.is_follow_up or is_followed(each.change, wish)]


def letter(change: Change, wish: Subscription, *, is_told: bool = True) -> Delivery:
    return delivery_for(change, wish, product_name="Raspberry Pi 5", now=change.at, is_follow_up=not is_told)


def newest(found: Sequence[Change]) -> dict[str, tuple[datetime, Offer]]:
    """Of each listing the newest offer, without what proves it."""
    last: dict[str, tuple[datetime, Offer]] = {}
    for each in found:
        if each.listing not in last or last[each.listing][0] <= each.at:
            last[each.listing] = each.at, each.new.model_copy(update={"evidence": ()})
    return last
