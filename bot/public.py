"""Answers as other programs read them (DESIGN §7.3): the command line's --json and the HTTP API say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import orjson

from alerts.domain.model import Availability, Known, Point, Product
from alerts.domain.stats import WINDOWS, Statistics, Timeline
from alerts.domain.wishes import Watch
from alerts.public import change_as_public, price_as_public
from alerts.scan import Answer, Source

_IN_STOCK = frozenset(each.value for each in Availability if each.is_in_stock)
_USUAL_KIND = Point.model_fields["price_kind"].default.value
_USUAL_CONDITION = Point.model_fields["condition"].default.value


def scan_as_public(answer: Answer, now: datetime) -> dict[str, Any]:
    """A scan: every offer with its age, the best one, what changed, and who could not be read."""
    return {**scan_heading(answer, now), **scan_findings(answer)}


def scan_heading(answer: Answer, now: datetime) -> dict[str, Any]:
    """Of which product, from where, and its age: what is different at each question."""
    scanned, as_of = answer.snapshot.scanned_at, answer.as_of
    return {
        "sku": answer.product.sku,
        "name": answer.product.name,
        "scanned_at": scanned.isoformat() if scanned else None,
        "source": answer.source.value,
        "age_seconds": max(0, round((now - as_of).total_seconds())) if as_of else None,
    }


def scan_findings(answer: Answer) -> dict[str, Any]:
    """What was found. It is the same for one snapshot, as long as that is as good, and without changes."""
    snapshot = answer.snapshot
    return {
        "offers": [_offer(known, is_stale=answer.source is Source.STALE) for known in snapshot.listings],
        "best": _offer(snapshot.best, is_stale=answer.source is Source.STALE) if snapshot.best else None,
        "changes": [change_as_public(change) for change in answer.changes],
        "errors": [_error(known) for known in snapshot.listings if known.failure],
    }


def point_as_public(point: Point) -> dict[str, Any]:
    """One point of a history."""
    price = price_as_public(point.price)
    return {
        "at": point.at.isoformat(),
        "vendor": point.vendor,
        **price,
        "price_kind": point.price_kind.value if point.price else None,
        "condition": point.condition.value,
        "availability": point.offer.online_availability.value,
    }


def stored_point_as_public(text: str) -> tuple[datetime, dict[str, Any]]:
    """When it was, and what `point_as_public` says of the point whose JSON this is: a tenth of its cost."""
    facts = orjson.loads(text)
    at, price, availability = datetime.fromisoformat(facts["at"]), facts.get("price"), facts["availability"]
    is_in_shops_only = facts.get("online") is False and availability in _IN_STOCK
    return at, {
        "at": at.isoformat(),
        "vendor": facts["vendor"],
        "price": price["amount"] if price else None,
        "currency": price["currency"] if price else None,
        "price_kind": facts.get("price_kind", _USUAL_KIND) if price else None,
        "condition": facts.get("condition", _USUAL_CONDITION),
        "availability": Availability.UNKNOWN.value if is_in_shops_only else availability,
    }


def product_as_public(product: Product) -> dict[str, Any]:
    """What can be asked for, and where it is sold."""
    return {
        "sku": product.sku,
        "name": product.name,
        "aliases": list(product.aliases),
        "category": product.category,
        "tier": product.tier.value,
        "listings": [{"vendor": each.vendor, "url": each.url} for each in product.listings],
    }


def points_as_public(product: Product, points: Sequence[Point]) -> dict[str, Any]:
    """The points of a history, as they come."""
    return {"sku": product.sku, "name": product.name, "points": [point_as_public(point) for point in points]}


def history_as_public(product: Product, points: Sequence[Point], line: Timeline, days: int | None) -> dict[str, Any]:
    """A history; its statistics once anything is known."""
    said = points_as_public(product, points)
    return {**said, "statistics": statistics_as_public(line, days)} if line.stretches else said


def statistics_as_public(line: Timeline, days: int | None = None) -> dict[str, Any]:
    """What a history comes to, over the five windows and the asked number of days."""
    spans = {**WINDOWS, f"{days}d": timedelta(days=days)} if days else WINDOWS
    return {
        "since": line.since.isoformat() if line.since else None,
        "until": line.now.isoformat(),
        "currency": line.currency,
        "price_kind": line.sort.kind.value if line.sort else None,
        "condition": line.sort.condition.value if line.sort else None,
        "ignored_currencies": list(line.ignored),
        "current": str(line.price.amount) if line.price else None,
        "windows": {name: _window(line.over(span)) for name, span in spans.items()},
    }


def _window(found: Statistics) -> dict[str, Any]:
    prices, usual, grade = found.prices, found.usual, found.current
    return {
        "known_seconds": round(found.known.total_seconds()),
        "in_stock_seconds": round(found.in_stock.total_seconds()),
        "in_stock_share": round(found.share, 4) if found.share is not None else None,
        "restocks": found.restocks,
        "usual_restock": asdict(usual) if usual else None,
        "lowest": str(prices.lowest.amount) if prices else None,
        "median": str(prices.median.amount) if prices else None,
        "highest": str(prices.highest.amount) if prices else None,
        "good_price": {"percentile": grade.percentile, "word": grade.worth.value} if grade else None,
    }


def _offer(known: Known, *, is_stale: bool) -> dict[str, Any]:
    offer = known.offer
    return {
        "vendor": known.vendor,
        "url": known.url,
        **price_as_public(offer.price if offer else None),
        "availability": offer.online_availability.value if offer else "unknown",
        "stock_count": offer.stock_count if offer else None,
        "condition": offer.condition.value if offer else None,
        "observed_at": known.observed_at.isoformat() if known.observed_at else None,
        "stale": is_stale or known.failure is not None,
        "reason": known.failure.reason.value if known.failure else None,
    }


def _error(known: Known) -> dict[str, Any]:
    assert known.failure
    return {
        "vendor": known.vendor,
        "url": known.url,
        "reason": known.failure.reason.value,
        "detail": known.failure.detail,
    }


def watch_as_public(watch: Watch, product: Product | None) -> dict[str, Any]:
    """A watch: what it is of, by what name, how often. Of a product that is no longer offered little is known."""
    return {
        "sku": watch.sku,
        "name": product.name if product else watch.name,
        "tier": watch.tier_of(product).value if product else None,
        "paused": watch.paused,
        "urls": [listing.url for listing in product.listings] if product else [],
        "added_at": watch.added_at.isoformat(),
    }
