"""Every key in one place. The tag in braces decides the slot on a Cluster: one script touches one tag."""

from __future__ import annotations

from datetime import date

from alerts.domain.model import Tier

# One partition until the store is a Cluster; the number is written down in `meta` when the store is first made.
_P = "hs:{p0}"
_OUT = "hs:{out}"

META = f"{_P}:meta"
NOTES = f"{_P}:notes"
CHANGES = f"{_P}:changes"
QUEUE = f"{_OUT}:queue"
LATER = f"{_OUT}:later"
CHANGES_GROUP = "fanout"
QUEUE_GROUP = "deliver"


def snapshot(sku: str) -> str:
    return f"{_P}:snap:{sku}"


def history(sku: str, listing: str) -> str:
    return f"{_P}:hist:{sku}:{listing}"


def lock(sku: str) -> str:
    return f"{_P}:lock:{sku}"


def due(tier: Tier) -> str:
    return f"{_P}:due:{tier}"


def watchers(sku: str) -> str:
    return f"{_P}:watchers:{sku}"


def subscribers(sku: str) -> str:
    return f"{_P}:subscribers:{sku}"


def delivery(delivery_id: str) -> str:
    return f"{_OUT}:d:{delivery_id}"


def lead(role: str) -> str:
    return f"{_OUT}:lead:{role}"


def watches(guild: int) -> str:
    return f"hs:{{g{guild}}}:watches"


def subscriptions(guild: int) -> str:
    return f"hs:{{g{guild}}}:subscriptions"


def spent(day: date) -> str:
    return f"{_P}:spent:{day.isoformat()}"
