"""Why there is no news: who would hear of it, and how it stands with every shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.domain import spoken
from alerts.domain.model import Failure, Held, Known, Offer, Product, Snapshot
from alerts.domain.wishes import Subscription


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is quiet, in a sentence; of one shop, and since when it is so, where that is known."""

    text: str
    vendor: str | None = None
    since: datetime | None = None


PAUSED = Reason("Its watch is paused here, so its alerts rest: /watch resume goes on with it.")


def hears_of(subscription: Subscription, product: Product) -> bool:
    """Whether it is about this product, by itself or by its category."""
    if subscription.category is None:
        return subscription.sku == product.sku
    return (product.category or "").casefold() == subscription.category.casefold()


def wishes(hearing: Sequence[Subscription], now: datetime, *, is_watched: bool) -> Iterator[Reason]:
    """Who here would hear of it."""
    if not hearing:
        yield Reason("Nobody here subscribed to it, so nobody here is told.")
        if not is_watched:
            yield Reason("It is not watched here either; without any watch it is read only when somebody asks.")
        return
    kinds = dict.fromkeys(kind for each in hearing for kind in each.kinds)
    count = "1 alert here hears" if len(hearing) == 1 else f"{len(hearing)} alerts here hear"
    yield Reason(f"{count} of it: {', '.join(spoken.kind(kind) for kind in kinds)}.")
    for each in hearing:
        yield from _resting(each, now)


def _resting(wish: Subscription, now: datetime) -> Iterator[Reason]:
    """Why one of them says nothing now, whatever happens."""
    if wish.paused:
        yield Reason("One of them is paused.")
    elif wish.expires_at and wish.expires_at <= now:
        yield Reason("One of them has expired.", since=wish.expires_at)
    elif wish.snooze_until and wish.snooze_until > now:
        yield Reason(f"One of them is snoozed until {spoken.clock(wish.snooze_until, wish.zone, day=True)}.")
    elif wish.quiet and (end := wish.quiet.end_of(now)):
        yield Reason(f"One of them is in quiet hours until {spoken.clock(end, wish.quiet.timezone)}.")


def shops(product: Product, snapshot: Snapshot) -> Iterator[Reason]:
    """How it stands with every shop."""
    for listing in product.listings:
        known = snapshot.known(listing.id)
        if known is None or (known.offer is None and known.failure is None):
            yield Reason("Nobody has looked at it yet.", listing.vendor)
        else:
            yield from _shop(known)


def _shop(known: Known) -> Iterator[Reason]:
    if known.failure:
        yield Reason(_failing(known, known.failure), known.vendor, known.observed_at)
    if known.held and known.offer:
        yield Reason(_waiting(known.held, known.offer), known.vendor, known.held.first_at)
    if known.flapping:
        text = "Its stock turns again and again, so I keep quiet until it has kept still."
        yield Reason(text, known.vendor, known.flapping)
    elif known.offer and not (known.failure or known.held):
        yield Reason(f"Nothing changed: {spoken.offer(known.offer)}.", known.vendor, known.since)


def _failing(known: Known, failure: Failure) -> str:
    times = "the last time" if known.failures <= 1 else f"{known.failures} times in a row"
    text = f"It could not be read {times}: {spoken.word(failure.reason)}."
    return f"{text} That is no news; what was known stays." if known.offer else f"{text} Nothing is known yet."


def _waiting(held: Held, known: Offer) -> str:
    is_of_price = held.offer.price and held.offer.price != known.price
    what = f"A price of {spoken.money(held.offer.price)}" if held.offer.price and is_of_price else "A change of stock"
    if held.offer.availability is not known.availability:
        what += f" ({spoken.word(held.offer.availability)})"
    looks = held.needs - held.reads
    if looks > 0:
        waits = f"{looks} more {'look' if looks == 1 else 'looks'}"
    else:
        waits = f"a look that agrees at least {spoken.span(max(held.span, timedelta(0)))} after the first"
    return f"{what} was seen and waits for {waits}: {held.why}."
