"""API keys: what a key may do, how much of it, and what one looks like."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple, NewType

from pydantic import AfterValidator, AwareDatetime, Field

from alerts.domain.limits import Allowance
from alerts.domain.model import Fact
from alerts.domain.text import plain
from alerts.domain.wishes import OPERATOR

LONGEST_NAME = 60
# For so long a key that was replaced works beside its successor, so that nothing stands still meanwhile.
OVERLAP = timedelta(hours=24)
# For so long an expired key is still listed as one.
REMEMBERED = timedelta(days=30)
PREFIX = "hs_live_"
ID_LENGTH, SECRET_LENGTH = 8, 32
ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # as all our ids that people may have to type
KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ID = f"[{ID_ALPHABET}]{{{ID_LENGTH}}}"
_FORM = re.compile(f"{PREFIX}({_ID})_[{KEY_ALPHABET}]{{{SECRET_LENGTH}}}")
WholeKey = NewType("WholeKey", str)
"""What opens something, as it is shown once."""


class Scope(StrEnum):
    """What a key is for. None of them includes another."""

    READ = "read"  # what is known: products, history, analytics, one's own watches and alerts
    SCAN = "scan"  # have the shops asked
    MANAGE = "manage"  # change watches, subscriptions and webhooks


class Allowances(NamedTuple):
    """How much a plan has. `history`: how far back it sees, None for all of it."""

    requests: Allowance
    fresh_scans: Allowance
    history: timedelta | None


class Plan(StrEnum):
    """How much a key may do. All but free are the operator's to give."""

    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"

    @property
    def allowances(self) -> Allowances:
        """Requests, fresh scans and history of this plan."""
        return _PLANS[self]


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_PLANS = {
    Plan.FREE: Allowances(Allowance(20, _MINUTE), Allowance(10, _HOUR), timedelta(days=7)),
    Plan.PRO: Allowances(Allowance(100, _MINUTE), Allowance(100, _HOUR), timedelta(days=90)),
    Plan.ENTERPRISE: Allowances(Allowance(500, _MINUTE), Allowance(1000, _HOUR), None),
}
# Without a key: scans by peer address.
ANONYMOUS_SCANS = Allowance(5, _MINUTE)


def _each_once(scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
    return tuple(scope for scope in Scope if scope in scopes)


class ApiKey(Fact):
    """A key of a guild; guild 0 is the operator's own list. The secret is not in it, only a `mac` of the whole key.

    It works until it expires, and one that was replaced until it retires. Who made it stands in the audit trail.
    """

    id: Annotated[str, Field(pattern=f"^{_ID}$")]
    guild: int
    name: Annotated[str, AfterValidator(lambda text: plain(text, LONGEST_NAME)), Field(min_length=1)]
    plan: Plan = Plan.FREE
    scopes: Annotated[tuple[Scope, ...], AfterValidator(_each_once), Field(min_length=1)]
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    retires_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None
    mac: str = Field(repr=False)
    pepper: str = ""  # which secret key the mac is under, by a mark that tells nothing else of it; "" for not known

    @property
    def is_operators(self) -> bool:
        """Whether it may see the operator's pages too (/metrics, /health/detailed, /internal/cache-stats)."""
        return self.guild == OPERATOR

    @property
    def shown(self) -> str:
        """For people: enough to tell it from others."""
        return f"{PREFIX}{self.id}_…"

    def ends_at(self) -> datetime | None:
        """The moment from which it opens nothing any more; None for never."""
        return min((at for at in (self.expires_at, self.retires_at) if at), default=None)

    def is_live(self, now: datetime) -> bool:
        """Whether it opens anything."""
        ends_at = self.ends_at()
        return ends_at is None or now < ends_at

    def allows(self, scope: Scope) -> bool:
        """Whether it is for this."""
        return scope in self.scopes


def written(key_id: str, secret: str) -> WholeKey:
    """A whole key."""
    return WholeKey(f"{PREFIX}{key_id}_{secret}")


def is_id(text: str) -> bool:
    """Whether a key may have this id."""
    return re.fullmatch(_ID, text) is not None


def id_in(text: str) -> str | None:
    """The id in a whole key; None for what is none."""
    found = _FORM.fullmatch(text)
    return found[1] if found else None
