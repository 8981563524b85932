"""News that a subscriber gets later: at the end of quiet hours, of a snooze, or with the next digest."""

from __future__ import annotations

from pydantic import AwareDatetime

from alerts.domain.deliveries import delivery_id
from alerts.domain.model import Change, Fact, KeyPart
from alerts.domain.wishes import Subscription


class Waiting(Fact):
    """One change, held for one subscription until a moment. Its id is its delivery's, so it waits once."""

    id: KeyPart
    guild: int
    subscription: KeyPart
    change: Change
    until: AwareDatetime


def waiting_for(change: Change, subscription: Subscription, until: AwareDatetime) -> Waiting:
    """Hold a change for a subscriber."""
    return Waiting(
        id=delivery_id(change, subscription.target),
        guild=subscription.guild,
        subscription=subscription.id,
        change=change,
        until=until,
    )
