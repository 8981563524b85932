"""What was told lately, what was held back or not told, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from alerts.domain.trail import TRAIL_LENGTH, Stage, Step
from bot.web.dashboard.forms import show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

_SHOWN = 100
_ALL = 2 * TRAIL_LENGTH
FILTERS: dict[str, tuple[str, frozenset[Step]]] = {
    "all": (
        "All",
        frozenset({Step.SENT, Step.EDITED, Step.HELD, Step.SUPPRESSED, Step.POSTPONED, Step.BURIED, Step.EXPIRED}),
    ),
    "sent": ("Sent", frozenset({Step.SENT, Step.EDITED})),
    "held": ("Held", frozenset({Step.HELD, Step.POSTPONED})),
    "suppressed": ("Not told", frozenset({Step.SUPPRESSED})),
    "lost": ("Given up", frozenset({Step.BURIED, Step.EXPIRED})),
}


class DeliveriesPage:
    """The last two weeks, as far as they are kept."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        dashboard.page("/g/{guild}/deliveries", self.deliveries, title="Deliveries")
        dashboard.page("/g/{guild}/deliveries/{alert}", self.why)

    async def deliveries(self, visit: Visit) -> web.Response:
        """The newest ends of changes here."""
        asked = visit.request.query.get("show", "all")
        chosen = asked if asked in FILTERS else "all"
        found = _ends(await self._parts.store.trail(visit.guild, limit=_ALL), FILTERS[chosen][1])
        shown = found[:_SHOWN]
        names = await self._parts.names(visit, list(dict.fromkeys(each.sku for each in shown)))
        facts: dict[str, Any] = {"stages": shown, "more": len(found) - len(shown), "names": names, "chosen": chosen}
        return show(visit, "deliveries.html", now=self._parts.clock.now(), filters=FILTERS, **facts)

    async def why(self, visit: Visit) -> web.Response:
        """The way of one message, change by change."""
        found = await self._parts.why.of_alert(visit.guild, visit.request.match_info["alert"])
        names = await self._parts.names(visit, list(dict.fromkeys(each.sku for each in found.journeys)))
        return show(visit, "why.html", now=self._parts.clock.now(), title="this alert", found=found, names=names)


def _ends(stages: Sequence[Stage], steps: frozenset[Step]) -> list[Stage]:
    """Each message or decision once, by the newest of its stages that is asked for, the newest first."""
    kept: dict[tuple[object, ...], Stage] = {}
    for stage in sorted(stages, key=lambda each: each.at, reverse=True):
        if stage.step in steps:
            kept.setdefault((stage.delivery or stage.change, stage.step, stage.delivery or stage.subscription), stage)
    return list(kept.values())
