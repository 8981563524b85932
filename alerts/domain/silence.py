"""Why there is no news: who would hear of it, and how it stands with every shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.domain import spoken
from alerts.domain.model import Failure, Held, Known, Offer, Product, Snapshot
from alerts.domain.said import joined, say
from alerts.domain.wishes import Subscription


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is quiet, in a sentence; of one shop, and since when it is so, where that is known."""

    text: str
    vendor: str | None = None
    since: datetime | None = None


PAUSED = Reason(say("Its watch is paused here, so its alerts rest: /watch resume goes on with it."))


def hears_of(subscription: Subscription, product: Product) -> bool:
    """Whether it is about this product, by itself or by its category."""
    if subscription.category is None:
        return subscription.sku == product.sku
    return (product.category or "").casefold() == subscription.category.casefold()


def wishes(hearing: Sequence[Subscription], now: datetime, *, is_watched: bool) -> Iterator[Reason]:
    """Who here would hear of it."""
    if not hearing:
        yield Reason(say("Nobody here subscribed to it, so nobody here is told."))
        if not is_watched:
            text = say("It is not watched here either; without any watch it is read only when somebody asks.")
            yield Reason(text)
        return
    kinds = dict.fromkeys(kind for each in hearing for kind in each.kinds)
    listed = joined(map(spoken.kind, kinds), ", ")
    if len(hearing) == 1:
        yield Reason(say("1 alert here hears of it: {kinds}.", kinds=listed))
    else:
        yield Reason(say("{count} alerts here hear of it: {kinds}.", count=len(hearing), kinds=listed))
    for each in hearing:
        yield from _resting(each, now)


def _resting(wish: Subscription, now: datetime) -> Iterator[Reason]:
    """Why one of them says nothing now, whatever happens."""
    if wish.paused:
        yield Reason(say("One of them is paused."))
    elif wish.expires_at and wish.expires_at <= now:
        yield Reason(say("One of them has expired."), since=wish.expires_at)
    elif wish.snooze_until and wish.snooze_until > now:
        until = spoken.clock(wish.snooze_until, wish.zone, day=True)
        yield Reason(say("One of them is snoozed until {time}.", time=until))
    elif wish.quiet and (end := wish.quiet.end_of(now)):
        until = spoken.clock(end, wish.quiet.timezone)
        yield Reason(say("One of them is in quiet hours until {time}.", time=until))


def shops(product: Product, snapshot: Snapshot) -> Iterator[Reason]:
    """How it stands with every shop."""
    for listing in product.listings:
        known = snapshot.known(listing.id)
        if known is None or (known.offer is None and known.failure is None):
            yield Reason(say("Nobody has looked at it yet."), listing.vendor)
        else:
            yield from _shop(known)


def _shop(known: Known) -> Iterator[Reason]:
    if known.failure:
        yield Reason(_failing(known, known.failure), known.vendor, known.observed_at)
    if known.held and known.offer:
        yield Reason(_waiting(known.held, known.offer), known.vendor, known.held.first_at)
    if known.flapping:
        text = say("Its stock turns again and again, so I keep quiet until it has kept still.")
        yield Reason(text, known.vendor, known.flapping)
    elif known.offer and not (known.failure or known.held):
        yield Reason(say("Nothing changed: {offer}.", offer=spoken.offer(known.offer)), known.vendor, known.since)


def _failing(known: Known, failure: Failure) -> str:
    why = spoken.failure(failure.reason)
    if known.failures <= 1:
        text = say("It could not be read the last time: {why}.", why=why)
    else:
        text = say("It could not be read {count} times in a row: {why}.", count=known.failures, why=why)
    stays = say("That is no news; what was known stays.") if known.offer else say("Nothing is known yet.")
    return joined([text, stays], " ")


def _waiting(held: Held, known: Offer) -> str:
    if held.offer.price and held.offer.price != known.price:
        what = say("A price of {price}", price=held.offer.price)
    else:
        what = say("A change of stock")
    if held.offer.availability is not known.availability:
        what = say("{what} ({stock})", what=what, stock=spoken.stock(held.offer.availability))
    looks = held.needs - held.reads
    if looks == 1:
        waits = say("1 more look")
    elif looks > 0:
        waits = say("{count} more looks", count=looks)
    else:
        span = spoken.span(max(held.span, timedelta(0)))
        waits = say("a look that agrees at least {span} after the first", span=span)
    return say("{what} was seen and waits for {looks}: {why}.", what=what, looks=waits, why=held.why)
