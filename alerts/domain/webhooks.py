"""Webhooks out: a program's address that is told of changes, and what becomes of each message to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field

from alerts.domain.deliveries import delivery_id
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.model import Change, ChangeKind, Fact, KeyPart, Sku
from alerts.domain.standing import PATIENCE, Standing, StandingState, after_failure
from alerts.domain.text import plain
from alerts.domain.wishes import Target, TargetKind

MOST_WEBHOOKS = 10  # of one guild
LOG_LENGTH = 100  # attempts that are remembered of each
MOST_GIVEN_UP = 1000  # messages of each that can be sent again
MOST_SKUS = 300
# Standard Webhooks' example: the first attempt is at once, so there are eight within 28 hours.
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
_JITTER = 0.1  # of a pause, at most: whatever failed together does not come back together
_LONGEST_REST = timedelta(hours=1)
_RESTING = frozenset({429, 503})
_GONE = 410
TEST = "webhook.test"
CHALLENGE = "webhook.challenge"


class HookState(StrEnum):
    """Whether anything is sent there."""

    ACTIVE = "active"
    UNVERIFIED = "unverified"  # it has not answered our challenge yet
    DISABLED = "disabled"  # it failed for days, or said that it is gone


class Webhook(Fact):
    """What a guild's program wants to be told. No `kinds` means all of them, no `skus` whatever the guild watches.

    `shown` is what may be seen of its address and `place` the host and port, of which so many are asked at once. The
    address itself and the secret are kept sealed. `since` is when it came to be in its state, `failing_since` its
    first failure in a row; `revision` grows with every change, so that none is lost.
    """

    id: KeyPart
    guild: int
    shown: str
    place: str
    kinds: tuple[ChangeKind, ...] = ()
    skus: tuple[Sku, ...] = Field(default=(), max_length=MOST_SKUS)
    state: HookState = HookState.UNVERIFIED
    reason: Annotated[str, AfterValidator(lambda text: plain(text, 200))] = ""
    since: AwareDatetime
    failing_since: AwareDatetime | None = None
    added_by: int
    added_at: AwareDatetime
    revision: int = 0

    @property
    def is_active(self) -> bool:
        return self.state is HookState.ACTIVE

    @property
    def target(self) -> Target:
        """How the admins' notices name it."""
        return Target(
            type=TargetKind.ENDPOINT, id=int.from_bytes(blake2b(self.id.encode(), digest_size=8).digest()) >> 1
        )

    def wants(self, kind: ChangeKind, skus: Collection[str]) -> bool:
        """Whether it asked for this of one of these products."""
        return (not self.kinds or kind in self.kinds) and (not self.skus or any(sku in skus for sku in self.skus))


class HookDeliveryState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    DONE = "done"
    GIVEN_UP = "given_up"


class HookDelivery(Fact):
    """One message to one webhook. The body and the id are the same at every attempt."""

    id: KeyPart
    guild: int
    webhook: KeyPart
    type: str
    body: str
    queued_at: AwareDatetime
    attempts: int = 0
    state: HookDeliveryState = HookDeliveryState.WAITING
    due: AwareDatetime
    status: str = ""  # of the last attempt


class HookAttempt(Fact):
    """A line of a webhook's log. What it answered is not kept, but for the status."""

    at: AwareDatetime
    delivery: KeyPart
    type: str
    attempt: int
    status: str
    took_ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    """How an address answered a POST: its status and a word for it, or the word alone when it gave none.

    `is_ours`: the trouble is on our side and says nothing of the address. `body` is read for a challenge alone.
    """

    word: str
    status: int | None = None
    retry_after: timedelta | None = None
    took: timedelta = timedelta(0)
    is_ours: bool = False
    body: bytes = field(default=b"", repr=False)

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """It says itself that nothing shall be sent there any more."""
        return self.status == _GONE

    @property
    def rest(self) -> timedelta:
        """How long it asked to be left alone."""
        asked = self.retry_after if self.status in _RESTING else None
        return min(asked or timedelta(0), _LONGEST_REST)


def pause_after(delivery: str, attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None when it is given up. The same delivery always waits the same."""
    if attempts > len(RETRIES):
        return None
    pause = RETRIES[attempts - 1]
    mark = int.from_bytes(blake2b(f"{delivery}|{attempts}".encode(), digest_size=4).digest()) / 2**32
    return pause * (1 + _JITTER * mark)


def after_attempt(delivery: HookDelivery, answer: Answer, now: datetime) -> HookDelivery:
    """Where a message stands after an attempt."""
    attempts = delivery.attempts + 1
    facts: dict[str, Any] = {"attempts": attempts, "status": answer.word}
    pause = None if answer.is_gone else pause_after(delivery.id, attempts)
    if answer.is_good:
        facts["state"] = HookDeliveryState.DONE
    elif pause is None:
        facts["state"] = HookDeliveryState.GIVEN_UP
    else:
        facts["due"] = now + max(pause, answer.rest)
    return delivery.model_copy(update=facts)


def unsent(delivery: HookDelivery) -> HookDelivery:
    """Given up without an attempt: its webhook is not active. It can be sent again later."""
    return delivery.model_copy(update={"state": HookDeliveryState.GIVEN_UP, "status": "webhook is off"})


def again(delivery: HookDelivery, now: datetime) -> HookDelivery:
    """The same message as if it were new now, under its old id."""
    facts = {"attempts": 0, "state": HookDeliveryState.WAITING, "due": now}
    return delivery.model_copy(update=facts)


def after_answer(webhook: Webhook, answer: Answer, now: datetime) -> Webhook:
    """How a webhook stands after an attempt: one that only fails for five days, or is gone, is disabled."""
    if not webhook.is_active or answer.is_ours:
        return webhook
    if answer.is_good:
        return webhook.model_copy(update={"failing_since": None}) if webhook.failing_since else webhook
    since = webhook.failing_since or now
    facts: dict[str, Any] = {"failing_since": since}
    if answer.is_gone:
        facts |= {"state": HookState.DISABLED, "since": now, "reason": "it answered 410: it is gone"}
    elif now - since >= PATIENCE:
        why = f"nothing but failures for {PATIENCE.days} days, the last one: {answer.word}"
        facts |= {"state": HookState.DISABLED, "since": now, "reason": why}
    return webhook.model_copy(update=facts)


def standing_of(webhook: Webhook) -> Standing:
    """A disabled webhook as the notices to a guild's admins take it."""
    blank = Standing(target=webhook.target, guild=webhook.guild)
    error = DeliveryError(f"{webhook.shown}: {webhook.reason}", remedy=Remedy.DISABLE)
    found = after_failure(blank, error, webhook.failing_since or webhook.since)
    assert found.state is StandingState.DISABLED
    return found


def change_delivery(change: Change, webhook: Webhook, body: str, now: datetime) -> HookDelivery:
    """The message that a webhook gets for a change: the same change always makes the same id."""
    return HookDelivery(
        id=f"msg_{delivery_id(change, webhook.target)}",
        guild=webhook.guild,
        webhook=webhook.id,
        type=event_type(change.kind),
        body=body,
        queued_at=now,
        due=now,
    )


def event_type(kind: ChangeKind) -> str:
    """The name of an event of this kind."""
    return f"change.{kind.value}"


def event(name: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """The shape of every message but the challenge."""
    return {"type": name, "timestamp": at.isoformat(), "data": dict(data)}


def shown_address(url: str) -> str:
    """As much of an address as may be seen: its path and query may hold a token."""
    parts = urlsplit(url)
    rest = "/…" if parts.path.strip("/") or parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{rest}"
