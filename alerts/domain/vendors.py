"""How reading a shop goes: one note when it has become blind, one when it can be read again."""

from __future__ import annotations

from datetime import datetime

from alerts.domain.model import Change, ChangeKind, Failure, Listing, Offer
from alerts.domain.said import say, tidied


def note(
    listing: Listing,
    failure: Failure | None,
    *,
    failed: int,
    is_told: bool,
    since: datetime,
    at: datetime,
    blind_after: int,
) -> Change | None:
    """The note that this look brings about, or None. `failed` counts the shop's failed looks in a row.

    It is due until it is told: whoever made it may have died before it was kept.
    """
    if failure and failed >= blind_after and not is_told:
        blind = say("{count} looks in a row failed: {detail}", count=failed, detail=failure.detail)
        return _note(ChangeKind.VENDOR_BLIND, listing, since, at, blind)
    if failure is None and is_told:
        return _note(ChangeKind.VENDOR_BACK, listing, since, at, say("after {count} failed looks", count=failed))
    return None


def _note(kind: ChangeKind, listing: Listing, since: datetime, at: datetime, detail: str) -> Change:
    facts = {"sku": listing.sku, "listing": listing.id, "vendor": listing.vendor, "url": listing.url}
    return Change(**facts, kind=kind, old=Offer(), new=Offer(), since=since, at=at, detail=tidied(detail, 300))
