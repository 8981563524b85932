"""One product: every vendor's price and stock over time, what is offered now, and whether that is a good price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import web

from alerts.domain.episodes import Episode
from alerts.domain.model import Known, Product
from alerts.domain.silence import hears_of
from alerts.domain.stats import Stretch
from alerts.domain.tracks import Track, thinned
from alerts.domain.wishes import TargetKind
from alerts.history import Past
from bot.web.dashboard import words
from bot.web.dashboard.forms import show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit
from bot.web.problems import Code, Problem

# As they are written in an address, and on the page.
RANGES = {"1": "24 h", "7": "7 days", "30": "30 days", "90": "90 days", "all": "All"}
_USUAL = "30"
_ROWS = 100
_PERIODS = 10
_COLUMNS = 400  # of the chart, each with at most five points of a vendor


class ProductPage:
    """The page, its chart's data, and why it has been quiet."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        dashboard.page("/g/{guild}/p/{sku}", self.product)
        dashboard.page("/g/{guild}/p/{sku}/points.json", self.points)
        dashboard.page("/g/{guild}/p/{sku}/why", self.why)

    async def product(self, visit: Visit) -> web.Response:
        """The page."""
        product, days = await self._asked(visit), asked_days(visit)
        past, span = await self._parts.history.past(product), _span(days)
        return show(visit, "product.html", now=self._parts.clock.now(), **await self._facts(visit, past, days, span))

    async def points(self, visit: Visit) -> web.Response:
        """What the chart draws: each vendor's steps as [milliseconds, price, shelf, whether the price counts]."""
        product, days = await self._asked(visit), asked_days(visit)
        past, span = await self._parts.history.past(product), _span(days)
        start, end = past.start(span), past.line.now
        found: dict[str, Any] = {
            "start": _ms(start.timestamp()),
            "end": _ms(end.timestamp()),
            "currency": past.line.currency,
            "tracks": [_drawn(track, past, span) for track in past.tracks(span)],
        }
        return web.Response(body=orjson.dumps(found), content_type="application/json")

    async def why(self, visit: Visit) -> web.Response:
        """Why there was news of it, or none."""
        product = await self._asked(visit)
        found = await self._parts.why.of_product(visit.guild, product, limit=10)
        facts: dict[str, Any] = {"title": product.name, "found": found, "names": {product.sku: product.name}}
        return show(visit, "why.html", now=self._parts.clock.now(), **facts)

    async def _asked(self, visit: Visit) -> Product:
        return await self._parts.product(visit, visit.request.match_info["sku"])

    async def _facts(self, visit: Visit, past: Past, days: str, span: timedelta | None) -> dict[str, Any]:
        product = past.product
        snapshot = await self._parts.store.snapshot(product.sku)
        watches = await self._parts.store.watches(visit.guild)
        alerts = [each for each in await self._parts.subscriptions.list(visit.guild) if hears_of(each, product)]
        own = [each for each in alerts if each.target.type is not TargetKind.DM]
        episodes = await self._parts.store.episodes([(each.target, product.sku) for each in own]) if own else []
        return {
            "product": product,
            "offers": sorted(snapshot.listings, key=_cheapest),
            "snapshot": snapshot,
            "is_watched": any(each.sku == product.sku for each in watches),
            "ranges": RANGES,
            "days": days,
            "past": past,
            "statistics": past.line.over(span),
            "verdict": words.good_price(past.line, span),
            "changes": past.changes(span, limit=_ROWS),
            "most": _ROWS,
            "periods": in_stock(past.line.stretches)[:_PERIODS],
            "episodes": _newest(episodes, visit.guild),
            "tracks": past.tracks(span),
        }


def asked_days(visit: Visit) -> str:
    """The range that an address names: one of those that are linked."""
    days = visit.request.query.get("days", _USUAL)
    if days not in RANGES:
        raise Problem(Code.INVALID_FIELD, f"days: choose one of {', '.join(RANGES)}.", field="days")
    return days


def in_stock(stretches: Sequence[Stretch]) -> list[tuple[Stretch, Stretch]]:
    """The times in which it could be ordered, the newest first: each by its first and its last stretch."""
    found: list[tuple[Stretch, Stretch]] = []
    for before, each in zip([None, *stretches], stretches, strict=False):
        if not each.is_in_stock:
            continue
        if before and before.is_in_stock and found:
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    return found[::-1]


def _span(days: str) -> timedelta | None:
    return None if days == "all" else timedelta(days=int(days))


def _drawn(track: Track, past: Past, span: timedelta | None) -> dict[str, Any]:
    steps = thinned(track.steps, past.start(span), past.line.now, _COLUMNS)
    return {
        "vendor": words.text(track.vendor, 60),
        "steps": [
            [_ms(each.at.timestamp()), float(each.price.amount) if each.price else None, each.shelf.value,
             int(each.is_asked)]
            for each in steps
        ],
    }  # fmt: skip


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _cheapest(known: Known) -> tuple[bool, bool, float, str]:
    """What can be ordered first, then the rest, each by its price."""
    offer = known.offer
    price = offer.price if offer else None
    return not (offer and offer.is_orderable), price is None, float(price.amount) if price else 0.0, known.vendor


def _newest(episodes: Sequence[Episode | None], guild: int) -> list[Episode]:
    mine = [each for each in episodes if each and each.guild == guild]
    return sorted(mine, key=lambda each: each.opened_at, reverse=True)
