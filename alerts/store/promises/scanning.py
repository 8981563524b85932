"""What scanning remembers: what is known of each product, the news, the timetable, what was spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from alerts.domain.catalogue import UrlProduct
from alerts.domain.model import Point, Snapshot, Tier
from alerts.store.facts import (
    Commit,
    Due,
    LastLooks,
    Lock,
    News,
    Row,
    ScanHold,
    Upcoming,
)
from alerts.store.promises.hurries import Hurries


class Snapshots(Protocol):
    """What is known of each product."""

    async def snapshot(self, sku: str) -> Snapshot:
        """The newest known state; revision 0 and no listings when nothing was ever read."""

    async def lock(self, sku: str, *, ttl: timedelta) -> Lock | None:
        """Take the product's scan lock, or None while somebody else holds it."""

    async def hold_scan(self, sku: str, vendors: Sequence[str], *, ttl: timedelta) -> ScanHold:
        """`lock` and `snapshot` at one moment and in one question, and how the vendors stand."""

    async def renew(self, lock: Lock, *, ttl: timedelta) -> bool:
        """Hold it longer; False when it is no longer ours."""

    async def unlock(self, lock: Lock) -> None:
        """Give it back, if it is still ours."""

    async def commit(self, commit: Commit) -> bool:
        """Keep snapshot, history and changes together; False when a newer holder or revision was there first.

        Safe to repeat: the same commit twice is kept once, and answers True both times.
        """

    async def looked(self, vendor: str, at: datetime, *, failed: bool, reason: str = "") -> Row:
        """Count a vendor's failed looks in a row, over all its listings and all processes.

        A good look ends the row, unless it was told that the vendor is blind: then it stays until a commit tells that
        it is over.
        """

    async def last_looks(self, vendors: Sequence[str]) -> Mapping[str, LastLooks]:
        """How looking at each of these went, in one question; one that was never looked at has no time."""

    async def turned(self, vendor: str, listing: str, at: datetime, *, since: datetime) -> int:
        """Note that a listing's stock turned, and count the vendor's listings that did since then."""

    async def scans(self, skus: Sequence[str], day: date) -> int:
        """How often these were looked at on a day, UTC; of a product's days only the newest is remembered."""

    async def history(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[Point]:
        """The newest points of change, oldest first."""

    async def history_texts(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[str]:
        """The same, each as the JSON of a Point that leaves out what is usual: for who passes thousands of them on."""


class NewsStream(Protocol):
    """Committed changes on their way to subscribers."""

    async def take_news(self, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
        """New changes and those whose taker died; waits at most `wait` for the first."""

    async def hold_news(self, consumer: str, tickets: Sequence[str]) -> None:
        """We are still at these: whoever looks for what a dead taker left leaves them to us for a while longer."""

    async def news_done(self, tickets: Sequence[str]) -> None:
        """Never hand these out again."""


class Timetable(Hurries, Protocol):
    """When each watched product is due."""

    async def schedule(self, sku: str, tier: Tier, at: datetime) -> None:
        """Put a product on the timetable; one that is there in the same tier keeps its time."""

    async def unschedule(self, sku: str) -> None:
        """Take it off."""

    async def scheduled(self) -> frozenset[str]:
        """Everything on the timetable."""

    async def due(self, tier: Tier, now: datetime, *, limit: int) -> Sequence[Due]:
        """Products whose time has come, oldest first."""

    async def upcoming(self, now: datetime) -> Mapping[Tier, Upcoming]:
        """Every tier in brief, however many products there are."""

    async def move(self, due: Due, tier: Tier, to: datetime) -> bool:
        """Set the next time, unless somebody else did since; then False."""


class Catalogue(Protocol):
    """Products that were added by their address. Each is everybody's who adds the same one, and never changes.

    One that nobody watches any more may be dropped: see Erasing.drop_product.
    """

    async def add_product(self, product: UrlProduct) -> UrlProduct:
        """Keep it, unless its address is there already; answers what is kept."""

    async def added_products(self, since: int) -> tuple[int, Sequence[UrlProduct]]:
        """How many have come, and those from number `since` on, in the order they came.

        Fewer than `since` when one was dropped meanwhile: ask for all of them anew.
        """


class Spending(Protocol):
    """How many dollars were spent on a day. Shared by all who spend from one purse."""

    async def add(self, day: date, dollars: Decimal) -> Decimal:
        """Add to the day's sum and answer the new sum; a negative amount gives back."""
