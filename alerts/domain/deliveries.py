"""One message to one target, and the id that makes it be told once."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b

from pydantic import AwareDatetime

from alerts.domain.market import PRICED, Market
from alerts.domain.model import Change, ChangeKind, Fact, KeyPart, state_of
from alerts.domain.rules import UNKNOWN, unwanted
from alerts.domain.thresholds import Threshold, threshold_of
from alerts.domain.wishes import Subscription, Target

ID_LENGTH = 24  # Discord takes a nonce of at most 25 characters
# Under a threshold each of these is the news that there is such a price. "Only a few left" is told beside.
CROSSINGS = PRICED - {ChangeKind.LOW_STOCK}
_STOCK = frozenset(
    {
        ChangeKind.RESTOCKED,
        ChangeKind.SOLD_OUT,
        ChangeKind.LOW_STOCK,
        ChangeKind.PREORDER_OPEN,
        ChangeKind.BACK_ORDER,
        ChangeKind.DISCONTINUED,
    }
)


class DeliveryState(StrEnum):
    """Where a delivery stands. Only `queued`, `sending` and `postponed` move on."""

    QUEUED = "queued"
    SENDING = "sending"
    POSTPONED = "postponed"
    SENT = "sent"
    BURIED = "buried"


class Also(Fact):
    """A further piece of news in the same message."""

    subscription: KeyPart
    product_name: str
    change: Change


class Delivery(Fact):
    """One attempt-able message to one target. A follow-up only changes a message that stands already.

    `threshold` is the price that was asked for, `joins` whether its shop may be added to a living alert. The last three
    are folding's (folding.py): `as_of` is when its newest facts were found, `over` the change that ended it before it
    could be sent, `origin` the change as it was queued. None of all these is part of the id.
    """

    id: KeyPart
    guild: int
    subscription: KeyPart
    target: Target
    mention_role: int | None = None
    product_name: str
    change: Change
    queued_at: AwareDatetime
    is_follow_up: bool = False
    also: tuple[Also, ...] = ()
    covers: tuple[KeyPart, ...] = ()
    market: Market | None = None
    threshold: Threshold | None = None
    joins: bool = True
    as_of: AwareDatetime | None = None
    over: Change | None = None
    origin: Change | None = None

    @property
    def event(self) -> str:
        """The same for all deliveries that one look at one listing gave rise to."""
        return f"{self.change.sku}:{self.change.listing}:{self.change.at.timestamp()}"


def worth_telling(delivery: Delivery) -> timedelta:
    """How long after it was queued a message is still news. What changes a message that stands is so for longer."""
    if delivery.is_follow_up:
        return timedelta(days=1)
    is_of_stock = delivery.change.kind in _STOCK and not delivery.also
    return timedelta(minutes=15) if is_of_stock else timedelta(hours=6)


def delivery_id(change: Change, target: Target) -> str:
    """The same change for the same target always has the same id, on any machine, after any crash.

    It is made of content only. The old state carries its beginning, which was stored long before: so a second
    restock has another id, and a change found again after the store lost its last second has the same one.
    """
    parts = [
        # What is said of a shop is the same whichever of its listings it was found at.
        *((change.vendor,) if change.kind.is_of_vendor else (change.sku, change.listing)),
        f"{state_of(change.old)}|{change.since.isoformat()}",
        state_of(change.new),
        str(target),
        change.kind,
    ]
    digest = blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return base64.b32encode(digest).decode().lower()[:ID_LENGTH]


def follow_up_id(identity: str, subscription: str) -> str:
    """The id of what only changes a message that stands: another than that of the news, which somebody may be told."""
    digest = blake2b(f"{identity}|{subscription}|follow-up".encode(), digest_size=16).digest()
    return base64.b32encode(digest).decode().lower()[:ID_LENGTH]


def delivery_for(
    change: Change,
    subscription: Subscription,
    *,
    product_name: str,
    now: AwareDatetime,
    is_follow_up: bool = False,
    market: Market | None = None,
) -> Delivery:
    """The message this subscriber gets for this change."""
    return Delivery(
        id=delivery_id(change, subscription.target),
        guild=subscription.guild,
        subscription=subscription.id,
        target=subscription.target,
        mention_role=subscription.mention_role,
        product_name=product_name,
        change=change,
        queued_at=now,
        is_follow_up=is_follow_up,
        market=market,
        threshold=threshold_of(subscription) if change.kind in CROSSINGS else None,
        joins=not is_follow_up or unwanted(change, subscription, market or UNKNOWN) is None,
    )


def together(deliveries: Sequence[Delivery]) -> Delivery:
    """One message out of several for the same target; the same ones always make the same one."""
    first, *rest = deliveries
    if not rest:
        return first
    digest = blake2b("|".join(sorted(each.id for each in deliveries)).encode(), digest_size=16).digest()
    also = tuple(Also(subscription=d.subscription, product_name=d.product_name, change=d.change) for d in rest)
    role = next((each.mention_role for each in deliveries if each.mention_role), None)
    name = base64.b32encode(digest).decode().lower()[:ID_LENGTH]
    covers = tuple(each.id for each in deliveries)
    return first.model_copy(update={"id": name, "also": also, "covers": covers, "mention_role": role})
