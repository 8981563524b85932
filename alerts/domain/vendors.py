"""How reading a shop goes: one note when it has become blind, one when it can be read again."""

from __future__ import annotations

from datetime import datetime

from alerts.domain.model import Change, ChangeKind, Failure, Listing, Offer


def note(
    listing: Listing,
    failure: Failure | None,
    *,
    before: int,
    after: int,
    since: datetime,
    at: datetime,
    blind_after: int,
) -> Change | None:
    """The note that this look brings about, or None: `before` and `after` count the shop's failed looks in a row."""
    if failure and after == blind_after:
        return _note(ChangeKind.VENDOR_BLIND, listing, since, at, f"{after} looks in a row failed: {failure.detail}")
    if failure is None and before >= blind_after:
        return _note(ChangeKind.VENDOR_BACK, listing, since, at, f"after {before} failed looks")
    return None


def _note(kind: ChangeKind, listing: Listing, since: datetime, at: datetime, detail: str) -> Change:
    facts = {"sku": listing.sku, "listing": listing.id, "vendor": listing.vendor, "url": listing.url}
    return Change(**facts, kind=kind, old=Offer(), new=Offer(), since=since, at=at, detail=detail[:300])
