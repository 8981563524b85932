"""Read a page that somebody saved: no network, and the outcome is always a Reading."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from alerts.domain.errors import ReadError
from alerts.domain.model import Failure, FailureReason, Listing, Offer, Reading
from alerts.ports import Page
from alerts.reading.verdict import read_page


def read_saved(html: bytes, url: str, currency: str | None = None, variant: str | None = None) -> Reading:
    """What the page says, as if it had just been fetched from `url`. Never raises for anything in the page."""
    began = time.perf_counter()
    listing = Listing(
        id="saved", sku="saved", product_name="", vendor="saved", url=url, currency=currency, variant=variant
    )
    outcome = _outcome(Page(url=url, status=200, headers={}, body=html), listing)
    elapsed = round((time.perf_counter() - began) * 1000)
    return Reading(url=url, at=datetime.now(UTC), outcome=outcome, elapsed_ms=elapsed)


def _outcome(page: Page, listing: Listing) -> Offer | Failure:
    try:
        return read_page(page, listing)
    except ReadError as exc:
        return Failure(reason=exc.reason, detail=exc.detail)
    except Exception as exc:  # noqa: BLE001  # the bulkhead of a batch: one page must not end the others
        return Failure(reason=FailureReason.UNREADABLE, detail=f"our reader failed on this page ({type(exc).__name__})")
