"""How it stands with everything: each shop, the queue, the timetable, memory. Costs little whatever is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from alerts.domain.agenda import NOTE as AGENDA
from alerts.domain.agenda import Agenda, read_agenda
from alerts.domain.model import FailureReason, Tier
from alerts.domain.standing import Standing
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Backlog, LastLooks, Notes, Outbox, Snapshots, Standings, Timetable, Upcoming


class Sight(StrEnum):
    """How well a vendor can be read, the worst first."""

    BLIND = "blind"  # so many looks in a row failed that its changes are missed
    SHAKY = "shaky"  # the last looks failed
    SLOW = "slow"  # the last looks failed because it took too long to answer
    FINE = "fine"
    UNSEEN = "unseen"  # nobody has looked yet


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """One vendor. `since`: when its row of failures began."""

    name: str
    sight: Sight
    at: datetime | None = None
    since: datetime | None = None
    failed: int = 0
    reason: FailureReason | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What managers see. `standings` are this guild's targets that fail; `answered_in` is how long memory took.

    `agenda` is the plan for the next hour, of all guilds' products.
    """

    vendors: Sequence[VendorStatus]
    backlog: Backlog
    upcoming: Mapping[Tier, Upcoming]
    standings: Sequence[Standing]
    answered_in: timedelta
    agenda: Agenda | None = None


class StatusStore(Snapshots, Outbox, Timetable, Standings, Notes, Protocol):
    """The parts of memory that an overview needs."""

    async def ping(self) -> None:
        """Return when memory answers."""


class Status:
    """Answer from memory alone; no shop is asked."""

    def __init__(self, *, store: StatusStore, products: Products, clock: Clock, blind_after: int) -> None:
        """`blind_after`: so many failed looks in a row, and a vendor is blind."""
        self._store, self._products, self._clock = store, products, clock
        self.configure(blind_after=blind_after)

    def configure(self, *, blind_after: int) -> None:
        """For whatever is asked from now on."""
        self._blind_after = blind_after

    async def vendors(self, guild: int | None = None) -> Sequence[VendorStatus]:
        """Every configured vendor and those of the guild's own products, the worst first."""
        mine = await self._products.of(guild)
        names = list(dict.fromkeys(listing.vendor for product in mine for listing in product.listings))
        looks = await self._store.last_looks(names)
        order = list(Sight)
        found = [_vendor(name, looks[name], self._blind_after) for name in names]
        return sorted(found, key=lambda each: (order.index(each.sight), each.name.casefold()))

    async def overview(self, guild: int) -> Overview:
        """Everything, with the targets of this guild."""
        began = self._clock.monotonic()
        await self._store.ping()
        took = timedelta(seconds=self._clock.monotonic() - began)
        vendors, backlog, upcoming, standings, agenda = await asyncio.gather(
            self.vendors(guild),
            self._store.backlog(),
            self._store.upcoming(self._clock.now()),
            self._store.standings(),
            self._store.note(AGENDA),
        )
        mine = [each for _, each in sorted(standings.items()) if each.guild == guild and not each.is_fine]
        return Overview(vendors, backlog, upcoming, mine, took, read_agenda(agenda))


def _vendor(name: str, looks: LastLooks, blind_after: int) -> VendorStatus:
    if looks.at is None:
        return VendorStatus(name, Sight.UNSEEN)
    if not looks.failed:
        return VendorStatus(name, Sight.FINE, looks.at)
    reason = FailureReason(looks.reason) if looks.reason in set(FailureReason) else None
    slow = Sight.SLOW if reason is FailureReason.TIMEOUT else Sight.SHAKY
    sight = Sight.BLIND if looks.failed >= blind_after else slow
    return VendorStatus(name, sight, looks.at, looks.since, looks.failed, reason)
