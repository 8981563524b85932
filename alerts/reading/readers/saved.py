"""Read a page that somebody saved: no network, and the outcome is always a Reading."""

from __future__ import annotations

import structlog
from pydantic import ValidationError

from alerts.clock import SystemClock
from alerts.domain.errors import ReadError
from alerts.domain.model import Failure, FailureReason, Listing, Offer, Reading
from alerts.domain.said import say
from alerts.ports import Clock, Page
from alerts.reading.data.overrides import Override
from alerts.reading.weigh.verdict import read_page

_log = structlog.get_logger(__name__)


def read_saved(
    html: bytes,
    url: str,
    currency: str | None = None,
    variant: str | None = None,
    *,
    override: Override | None = None,
    clock: Clock | None = None,
) -> Reading:
    """What the page says, as if it had just been fetched from `url`. Never raises for anything in the page."""
    clock = clock or SystemClock()
    began = clock.monotonic()
    outcome = _outcome(html, url, currency, variant, override)
    elapsed = round((clock.monotonic() - began) * 1000)
    return Reading(url=url, at=clock.now(), outcome=outcome, elapsed_ms=elapsed)


def _outcome(
    html: bytes, url: str, currency: str | None, variant: str | None, override: Override | None
) -> Offer | Failure:
    try:
        listing = Listing(
            id="saved", sku="saved", product_name="", vendor="saved", url=url, currency=currency, variant=variant
        )
        return read_page(Page(url=url, status=200, headers={}, body=html), listing, override)
    except ReadError as exc:
        return Failure(reason=exc.reason, detail=exc.detail)
    except ValidationError:
        return Failure(
            reason=FailureReason.UNREADABLE,
            detail=say("{currency} is no currency code; write one such as GBP", currency=repr(currency)),
        )
    except Exception as exc:  # noqa: BLE001  # the bulkhead of a batch: one page must not end the others
        _log.exception("reader failed", url=url)
        return Failure(
            reason=FailureReason.UNREADABLE,
            detail=say("our reader failed on this page ({error})", error=type(exc).__name__),
        )
