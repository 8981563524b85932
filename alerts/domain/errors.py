"""Everything that can go wrong, drawn as a tree; each kind tells what to do next.

SentryError
├── BadInput            a person typed or configured something wrong   mend it (exit 2)
│   ├── UnknownProduct  nothing is called that                         pick a suggestion
│   ├── NotFound        no such thing here, or not yours               list what there is
│   └── DiscordRefused  the token or an intent was refused             mend the application's settings
├── ReadError           a listing could not be read: it says nothing about stock
├── StoreError          our memory is away or refused                  stop, never guess (exit 4)
│   ├── StoreUnavailable  no server answers
│   └── StoreTooNew       a newer version wrote it                     upgrade this program
└── DeliveryError       a message did not arrive                       permanent: bury, else postpone
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

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


class NotFound(BadInput):
    """There is no such thing for this guild. Somebody else's looks exactly the same."""


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


class DeliveryError(SentryError):
    """A message did not arrive. `permanent` says whether trying again can help."""

    def __init__(self, detail: str, *, permanent: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.permanent, self.retry_after = permanent, retry_after
