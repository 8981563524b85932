"""Work out, again and again, how often each product is looked at: by its heat, within what each shop may be asked.

One process does it for all. It goes through the timetable page by page with a pause after each, so that it costs the
same however many products there are; then it fits them all together and writes down what has changed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.agenda import agenda_of
from alerts.domain.agenda import NOTE
from alerts.domain.canonical import host_of
from alerts.domain.heat import Facts, Plan, Want, fit, interval
from alerts.domain.model import Product, Snapshot, Tier
from alerts.domain.slots import next_slot
from alerts.domain.stats import Usual, timeline
from alerts.ports import Clock
from alerts.products import Products
from alerts.seat import Seat
from alerts.store.ports import Notes, Outbox, Snapshots, Timetable, Wishes
from alerts.store.promises.plans import Plans
from alerts.store.promises.popularity import Popularity

BETWEEN = timedelta(seconds=60)  # two rounds
_PAGE, _PAUSE = 100, 1.0  # products, and seconds after each page
_HABIT = timedelta(days=90)
_POINTS = 400
_MOST_ASKED = 5000
_SOONER = 1.5  # times quicker than it was planned, and its next look is brought forward
log = structlog.get_logger()


class PlannerStore(Timetable, Plans, Snapshots, Wishes, Popularity, Outbox, Notes, Protocol):
    """The parts of memory that planning needs."""


@dataclass(frozen=True, slots=True)
class Paces:
    """The least time between two requests: to any host, and to vendors that have one of their own."""

    host: timedelta | None = None
    vendors: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Past:
    """What a history says; it holds as long as the newest state of the product is of `mark`."""

    mark: datetime | None = None
    changed_at: datetime | None = None
    since: datetime | None = None
    usual: Usual | None = None


@dataclass(slots=True)
class _Round:
    """One way through the timetable."""

    seat: int
    tiers: Mapping[str, Tier]
    asks: Mapping[str, float]
    left: list[str]
    wants: list[Want] = field(default_factory=list)


class Planner:
    """Turns for a Runner."""

    def __init__(
        self,
        *,
        store: PlannerStore,
        products: Products,
        clock: Clock,
        name: str,
        every: Mapping[Tier, timedelta],
        paces: Paces,
        blind_after: int,
        adapts: bool = True,
    ) -> None:
        """`name` is this process's. Unless it `adapts` every product goes by its tier, and only the agenda is made."""
        self._store, self._products, self._clock = store, products, clock
        self._round: _Round | None = None
        self.configure(every=every, paces=paces, blind_after=blind_after, adapts=adapts)
        self._seat = Seat(store, "planner", name, clock=clock)
        self._past: dict[str, _Past] = {}

    def configure(self, *, every: Mapping[Tier, timedelta], paces: Paces, blind_after: int, adapts: bool) -> None:
        """From now on; a round that is under way begins anew, since half of it was planned by other numbers."""
        self._every, self._paces, self._blind_after, self._adapts = every, paces, blind_after, adapts
        self._round, self._next = None, float("-inf")

    async def turn(self) -> bool:
        """A page, when it is time and this process has the seat."""
        seat = await self._seat.hold()
        if not seat or (self._round and self._round.seat != seat):
            self._round = None
        if not seat or self._clock.monotonic() < self._next:
            return False
        if self._round is None:
            self._round = await self._begin(seat)
        mine = self._round
        await self._page(mine)
        if mine is not self._round:
            return False  # the settings have changed meanwhile
        self._next = self._clock.monotonic() + _PAUSE
        if not mine.left:
            await self._end(mine)
            self._round, self._next = None, self._clock.monotonic() + BETWEEN.total_seconds()
        return False

    async def leave(self) -> None:
        """Let the next process plan at once."""
        await self._seat.leave()

    async def _begin(self, seat: int) -> _Round:
        await self._products.refresh()
        tiers = {sku: tier for sku, tier in (await self._store.in_tiers()).items() if tier in self._every}
        self._past = {sku: past for sku, past in self._past.items() if sku in tiers}
        return _Round(seat, tiers, await self._asked() if self._adapts else {}, sorted(tiers))

    async def _asked(self) -> Mapping[str, float]:
        """How often within the last hour: this one's count, and the last one's as far as it reaches."""
        seconds = self._clock.now().timestamp()
        hour, share = int(seconds // 3600), 1 - seconds % 3600 / 3600
        here = await self._store.most_asked(hour, limit=_MOST_ASKED)
        before = await self._store.most_asked(hour - 1, limit=_MOST_ASKED)
        return {sku: here.get(sku, 0) + before.get(sku, 0) * share for sku in (*here, *before)}

    async def _page(self, found: _Round) -> None:
        page = found.left[:_PAGE]
        products = [product for sku in page if (product := self._products.get(sku))]
        facts = await self._facts(products, found.asks) if self._adapts else {}
        floors, now = await self._store.floors(page), self._clock.now()
        found.left = found.left[_PAGE:]  # from here on nothing fails: else the page is taken again
        for each in products:
            tier = found.tiers[each.sku]
            every = self._every[tier]
            if each.sku in facts:
                every = interval(facts[each.sku], tier=tier, every=self._every, now=now, floor=floors.get(each.sku))
            found.wants.append(Want(each.sku, every, self._requests(each)))

    def _requests(self, product: Product) -> Mapping[str, int]:
        hosts = Counter(f"host {host_of(listing.url)}" for listing in product.listings)
        vendors = Counter(f"shop {listing.vendor}" for listing in product.listings)
        return {**hosts, **vendors}

    def _rooms(self, plan_of: Sequence[Want]) -> dict[str, timedelta]:
        """The pace of each budget that has one."""
        rooms = {f"shop {name}": pace for name, pace in self._paces.vendors.items()}
        if self._paces.host:
            names = {name for want in plan_of for name in want.requests if name.startswith("host ")}
            rooms |= dict.fromkeys(names, self._paces.host)
        return rooms

    async def _facts(self, products: Sequence[Product], asks: Mapping[str, float]) -> Mapping[str, Facts]:
        now = self._clock.now()
        snapshots = await asyncio.gather(*(self._store.snapshot(each.sku) for each in products))
        watchers = await asyncio.gather(*(self._store.watchers(each.sku) for each in products))
        names = list(dict.fromkeys(listing.vendor for each in products for listing in each.listings))
        looks = await self._store.last_looks(names)
        blind = {name for name in names if looks[name].failed >= self._blind_after}
        found = {}
        for product, snapshot, guilds in zip(products, snapshots, watchers, strict=True):
            past = await self._past_of(product, snapshot, now)
            found[product.sku] = Facts(
                watchers=len(guilds),
                asks=asks.get(product.sku, 0),
                changed_ago=now - past.changed_at if past.changed_at else None,
                quiet_for=now - past.since if past.since else timedelta(0),
                usual=past.usual,
                is_blind=bool(product.listings) and {each.vendor for each in product.listings} <= blind,
            )
        return found

    async def _past_of(self, product: Product, snapshot: Snapshot, now: datetime) -> _Past:
        """Read again only once something has changed."""
        mark = max((each.since for each in snapshot.listings if each.since), default=None)
        past = self._past.get(product.sku)
        if past is None or past.mark != mark:
            past = self._past[product.sku] = await self._read_past(product, mark, now)
        return past

    async def _read_past(self, product: Product, mark: datetime | None, now: datetime) -> _Past:
        if mark is None:
            return _Past()
        histories = [
            await self._store.history(product.sku, each.id, since=now - _HABIT, limit=_POINTS)
            for each in product.listings
        ]
        # The first point of a listing is its baseline, and no change.
        changes = [point.at for points in histories for point in points[1:]]
        line = timeline(histories, now)
        return _Past(mark, max(changes, default=None), max([mark, *changes]), line.over(_HABIT).usual)

    async def _end(self, found: _Round) -> None:
        # Beside the event loop: of 100,000 products this takes a second.
        plan = await asyncio.to_thread(fit, found.wants, self._rooms(found.wants))
        every = plan.every if self._adapts else {want.sku: want.every for want in found.wants}
        agenda = await asyncio.to_thread(
            agenda_of, every, found.wants, plan.loads,
            tiers=self._every, products=self._products, at=self._clock.now(), adapts=self._adapts,
        )  # fmt: skip
        if not await self._seat.still(found.seat):
            return
        if self._adapts:
            await self._write(found, plan)
        else:
            await self._store.forget_plan()
        await self._store.set_note(NOTE, agenda.model_dump_json())

    async def _write(self, found: _Round, plan: Plan) -> None:
        before = await self._store.planned(list(plan.every))
        new = {sku: every for sku, every in plan.every.items() if before.get(sku) != _whole(every)}
        now = self._clock.now()
        sooner = {
            sku: next_slot(sku, every, now)
            for sku, every in new.items()
            if before.get(sku, self._every[found.tiers[sku]]) >= every * _SOONER
        }
        await self._store.put_plan(new)
        await self._store.bring_forward(sooner)
        if new:
            log.debug("planned", products=len(plan.every), changed=len(new), sooner=len(sooner))


def _whole(span: timedelta) -> timedelta:
    """As memory keeps it."""
    return span // timedelta(milliseconds=1) * timedelta(milliseconds=1)
