"""What goes in and out of memory, beside the domain's own facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.domain.audit import AuditEntry
from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.episodes import Episode
from alerts.domain.model import Change, Point, Snapshot
from alerts.domain.vouch import Vouch


@dataclass(frozen=True, slots=True)
class Lock:
    """The right to scan a product for a while. `fence` grows with every holder, so a late one is noticed."""

    sku: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class ScanHold:
    """A product's scan lock, or None while somebody else has it; what is known of the product just then.

    `told`: those of the asked vendors of which it was told that they are blind.
    """

    lock: Lock | None
    snapshot: Snapshot
    told: frozenset[str] = frozenset()
    vouches: Mapping[str, Vouch] = field(default_factory=dict)  # by listing id, for the offers of this very snapshot


@dataclass(frozen=True, slots=True)
class Row:
    """A vendor's failed looks in a row up to now, when they began, and whether it was told that the vendor is blind."""

    vendor: str
    failed: int
    since: datetime
    is_told: bool


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything one scan found out, kept whole or not at all."""

    lock: Lock
    snapshot: Snapshot
    points: Mapping[str, Point] = field(default_factory=dict)  # by listing id
    changes: Sequence[Change] = ()
    told: Sequence[Row] = ()  # as they were read: one that was told of is over now, another is told of now
    looks: Mapping[str, datetime] = field(default_factory=dict)  # good looks by vendor, noted as `looked` does
    # By listing id, for the offers of this very snapshot; what is not named here is vouched for no longer.
    vouches: Mapping[str, Vouch] = field(default_factory=dict)
    is_last: bool = False  # the lock is given back with it, once it is kept


@dataclass(frozen=True, slots=True)
class News:
    """A change taken from the stream; `ticket` gives it back as done."""

    ticket: str
    change: Change


@dataclass(frozen=True, slots=True)
class Due:
    """A product whose time has come. The same slot seen by two schedulers is the same job."""

    sku: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A delivery on its way: as much of it as is needed to say whose turn it is.

    `event` is the same for all deliveries of one change. `letter` is the message that it was attempted in, as its
    part number `part`: that message is sent again as it was, or not at all.
    """

    ticket: str
    id: str
    guild: int
    target: str
    event: str
    until: datetime | None = None
    letter: str | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery whose turn has come. `tried_at` is when it was first attempted.

    `is_changed`: it tells something newer than when it was queued.
    """

    ticket: Ticket
    delivery: Delivery
    tries: int = 0
    tried_at: datetime | None = None
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery. `note` is the message's id or the reason.

    A postponed one keeps its place and waits until `until`: as part number `part` of the message `letter`, or of
    whichever holds it then. A buried one is kept for the operator when `is_dead`.
    """

    claim: Claim
    state: DeliveryState
    note: str
    until: datetime | None = None
    letter: str | None = None
    part: int = 0
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message about to be sent: its parts in their order, as they are told, and the episodes that know of it.

    `ended` are deliveries that this message makes needless.
    """

    letter: str
    claims: Sequence[Claim]
    episodes: Sequence[Episode] = ()
    ended: Sequence[Outcome] = ()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up, and why."""

    delivery: Delivery
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry of a guild's audit trail; its `ticket` says where in the trail it stands."""

    ticket: str
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class LastLooks:
    """How looking at a vendor went: the last look, how many in a row have failed, since when, and the last reason."""

    at: datetime | None = None
    failed: int = 0
    since: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Deliveries that have not ended. `oldest`: when the first of them was queued."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A tier's part of the timetable: its products, those of them that are due, and the earliest time of all."""

    products: int = 0
    due: int = 0
    earliest: datetime | None = None
