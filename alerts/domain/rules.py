"""Change × Subscription → what to do, always with the reason."""

from __future__ import annotations

from enum import StrEnum

from alerts.domain.model import Change, ChangeKind, Fact
from alerts.domain.wishes import Subscription


class Verb(StrEnum):
    DELIVER = "deliver"
    HOLD = "hold"
    SUPPRESS = "suppress"


class Decision(Fact):
    """What happens with a change for one subscriber, and why."""

    verb: Verb
    reason: str


def decide(change: Change, subscription: Subscription) -> Decision:
    """Say whether this subscriber hears of this change."""
    if change.sku != subscription.sku:
        return Decision(verb=Verb.SUPPRESS, reason="another product")
    if change.kind not in subscription.kinds:
        return Decision(verb=Verb.SUPPRESS, reason=f"{_words(change.kind)} is not among the subscribed kinds")
    if change.beside in subscription.kinds:
        return Decision(verb=Verb.SUPPRESS, reason=f"told together with {_words(change.beside)}")
    return Decision(verb=Verb.DELIVER, reason=f"subscribed to {_words(change.kind)}")


def _words(kind: ChangeKind | None) -> str:
    return (kind or "").replace("_", " ")
