"""How it stands with a target: fine, paused until somebody changes something there, or given up."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import TypeAlias

from pydantic import AwareDatetime

from alerts.domain.deliveries import ID_LENGTH
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.model import Fact, KeyPart
from alerts.domain.said import SaidText, tidied
from alerts.domain.wishes import Target, TargetKind

FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=6)
PATIENCE = timedelta(days=5)  # of nothing but failures, three at least; then it is disabled
_LEAST_STRIKES = 3  # of a quiet target's two alerts in a week both may fail by chance
_MOST_DOUBLINGS = 10  # far beyond the longest pause
_LONGEST_REASON = 300


class StandingState(StrEnum):
    """Whether messages go there."""

    FINE = "fine"
    PAUSED = "paused"  # tried again at `until`, or as soon as somebody mends it
    DISABLED = "disabled"  # not tried any more


Outage: TypeAlias = tuple[datetime | None, StandingState]  # what tells one from the next


class Standing(Fact):
    """What is known of one target. `since`: its first failure in a row; `strikes`: how often it was tried in vain.

    `is_said`: the person whose direct messages these are was told of it.
    """

    target: Target
    guild: int
    state: StandingState = StandingState.FINE
    reason: SaidText = ""
    code: int = 0
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    strikes: int = 0
    is_said: bool = False

    @property
    def is_fine(self) -> bool:
        return self.state is StandingState.FINE

    @property
    def outage(self) -> Outage:
        return self.since, self.state

    def may_be_tried(self, now: datetime) -> bool:
        """Whether a message may be sent there now."""
        return self.is_fine or (self.state is StandingState.PAUSED and (self.until is None or self.until <= now))


def may_go(standing: Standing | None, now: datetime) -> bool:
    """Whether a message may be sent now to a target of which this is known; of one that is fine nothing is."""
    return standing is None or standing.may_be_tried(now)


class Notice(Fact):
    """What the admins of a guild are told of one target. Those of one `batch` share a message, and its nonce.

    It is kept before it is told (`is_told`), so that whoever takes over after a crash tells the same, once.
    """

    standing: Standing
    batch: KeyPart
    missing: tuple[str, ...] = ()  # permissions, in Discord's words
    is_over: bool = False  # it works again
    is_told: bool = False


def after_failure(standing: Standing, error: DeliveryError, now: datetime) -> Standing:
    """How a target stands after a message to it has failed. What is not the target's fault changes nothing.

    A pause doubles with each try in vain. Those that were under way together are one try.
    """
    if standing.state is StandingState.DISABLED or not _is_its_fault(standing.target, error):
        return standing
    since = standing.since or now
    facts = {"reason": tidied(str(error), _LONGEST_REASON), "code": error.code, "since": since}
    off = {"state": StandingState.DISABLED, "until": None, "strikes": standing.strikes + 1}
    if error.remedy is Remedy.DISABLE:
        return standing.model_copy(update={**facts, **off})
    if not standing.may_be_tried(now):
        return standing.model_copy(update=facts)
    if now - since >= PATIENCE and standing.strikes + 1 >= _LEAST_STRIKES:
        return standing.model_copy(update={**facts, **off})
    facts["strikes"] = standing.strikes + 1
    if error.remedy is Remedy.RETRY:
        return standing.model_copy(update=facts)
    pause = min(FIRST_PAUSE * 2 ** min(standing.strikes, _MOST_DOUBLINGS), LONGEST_PAUSE)
    pause = max(pause, min(error.retry_after or timedelta(0), LONGEST_PAUSE))
    return standing.model_copy(update={**facts, "state": StandingState.PAUSED, "until": now + pause})


def after_success(standing: Standing) -> Standing:
    """It arrived: all is forgiven."""
    return Standing(target=standing.target, guild=standing.guild)


def gone(target: Target, guild: int, *, reason: str, code: int, now: datetime) -> Standing:
    """The standing of a target that was seen to be deleted."""
    error = DeliveryError(reason, remedy=Remedy.DISABLE, code=code)
    return after_failure(Standing(target=target, guild=guild), error, now)


def batch_id(standings: Iterable[Standing], *, is_over: bool) -> str:
    """The id of the message that tells of these outages, or of their end: the same ones always make the same one."""
    marks = sorted(f"{each.target}|{each.since and each.since.isoformat()}|{each.state}" for each in standings)
    digest = blake2b("\n".join([str(is_over), *marks]).encode(), digest_size=16).digest()
    return base64.b32encode(digest).decode().lower()[:ID_LENGTH]


def _is_its_fault(target: Target, error: DeliveryError) -> bool:
    # Discord away is not the channel's fault. An address outside of Discord answers for itself alone.
    if error.remedy is Remedy.RETRY:
        return target.type is TargetKind.APPRISE
    return error.remedy in (Remedy.PAUSE, Remedy.DISABLE)
