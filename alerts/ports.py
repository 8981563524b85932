"""What the use cases need from the world, one verb and one promise each. Memory has its own: store/ports.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from alerts.domain.model import Listing, Offer, Reading
from alerts.domain.vouch import Vouch
from alerts.domain.webhooks import Answer


class Clock(Protocol):
    """Time. Tests advance it; nothing else in `alerts/` asks the system."""

    def now(self) -> datetime:
        """The wall time, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds that only go forward, for measuring and waiting."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one GET brought: the final address after redirects, and the decoded body within the size limit."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime | None = field(default=None, compare=False)  # when it was sent, whole
    # What was found out about these bytes, not to be found out again; a page that came back unchanged has it, too.
    notes: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that fit no encoding become replacement characters."""
        return self.body.decode("utf-8", "replace")


class Fetcher(Protocol):
    """The one door to the internet."""

    async def get(self, url: str, *, accept: str = "text/html", unless: Vouch | None = None) -> Page:
        """Fetch a page, or raise ReadError with the reason. Answers of 400 and above are errors.

        `unless`: a page that is still the one vouched for is not sent; the answer has the status 304 and no body.
        """


class Poster(Protocol):
    """The same door, outwards."""

    def check(self, url: str) -> str:
        """The host and port that an address leads to; BadInput, which does not repeat it, for one that is not sent to.

        Says nothing about where the name leads; `post` sees that.
        """

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, read: bool = False) -> Answer:
        """Send it, within seconds and without following anybody; never raises for what an address or a network does.

        `read`: the start of what it answers is wanted.
        """


class Reader(Protocol):
    """One way to look at a listing."""

    async def read(self, listing: Listing) -> Offer:
        """Say what the shop offers, or raise ReadError. Never guesses."""


@dataclass(frozen=True, slots=True)
class BreakerFacts:
    """How a vendor's breaker stands, in this process, and what it has counted since the start.

    `failures`: bad answers in a row, as long as it is closed. `rests_for`: seconds until it is tried again.
    """

    vendor: str
    state: str  # closed, open or half_open
    failures: int
    looks: int
    failed: int
    rested: int
    trips: int
    rests_for: float


class Look(Protocol):
    """A reader with its manners on: the outcome is always a Reading."""

    async def __call__(self, listing: Listing, *, fresh: bool = False) -> Reading:
        """Never raises for anything a shop, a network or a page can do.

        `fresh`: over a connection of its own and past every cache, so that it repeats nothing an earlier look was told.
        """


Job = Callable[..., Awaitable[None]]
