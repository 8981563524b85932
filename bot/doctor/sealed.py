"""Whether the secret key that we have opens what lies in the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alerts.resealing import Resealed
from bot.doctor.findings import Finding, fail, fine, warn

_SHOWN = 5
_ROTATE = "hardware-sentry secrets rotate"


def secrets_at_rest(found: Resealed) -> list[Finding]:
    """Addresses and secrets of webhooks and services, and API keys."""
    return list(_troubles(found)) or [fine(_all_well(found))]


def _troubles(found: Resealed) -> Iterator[Finding]:
    if found.lost:
        yield fail(
            f"no key of ours opens {len(found.lost)} secrets: {some(list(map(str, found.lost)))}",
            "put the key that sealed them back into HS_SECRET_KEY, behind the newest, or have them added again",
        )
    if found.dead:
        yield fail(
            f"{len(found.dead)} API keys open nothing, since their secret key is gone: {names(found)}",
            "put that key back into HS_SECRET_KEY, behind the newest, or make them again: hardware-sentry keys",
        )
    if found.older:
        yield warn(f"{found.older} secrets are sealed with an older key", _ROTATE)


def _all_well(found: Resealed) -> str:
    wait = f"; {len(found.waiting)} API keys wait for their next use to be under it, too" if found.waiting else ""
    return f"{found.current} secrets and {found.api_keys} API keys, all under the newest key{wait}"


def names(found: Resealed) -> str:
    """The API keys that open nothing, by what keys list shows."""
    return some([f"{each.id} of server {each.guild}" for each in found.dead])


def some(what: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(what) - _SHOWN
    return ", ".join(what[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
