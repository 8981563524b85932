"""From a committed change to the deliveries of everybody who wants to know, now or later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from alerts.decisions import Decisions, Page, Question, as_watched, called_by
from alerts.domain.deliveries import delivery_id, together
from alerts.domain.first_sight import so_already
from alerts.domain.floor import DEFAULT_FLOOR, MOVES, Floor, floor_of, measured
from alerts.domain.market import Market, with_new_low
from alerts.domain.memory import NOTHING
from alerts.domain.model import Change, Point
from alerts.domain.rules import Verb
from alerts.domain.said import say
from alerts.domain.trail import Step, found, went
from alerts.domain.wishes import Subscription
from alerts.first_sight import Sight, Sights
from alerts.market import Markets
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.products import Products
from alerts.releases import SEAT, Releases
from alerts.store.ports import FirstSights, GuildChoices, Holds, News, NewsStream, Outbox, Snapshots, Trails, Wishes

_BATCH = 50
_PAGE = 200  # subscribers decided for together
_AT_ONCE = 25  # of them, a few milliseconds
_POINTS = 10_000


class FanoutStore(NewsStream, Outbox, Wishes, FirstSights, GuildChoices, Holds, Snapshots, Trails, Protocol):
    """The parts of memory that fan-out needs."""


class Fanout:
    """Take news, decide for every subscriber, queue deliveries. Doing it twice queues nothing twice.

    The changes of one product are told in their order; those of others have their turn in between, so that a change
    with thousands of subscribers holds up no lone one.
    """

    def __init__(
        self,
        *,
        store: FanoutStore,
        products: Products,
        clock: Clock,
        name: str,
        seat: timedelta = SEAT,
        observer: Observer = SILENT,
    ) -> None:
        """`name` tells this process from the others."""
        self._store, self._products, self._clock, self._name, self._seat = store, products, clock, name, seat
        self._markets = Markets(store=store, products=products)
        self._sights = Sights(store=store, products=products, clock=clock)
        self._decisions = Decisions(store=store, products=products, clock=clock, observer=observer)
        self._observer = observer
        self._releases = Releases(store=store, decisions=self._decisions, markets=self._markets, clock=clock, name=name)
        self._lines: dict[str, list[News]] = {}  # by product, what is to be spread or is being
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Take in what there is and release what has waited long enough; False when there was nothing.

        Without `wait` everything is spread when it returns. Else a big change goes on beside the next turns.
        """
        self._ended()
        await self._products.refresh()
        seen = await self._see_first()
        released = await self._releases(seat=self._seat)
        news = await self._store.take_news(self._name, limit=_BATCH, wait=timedelta(0) if self._at_work else wait)
        for item in news:
            self._line_up(item)
        if self._at_work:
            when = asyncio.FIRST_COMPLETED if wait else asyncio.ALL_COMPLETED
            limit = wait.total_seconds() if wait and not news else (0.0 if wait else None)
            await asyncio.wait(self._at_work.values(), timeout=limit, return_when=when)
            self._ended()
        return bool(news) or released or seen

    def _line_up(self, item: News) -> None:
        """A change that takes long may be handed out again meanwhile: to us, it is the same one."""
        sku = item.change.sku
        line = self._lines.setdefault(sku, [])
        if item.ticket in (each.ticket for each in line):
            return
        line.append(item)
        if sku not in self._at_work:
            self._at_work[sku] = asyncio.create_task(self._work_off(sku), name=f"spread {sku}")

    async def _work_off(self, sku: str) -> None:
        while line := self._lines.get(sku):
            with self._observer.span("fanout", sku=sku, kind=line[0].change.kind.value):
                await self._spread(line[0])
            # Only now: a crash before this spreads the change again, and ids make that harmless.
            await self._store.news_done([line[0].ticket])
            line.pop(0)
            if not line:
                del self._lines[sku]

    def _ended(self) -> None:
        """Raise what ended a product's line; what is left of it is handed out again."""
        done = [sku for sku, task in self._at_work.items() if task.done()]
        tasks = [self._at_work.pop(sku) for sku in done]
        for sku in done:
            self._lines.pop(sku, None)
        for error in [task.exception() for task in tasks]:
            if error:
                raise error

    async def _spread(self, item: News) -> None:
        """Tell one change to all its subscribers, a page at a time."""
        change = item.change
        await self._products.load(change.sku)  # added a moment ago, by another process
        market = await self._markets.of(change)
        watched = {watch.guild: watch for watch in await self._store.watches_of(change.sku)}
        subscribers = [as_watched(each, watched) for each in await self._subscribers(change, market)]
        floors = await self._floors(change, subscribers)
        points = await self._points(change, subscribers, floors)
        by_floor: dict[Floor, Change] = {}  # a long history is walked once for each floor
        for at in range(0, len(subscribers), _PAGE):
            page, some = Page(), subscribers[at : at + _PAGE]
            memories = await self._decisions.memories(some, change)
            for number, wish in enumerate(some):
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # whoever answers commands in this process has a turn
                floor = floors.get(wish.guild, DEFAULT_FLOOR)
                own = floor_of(wish, floor)
                seen = by_floor[own] = by_floor.get(own) or measured(change, points, own)
                memory = memories.get((wish.guild, wish.id), NOTHING)
                for news in with_new_low(seen, market, wish.kinds):
                    # However it is measured, it is one event: two alerts of one channel with two floors tell it once.
                    identity = delivery_id(news.model_copy(update={"old": change.old}), wish.target)
                    page.stages += found(news, wish.guild)
                    asked = Question(news, wish, market, identity, memory, floor, called_by(wish, watched))
                    self._decisions.consider(asked, page)
            await self._decisions.keep(page)
            await self._store.hold_news(self._name, [item.ticket])

    async def _floors(self, change: Change, subscribers: Sequence[Subscription]) -> dict[int, Floor]:
        """By guild; asked for only when a price has moved."""
        guilds = {each.guild for each in subscribers} if change.kind in MOVES else set()
        return {guild: each.floor for guild, each in (await self._store.settings_of(guilds)).items()}

    async def _points(
        self, change: Change, subscribers: Sequence[Subscription], floors: dict[int, Floor]
    ) -> Sequence[Point]:
        """The listing's history, if a floor of somebody's own has to be measured along it."""
        own = (floor_of(each, floors.get(each.guild, DEFAULT_FLOOR)) for each in subscribers)
        if change.kind not in MOVES or all(floor == DEFAULT_FLOOR for floor in own):
            return ()
        return await self._store.history(change.sku, change.listing, since=None, limit=_POINTS)

    async def _subscribers(self, change: Change, market: Market) -> Sequence[Subscription]:
        """Who may want to hear of it. A shop's trouble is told once per target, whatever is watched there."""
        if not change.kind.is_of_vendor:
            return await self._store.subscribers(change.sku, market.category)
        found: dict[tuple[int, str], Subscription] = {}
        for product in self._products:
            if any(listing.vendor == change.vendor for listing in product.listings):
                for each in await self._store.subscribers(product.sku, product.category):
                    if change.kind in each.kinds:
                        found.setdefault((each.guild, str(each.target)), each)
        return list(found.values())

    async def _see_first(self) -> bool:
        """Tell new wishes what is so already; False when there was none to tell."""
        sights = await self._sights.due()
        for sight in sights:
            await self._tell_first(sight)
            # Only now, as with news.
            await self._sights.done(sight)
        return bool(sights)

    async def _tell_first(self, sight: Sight) -> None:
        """One message per shop, which the living alert gathers; of a category one message with all of it."""
        wish, page = sight.subscription, Page()
        for change in sight.changes:
            identity, market = sight.entry.delivery_id(change), await self._markets.of(change)
            memory = (await self._decisions.memories([wish], change)).get((wish.guild, wish.id), NOTHING)
            page.stages += so_already(change, wish.guild)
            watched = {watch.guild: watch for watch in await self._store.watches_of(change.sku)}
            name = called_by(wish, watched)
            asked = Question(change, as_watched(wish, watched), market, identity, memory, name=name)
            if self._decisions.weigh(asked, page) is Verb.DELIVER:
                page.deliveries.append(self._decisions.delivery(asked))
        if page.deliveries and wish.category:
            page.deliveries = [together(page.deliveries).model_copy(update={"id": sight.entry.delivery_id()})]
        for delivery in page.deliveries:
            page.stages += went(delivery, Step.QUEUED, say("it was so already"), self._clock.now())
        await self._decisions.keep(page)
