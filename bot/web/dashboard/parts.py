"""What the pages ask: use cases, and memory where they only look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from alerts.additions import Additions
from alerts.addresses import Addresses
from alerts.analytics import Analytics
from alerts.api_keys import ApiKeys
from alerts.audit import Audit
from alerts.currencies import Currencies
from alerts.domain.errors import NotFound, StoreError
from alerts.domain.model import Product
from alerts.guilds import Guilds
from alerts.history import History
from alerts.ports import Clock
from alerts.products import Products
from alerts.status import Status
from alerts.store.ports import Episodes, Snapshots, Standings, Trails, Wishes
from alerts.store.promises.glances import Glances
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from alerts.webhooks.management import Webhooks
from alerts.why import Why
from bot.web.dashboard.visits import Visit

log = structlog.get_logger()


class PageStore(Snapshots, Glances, Trails, Standings, Episodes, Wishes, Protocol):
    """The parts of memory that pages look at."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Every question carries the visit's guild."""

    store: PageStore
    clock: Clock
    products: Products
    history: History
    watches: Watches
    additions: Additions
    subscriptions: Subscriptions
    addresses: Addresses
    currencies: Currencies
    guilds: Guilds
    why: Why
    status: Status
    analytics: Analytics
    api_keys: ApiKeys
    webhooks: Webhooks
    audit: Audit

    async def product(self, visit: Visit, sku: str) -> Product:
        """A product by the guild's own name; NotFound for one that this guild cannot ask for."""
        found = (await self.products.of(visit.guild)).get(sku)
        if found is None:
            raise NotFound("There is no such product here.")
        return found

    async def names(self, visit: Visit, skus: Sequence[str]) -> dict[str, str]:
        """What the guild calls each; its sku where it has no name any more."""
        mine = await self.products.of(visit.guild)
        return {sku: found.name if (found := mine.get(sku)) else sku for sku in skus}

    async def note(self, visit: Visit, what: str, about: str = "", detail: str = "") -> None:
        """Note a change in the guild's audit trail. It never fails: the change is made already."""
        try:
            await self.audit.note(visit.guild, visit.user, what, about, detail)
        except StoreError as exc:
            log.warning("change not noted", guild=visit.guild, what=what, about=about, reason=str(exc))
