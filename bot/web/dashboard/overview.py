"""What is in stock now, and what just changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from alerts.domain.model import Known, Product, Snapshot
from alerts.domain.trail import Stage, Step
from alerts.domain.wishes import Watch
from bot.web.dashboard.forms import show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

_LATELY = 12
_READ = 400  # stages, of which a change has some five for each alert
ON_A_PAGE = 50
_ENDS = (Step.BURIED, Step.EXPIRED, Step.SENT, Step.EDITED, Step.POSTPONED, Step.QUEUED, Step.HELD, Step.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class Row:
    """A watched product. `shown` is its best offer, or what there is of it; `count` of `of` shops have it."""

    watch: Watch
    name: str
    product: Product | None
    snapshot: Snapshot
    shown: Known | None
    count: int

    @property
    def is_in(self) -> bool:
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Lately:
    """A change, and what became of it here."""

    stage: Stage
    name: str
    outcome: Step | None


class OverviewPage:
    """The start of a guild, and its content alone for a page that is open."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        dashboard.page("/g/{guild}/", self.overview, title="Overview")
        dashboard.page("/g/{guild}/now", self.now)

    async def overview(self, visit: Visit) -> web.Response:
        """The page."""
        return show(visit, "overview.html", now=self._parts.clock.now(), **await self._facts(visit))

    async def now(self, visit: Visit) -> web.Response:
        """What of the page may change while it is open."""
        return show(visit, "_now.html", now=self._parts.clock.now(), **await self._facts(visit))

    async def _facts(self, visit: Visit) -> dict[str, Any]:
        rows = await watched_rows(self._parts, visit)
        lately = _lately(await self._parts.store.trail(visit.guild, limit=_READ))
        names = await self._parts.names(visit, [stage.sku for stage, _ in lately])
        changes = [Lately(stage, names[stage.sku], outcome) for stage, outcome in lately]
        page, pages = page_of(visit, len(rows))
        part = rows[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
        count = sum(row.is_in for row in rows)
        return {"rows": part, "total": len(rows), "in_stock": count, "lately": changes, "page": page, "pages": pages}


async def watched_rows(parts: Parts, visit: Visit) -> list[Row]:
    """Everything that the guild watches: what can be ordered first, then by name as people sort them."""
    watched = await parts.watches.list(visit.guild)
    snapshots = await parts.store.snapshots([watch.sku for watch, _ in watched])
    rows = [_row(watch, product, snapshots[watch.sku]) for watch, product in watched]
    return sorted(rows, key=lambda row: (not row.is_in, _by_name(row.name)))


def page_of(visit: Visit, count: int) -> tuple[int, int]:
    """Which page was asked for, from 0, and how many there are."""
    pages = max(1, -(-count // ON_A_PAGE))
    asked = visit.request.query.get("page", "")
    page = int(asked) - 1 if re.fullmatch(r"[0-9]{1,5}", asked) else 0
    return min(max(0, page), pages - 1), pages


def _row(watch: Watch, product: Product | None, snapshot: Snapshot) -> Row:
    count = sum(1 for each in snapshot.listings if each.offer and each.offer.is_orderable)
    read = [each for each in snapshot.listings if each.offer]
    shown = snapshot.best or next((each for each in read if each.offer and each.offer.is_orderable), None)
    shown = shown or max(read, key=lambda each: each.observed_at or watch.added_at, default=None)
    name = product.name if product else watch.name or watch.sku
    return Row(watch, name, product, snapshot, shown, count)


def _by_name(name: str) -> list[tuple[bool, int, str]]:
    """ "Card 9" before "Card 10"."""
    parts = re.split(r"([0-9]{1,9})", name.casefold())
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _lately(stages: Sequence[Stage]) -> list[tuple[Stage, Step | None]]:
    """The newest changes, each by the stage that found it, with how far it got here."""
    by_change: dict[str, list[Stage]] = {}
    for stage in stages:
        by_change.setdefault(stage.change, []).append(stage)
    found = []
    for several in by_change.values():
        steps = {stage.step for stage in several}
        first = next((each for each in several if each.step is Step.COMPARED), several[-1])
        found.append((first, next((step for step in _ENDS if step in steps), None)))
    return sorted(found, key=lambda each: each[0].at, reverse=True)[:_LATELY]
