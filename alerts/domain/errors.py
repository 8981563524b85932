"""Everything that can go wrong, drawn as a tree; each kind tells what to do next.

SentryError
├── BadInput            a person typed or configured something wrong   mend it (exit 2)
│   ├── UnknownProduct  nothing is called that                         pick a suggestion
│   ├── UnknownVendor   the product has no shop of that name           pick one that there is
│   ├── NotFound        no such thing here, or not yours               list what there is
│   ├── TooOften        asked too often                                ask again at its time
│   │   └── TooSoon     … the shops
│   └── DiscordRefused  the token or an intent was refused             mend the application's settings
├── ReadError           a listing could not be read: it says nothing about stock
├── StoreError          our memory is away or refused                  stop, never guess (exit 4)
│   ├── StoreUnavailable  no server answers
│   └── StoreTooNew       a newer version wrote it                     upgrade this program
└── DeliveryError       a message did not arrive                       its `remedy` says what to do next
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.domain.model import FailureReason


class SentryError(Exception):
    """Any trouble of ours; its text is one sentence that names the place and the cure."""


class BadInput(SentryError):
    """A person typed or configured something that cannot work."""


class UnknownProduct(BadInput):
    """No product goes by that name; `near` holds the names that come closest."""

    def __init__(self, query: str, near: Sequence[str] = ()) -> None:
        self.query, self.near = query, tuple(near)
        hint = f"; did you mean {', '.join(self.near)}?" if self.near else "; see the products in config.yaml."
        super().__init__(f"No product is called {query!r}{hint}")


class UnknownVendor(BadInput):
    """The product has no shop of that name; `there_are` holds the names of those it has."""

    def __init__(self, query: str, product: str, there_are: Iterable[str] = ()) -> None:
        self.query, self.product, self.there_are = query, product, tuple(there_are)
        known = f"there are: {', '.join(self.there_are)}" if self.there_are else "it has none yet"
        super().__init__(f"{product} has no shop called {query!r}; {known}.")


class NotFound(BadInput):
    """There is no such thing for this guild. Somebody else's looks exactly the same."""


class TooOften(BadInput):
    """Somebody, or a whole guild, asked too often; `again` is when they may again."""

    _what = "commands"

    def __init__(self, again: datetime, *, is_guilds: bool = False) -> None:
        self.again, self.is_guilds = again, is_guilds
        super().__init__(f"Too many {self._what} in a minute; again from {again:%H:%M:%S} UTC.")


class TooSoon(TooOften):
    """The same of having the shops asked anew."""

    _what = "fresh scans"


class DiscordRefused(BadInput):
    """Discord does not let this bot in."""


class ReadError(SentryError):
    """A listing could not be read. `reason` is a verdict word; the text is for people."""

    def __init__(self, reason: FailureReason, detail: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.retry_after = reason, detail, retry_after

    @property
    def is_worth_retrying(self) -> bool:
        """Whether the same question may be answered in a few seconds."""
        return self.reason in (FailureReason.UNREACHABLE, FailureReason.TIMEOUT)


class StoreError(SentryError):
    """Our memory did not do what was asked; nothing was guessed in its place."""


class StoreUnavailable(StoreError):
    """No server answers, or not in time."""


class StoreTooNew(StoreError):
    """Stored data carry a version this program does not know."""


class Remedy(StrEnum):
    """What to do about a message that did not arrive."""

    RETRY = "retry"  # the same message again, later
    PAUSE = "pause"  # its target takes nothing until somebody changes something there
    DISABLE = "disable"  # its target is gone for good
    BURY = "bury"  # this one message can never be posted; others to the same target can
    REST = "rest"  # nobody gets anything for a while
    STOP = "stop"  # we are not let in any more


class DeliveryError(SentryError):
    """A message did not arrive. `code` is the other side's own number for the reason, 0 when it gave none."""

    def __init__(
        self, detail: str, *, remedy: Remedy = Remedy.RETRY, retry_after: timedelta | None = None, code: int = 0
    ) -> None:
        super().__init__(detail)
        self.remedy, self.retry_after, self.code = remedy, retry_after, code
