"""A test of an alert's target: a message that looks like an alert, past the queue, and what came of it."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import Protocol

from alerts.delivery.notifier import Notifier
from alerts.domain.deliveries import Delivery
from alerts.domain.errors import DeliveryError
from alerts.domain.letters import Letter, Part
from alerts.domain.model import Availability, Change, ChangeKind, Known, Offer, Product, Snapshot
from alerts.domain.said import tidied
from alerts.domain.standing import Standing, after_failure
from alerts.domain.wishes import Subscription
from alerts.ports import Clock
from alerts.store.ports import Snapshots, Standings

_SOLD_OUT_FOR = timedelta(hours=2)


class TrialStore(Snapshots, Standings, Protocol):
    """The parts of memory that a test needs."""


class Trial:
    """Try where alerts go. It mentions nobody, counts for no rule, and `/why` does not know it."""

    def __init__(self, *, store: TrialStore, notifier: Notifier, clock: Clock) -> None:
        self._store, self._notifier, self._clock = store, notifier, clock

    async def __call__(self, wish: Subscription, product: Product | None) -> Standing | None:
        """Post a test as an alert of this wish would be; None when it arrived, which clears the target's standing.

        Otherwise how the target would stand after an alert that failed like this. A test itself is no strike.
        """
        snapshot = await self._store.snapshot(product.sku) if product else Snapshot(sku=wish.sku or "test")
        delivery = self._delivery(wish, product, snapshot)
        # What else is known of the product is no part of a test.
        letter = Letter(delivery.id, (Part(delivery, Snapshot(sku=snapshot.sku)),), is_test=True)
        try:
            await self._notifier.post(letter)
        except DeliveryError as exc:
            before = Standing(target=wish.target, guild=wish.guild)
            after = after_failure(before, exc, self._clock.now())
            return after.model_copy(update={"reason": tidied(str(exc), 300), "code": exc.code})
        await self._store.clear_standing(wish.target)
        return None

    def _delivery(self, wish: Subscription, product: Product | None, snapshot: Snapshot) -> Delivery:
        now = self._clock.now()
        return Delivery(
            id=base64.b32encode(secrets.token_bytes(10)).decode().lower(),
            guild=wish.guild,
            subscription=wish.id,
            target=wish.target,
            product_name=product.name if product else wish.sku or wish.category or "?",
            change=_restock(product, snapshot, since=now - _SOLD_OUT_FOR).model_copy(update={"at": now}),
            queued_at=now,
        )


def _restock(product: Product | None, snapshot: Snapshot, *, since: datetime) -> Change:
    """The restock of the best offer that is known, or of the first shop at no price that is known."""
    known = _best(snapshot)
    listing = product.listings[0] if product and product.listings else None
    offer = known.offer if known and known.offer else Offer(availability=Availability.IN_STOCK)
    facts = {
        "sku": snapshot.sku,
        "listing": known.listing if known else listing.id if listing else "test",
        "vendor": known.vendor if known else listing.vendor if listing else "?",
        "url": known.url if known else listing.url if listing else "",
        "kind": ChangeKind.RESTOCKED,
        "old": Offer(availability=Availability.OUT_OF_STOCK, price=offer.price),
        "new": Offer(availability=Availability.IN_STOCK, price=offer.price),
        "since": since,
        "at": since,
    }
    return Change.model_validate(facts)


def _best(snapshot: Snapshot) -> Known | None:
    return snapshot.best or next((each for each in snapshot.listings if each.offer), None)
