"""What the look in hand may lean on, and what the next one may: a page that is still the one an offer was read from."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from alerts.domain.model import Offer
from alerts.domain.vouch import Vouch


@dataclass(slots=True)
class Lean:
    """Of one look. A reader that knows nothing of it leaves it as it is, and then nothing is leant on."""

    vouch: Vouch | None = None
    offer: Offer | None = None  # what was read from the page that is vouched for; None: nothing may be leant on
    found: Vouch | None = None  # for the offer that this look brought


# A context variable, because between the scan and the reader stand manners that know neither.
LEAN: ContextVar[Lean | None] = ContextVar("lean", default=None)
