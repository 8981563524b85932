"""What memory promises. Redis and the dictionary keep the same promises, and one file of tests holds both to them.

Every method raises StoreError when memory is away; none of them ever answers "nothing" instead.
"""

from __future__ import annotations

from typing import Protocol

from alerts.store.facts import (
    Attempt,
    AuditRow,
    Backlog,
    Claim,
    Commit,
    DeadLetter,
    Due,
    LastLooks,
    Lock,
    News,
    Outcome,
    Row,
    ScanHold,
    Ticket,
    Upcoming,
)
from alerts.store.promises.api_keys import ApiKeyStore
from alerts.store.promises.delivering import DeadLetters, Episodes, Holds, Outbox, Standings
from alerts.store.promises.departures import Departures, Erasing
from alerts.store.promises.glances import Glances
from alerts.store.promises.guilds import (
    AuditTrail,
    FirstSights,
    GuildChoices,
    Notes,
    Pendings,
    Persons,
    Seal,
    Sealed,
    Trails,
    Wishes,
)
from alerts.store.promises.identifies import Identifies
from alerts.store.promises.limits import LimitStore
from alerts.store.promises.migrating import Migrating
from alerts.store.promises.plans import Plans
from alerts.store.promises.popularity import Popularity
from alerts.store.promises.resealing import Resealable
from alerts.store.promises.retention import HistoryRetention, OldRows
from alerts.store.promises.scanning import Catalogue, NewsStream, Snapshots, Spending, Timetable
from alerts.store.promises.server import Server
from alerts.store.promises.tallies import Tallies
from alerts.store.promises.webhooks import WebhookMemory

__all__ = [
    "Attempt",
    "AuditRow",
    "AuditTrail",
    "Backlog",
    "Catalogue",
    "Claim",
    "Commit",
    "DeadLetter",
    "DeadLetters",
    "Due",
    "Episodes",
    "FirstSights",
    "GuildChoices",
    "Holds",
    "LastLooks",
    "Lock",
    "News",
    "NewsStream",
    "Notes",
    "Outbox",
    "Outcome",
    "Pendings",
    "Persons",
    "Row",
    "ScanHold",
    "Seal",
    "Sealed",
    "Server",
    "Snapshots",
    "Spending",
    "Standings",
    "Store",
    "Ticket",
    "Timetable",
    "Trails",
    "Upcoming",
    "Wishes",
]


class Store(
    Snapshots,
    NewsStream,
    Outbox,
    DeadLetters,
    Standings,
    Episodes,
    Holds,
    Trails,
    AuditTrail,
    Wishes,
    Persons,
    Departures,
    Erasing,
    Catalogue,
    Pendings,
    FirstSights,
    GuildChoices,
    Sealed,
    Timetable,
    Plans,
    Notes,
    Spending,
    Popularity,
    ApiKeyStore,
    LimitStore,
    WebhookMemory,
    Tallies,
    Glances,
    Identifies,
    HistoryRetention,
    Server,
    Resealable,
    Migrating,
    OldRows,
    Protocol,
):
    """All of memory."""

    async def ping(self) -> None:
        """Return when memory answers."""
