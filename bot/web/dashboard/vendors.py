"""How well each shop can be read: now, and over the last days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from alerts.analytics import VendorStats
from alerts.status import Sight, VendorStatus
from bot.web.dashboard.forms import show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

_DAYS = {"1": "Today", "7": "7 days", "30": "30 days"}
SIGHTS = {
    Sight.BLIND: "Cannot be read",
    Sight.SHAKY: "Failing",
    Sight.SLOW: "Slow",
    Sight.FINE: "Fine",
    Sight.UNSEEN: "Not read yet",
}


@dataclass(frozen=True, slots=True)
class VendorRow:
    """How it stands, and its looks of some days, if there were any."""

    status: VendorStatus
    stats: VendorStats | None


class VendorsPage:
    """The vendors of what this guild may ask for. How they are read is the same for all guilds."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its path."""
        dashboard.page("/g/{guild}/vendors", self.vendors, title="Vendors")

    async def vendors(self, visit: Visit) -> web.Response:
        """The page."""
        asked = visit.request.query.get("days", "7")
        days = asked if asked in _DAYS else "7"
        statuses = await self._parts.status.vendors(visit.guild)
        stats = await self._parts.analytics.stats(days=int(days), guild=visit.guild)
        by_name = {each.vendor: each for each in stats.vendors}
        rows = [VendorRow(each, by_name.get(each.name)) for each in statuses]
        facts: dict[str, Any] = {"rows": rows, "stats": stats, "ranges": _DAYS, "days": days, "sights": SIGHTS}
        return show(visit, "vendors.html", now=self._parts.clock.now(), **facts)
