"""What became of each change, step by step, so that every alert and every silence can be explained."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from alerts.domain import spoken
from alerts.domain.confirm import two_signals
from alerts.domain.deliveries import Delivery
from alerts.domain.model import Change, ChangeKind, Fact, KeyPart, Sku, state_of
from alerts.domain.rules import Decision, Verb
from alerts.domain.said import SaidText, joined, say, tidied
from alerts.domain.text import plain
from alerts.domain.wishes import Subscription

# Of each guild about the newest so many stages are kept, and none for longer.
TRAIL_LENGTH = 2000
TRAIL_DAYS = 14
# Which alerts were sent is remembered for longer, to be counted, as long as there are not too many.
SENT_DAYS = 30
MOST_SENT = 10_000

LONGEST_REASON = 200


class Step(StrEnum):
    """The stages from a look at a shop to a message, in their order."""

    READ = "read"
    CONFIRMED = "confirmed"
    COMPARED = "compared"
    MATCHED = "matched"
    HELD = "held"
    SUPPRESSED = "suppressed"
    QUEUED = "queued"
    SENT = "sent"
    EDITED = "edited"
    POSTPONED = "postponed"
    BURIED = "buried"
    EXPIRED = "expired"


_ORDER = {step: number for number, step in enumerate(Step)}
_DECIDED = {Verb.DELIVER: Step.MATCHED, Verb.HOLD: Step.HELD, Verb.SUPPRESS: Step.SUPPRESSED}


class Stage(Fact):
    """One step of one change in one guild. What came before anybody was asked for has no subscription.

    `change` is the same for all stages of a change, `delivery` for all of a message.
    """

    at: AwareDatetime
    step: Step
    guild: int
    sku: Sku
    vendor: Annotated[str, AfterValidator(lambda text: plain(text, 100))]
    kind: ChangeKind
    change: KeyPart
    subscription: KeyPart | None = None
    delivery: KeyPart | None = None
    reason: Annotated[SaidText, AfterValidator(lambda text: tidied(text, LONGEST_REASON))] = ""


def change_id(change: Change) -> str:
    """Of content only: the same change taken in twice has the same one."""
    old, new = f"{state_of(change.old)}|{change.since.isoformat()}", state_of(change.new)
    digest = blake2b("\n".join([change.sku, change.listing, old, new, change.kind]).encode(), digest_size=10)
    return base64.b32encode(digest.digest()).decode().lower()


def noted(
    change: Change,
    subscription: Subscription | int,
    step: Step,
    reason: str,
    at: datetime,
    *,
    delivery_id: str | None = None,
) -> Stage:
    """One stage of a change for a subscription or, where there is none yet, for a guild."""
    wish = None if isinstance(subscription, int) else subscription
    return Stage(
        at=at,
        step=step,
        guild=subscription if isinstance(subscription, int) else subscription.guild,
        sku=change.sku,
        vendor=change.vendor,
        kind=change.kind,
        change=change_id(change),
        subscription=wish.id if wish else None,
        delivery=delivery_id,
        reason=reason,
    )


def found(change: Change, guild: int) -> list[Stage]:
    """How the change came about: read, confirmed, compared. Once for each guild that hears of it."""
    first_look = change.at - change.took
    return [
        noted(change, guild, Step.READ, say("the page says {offer}", offer=spoken.offer(change.new)), first_look),
        noted(change, guild, Step.CONFIRMED, _confirmed(change), change.at),
        noted(change, guild, Step.COMPARED, _compared(change), change.at),
    ]


def decided(change: Change, subscription: Subscription, decision: Decision, at: datetime) -> Stage:
    """What the rules made of it for one subscription."""
    return noted(change, subscription, _DECIDED[decision.verb], decision.reason, at)


def went(delivery: Delivery, step: Step, reason: str, at: datetime, *, message_of: str | None = None) -> list[Stage]:
    """What became of a message, for every change in it. `message_of`: the delivery whose message was changed."""
    # One that folding has made newer is known here by what it was.
    change = delivery.origin or delivery.change
    parts = [(delivery.subscription, change), *((each.subscription, each.change) for each in delivery.also)]
    return [
        noted(change, delivery.guild, step, reason, at, delivery_id=message_of or delivery.id).model_copy(
            update={"subscription": subscription}
        )
        for subscription, change in parts
    ]


def waits(stages: Sequence[Stage]) -> list[timedelta]:
    """How long each message took from the first look that saw its change; what was held back on purpose is left out."""
    ordered = in_order(stages)
    seen = {stage.change: stage.at for stage in reversed(ordered) if stage.step is Step.READ}
    held = {(stage.change, stage.subscription) for stage in ordered if stage.step is Step.HELD}
    sent = {stage.delivery: stage for stage in reversed(ordered) if stage.step is Step.SENT and stage.delivery}
    return [
        stage.at - seen[stage.change]
        for stage in sent.values()
        if stage.change in seen and (stage.change, stage.subscription) not in held
    ]


def in_order(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Oldest first; of those that were noted twice the first."""
    kept: dict[tuple[object, ...], Stage] = {}
    for stage in sorted(stages, key=lambda each: (each.at, _ORDER[each.step])):
        kept.setdefault((stage.change, stage.step, stage.subscription, stage.delivery, stage.reason), stage)
    return tuple(kept.values())


def _confirmed(change: Change) -> str:
    if change.reads > 1:
        return say("{count} looks within {span} agree", count=change.reads, span=spoken.span(change.took))
    if two_signals(change.new):
        return say("two parts of the page agree")
    return say("such a difference needs no second look")


def _compared(change: Change) -> str:
    # The kind says it in a word; here is what it was before.
    since = spoken.clock(change.since, "UTC", day=True)
    before = say("before it was {offer} since {time}", offer=spoken.offer(change.old), time=since)
    return joined([before, *_beside(change)], "; ")


def _beside(change: Change) -> Iterator[str]:
    if change.beside:
        yield say("found together with {kind}", kind=spoken.kind(change.beside))
    if change.is_small:
        yield say("a small move")
