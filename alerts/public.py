"""What other programs read of our facts: the same in webhooks, in the HTTP API and in the command line's --json."""

from __future__ import annotations

from typing import Any

from alerts.domain.model import Change
from alerts.domain.money import Money


def change_as_public(change: Change) -> dict[str, Any]:
    """A change: what happened at which shop, when, and the offer before and after it."""
    return {
        "kind": change.kind.value,
        "vendor": change.vendor,
        "url": change.url,
        "at": change.at.isoformat(),
        "old": {**price_as_public(change.old.price), "availability": change.old.online_availability.value},
        "new": {**price_as_public(change.new.price), "availability": change.new.online_availability.value},
    }


def price_as_public(price: Money | None) -> dict[str, str | None]:
    """A price, its amount as text so that nothing is rounded."""
    return {"price": str(price.amount) if price else None, "currency": price.currency if price else None}
