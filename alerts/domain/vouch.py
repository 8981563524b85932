"""What a shop said of the page that an offer was read from: by it any process can ask whether it is still that page.

An answer "not modified" stands for the offer that is kept, so a vouch is kept beside the very offer that was read from
its page and with it alone: not beside a difference that waits for another look, and not after a look that failed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.domain.model import Known, Offer

# At the latest then the page is asked for whole: a shop that says "not modified" whatever changes is found out.
WHOLE_AFTER = timedelta(hours=6)
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{1,200}"')
_LONGEST_ADDRESS = 2048


@dataclass(frozen=True, slots=True)
class Vouch:
    """`reading` is the mark of all that the offer was made from beside the page: listing, settings, our own code.

    `seen` is when the offer was last seen: it belongs to what is known of that time, and to nothing that was kept since
    by an older version of this program or put back by hand.
    """

    page: str  # the address, after all redirects
    etag: str
    reading: str
    at: datetime  # when the page was sent whole
    seen: datetime


def vouch_of(page: str, etag: str, *, reading: str, at: datetime) -> Vouch | None:
    """None where a page has no ETag, or one that is none; Last-Modified alone does not tell two changes of a second."""
    is_usable = _ETAG.fullmatch(etag) and page.isascii() and len(page) <= _LONGEST_ADDRESS
    return Vouch(page, etag, reading, at, seen=at) if is_usable else None


def offer_behind(known: Known | None, vouch: Vouch | None, now: datetime) -> Offer | None:
    """What was read from the page that is vouched for, if a look may lean on that now."""
    if known is None or vouch is None or known.failure or known.held or known.observed_at != vouch.seen:
        return None
    return known.offer if timedelta(0) <= now - vouch.at < WHOLE_AFTER else None


def kept_with(known: Known, offer: Offer | None, vouch: Vouch | None) -> Vouch | None:
    """The vouch to keep after a look: only if what is known now is the very offer that the look read."""
    if vouch is None or offer is None or known.offer is not offer or known.failure or known.held:
        return None
    return replace(vouch, seen=known.observed_at) if known.observed_at else None
