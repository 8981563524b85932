"""From a committed change to the deliveries of everybody who wants to know, now or later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Protocol

import structlog

from alerts.domain.deliveries import Delivery, delivery_for, delivery_id, follow_up_id, together
from alerts.domain.episodes import is_followed
from alerts.domain.first_sight import so_already
from alerts.domain.floor import DEFAULT_FLOOR, MOVES, Floor, floor_of, measured
from alerts.domain.market import Market, with_new_low
from alerts.domain.memory import observe
from alerts.domain.model import Change, Point
from alerts.domain.rules import Verb, decide
from alerts.domain.still import still_true
from alerts.domain.trail import Stage, Step, decided, found, noted, went
from alerts.domain.waiting import Waiting, waiting_for
from alerts.domain.wishes import Subscription
from alerts.first_sight import Sight, Sights
from alerts.market import Markets
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import FirstSights, GuildChoices, Holds, NewsStream, Outbox, Snapshots, Trails, Wishes

_BATCH = 50
_SEAT = timedelta(seconds=5)
_POINTS = 10_000
log = structlog.get_logger()


class FanoutStore(NewsStream, Outbox, Wishes, FirstSights, GuildChoices, Holds, Snapshots, Trails, Protocol):
    """The parts of memory that fan-out needs."""


class Fanout:
    """Take news, decide for every subscriber, queue deliveries. Doing it twice queues nothing twice."""

    def __init__(self, *, store: FanoutStore, products: Products, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._products, self._clock, self._name = store, products, clock, name
        self._markets = Markets(store=store, products=products)
        self._sights = Sights(store=store, products=products, clock=clock)

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Take in what there is and release what has waited long enough; False when there was nothing."""
        seen = await self._see_first()
        released = await self._release()
        news = await self._store.take_news(self._name, limit=_BATCH, wait=wait)
        for item in news:
            await self._spread(item.change)
            # Only now: a crash before this spreads the change again, and ids make that harmless.
            await self._store.news_done([item.ticket])
        return bool(news) or released or seen

    async def _spread(self, change: Change) -> None:
        market = await self._markets.of(change)
        subscribers = await self._subscribers(change, market)
        floors = await self._floors(change, subscribers)
        points = await self._points(change, subscribers, floors)
        stages: list[Stage] = []
        by_floor: dict[Floor, Change] = {}  # a long history is walked once for each floor
        for subscription in subscribers:
            floor = floors.get(subscription.guild, DEFAULT_FLOOR)
            own = floor_of(subscription, floor)
            seen = by_floor[own] = by_floor.get(own) or measured(change, points, own)
            for news in with_new_low(seen, market, subscription.kinds):
                # However it is measured, it is one event: two alerts of one channel with two floors tell it once.
                identity = delivery_id(news.model_copy(update={"old": change.old}), subscription.target)
                stages += await self._consider(news, subscription, market, floor, identity)
        # A guild with several subscriptions finds out once.
        await self._store.note_stages(list(dict.fromkeys(stages)))

    async def _floors(self, change: Change, subscribers: Sequence[Subscription]) -> dict[int, Floor]:
        """By guild; asked for once each, and only when a price has moved."""
        guilds = {each.guild for each in subscribers} if change.kind in MOVES else set()
        return {guild: (await self._store.guild_settings(guild)).floor for guild in sorted(guilds)}

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

    async def _consider(
        self, change: Change, subscription: Subscription, market: Market, floor: Floor, identity: str
    ) -> list[Stage]:
        """Decide and do it; the stages to note. `identity` is the delivery's, the same however often this is done."""
        verb, stage = await self._weigh(change, subscription, market, floor, identity)
        stages = [*found(change, subscription.guild), stage]
        is_told = verb is Verb.DELIVER
        if is_told or is_followed(change, subscription):
            # Not asked for, or not now, but a living alert follows what becomes of it.
            delivery = self._delivery(change, subscription, market, identity, is_follow_up=not is_told)
            await self._store.enqueue(delivery)
            # A follow-up is noted when it changes a message; mostly there is none to change.
            stages += went(delivery, Step.QUEUED, "", self._clock.now()) if is_told else []
        return stages

    async def _weigh(
        self, change: Change, subscription: Subscription, market: Market, floor: Floor, identity: str
    ) -> tuple[Verb, Stage]:
        """What the rules say; what has to wait is put away here."""
        now = self._clock.now()
        memory = await self._store.memory(subscription.guild, subscription.id)
        seen = observe(memory, change, subscription)
        if seen != memory:
            await self._store.put_memory(subscription.guild, subscription.id, seen)
        decision = decide(change, subscription, now=now, memory=seen, market=market, floor=floor)
        _log(change, subscription, decision.verb, decision.reason)
        if decision.verb is Verb.HOLD and decision.until:
            waiting = waiting_for(change, subscription, decision.until)
            await self._store.hold(waiting.model_copy(update={"id": identity}))
        return decision.verb, decided(change, subscription, decision, now)

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
        wish, now = sight.subscription, self._clock.now()
        deliveries: list[Delivery] = []
        stages: list[Stage] = []
        for change in sight.changes:
            identity, market = sight.entry.delivery_id(change), await self._markets.of(change)
            verb, stage = await self._weigh(change, wish, market, DEFAULT_FLOOR, identity)
            stages += [*so_already(change, wish.guild), stage]
            if verb is Verb.DELIVER:
                deliveries.append(self._delivery(change, wish, market, identity))
        if deliveries and wish.category:
            deliveries = [together(deliveries).model_copy(update={"id": sight.entry.delivery_id()})]
        for delivery in deliveries:
            await self._store.enqueue(delivery)
            stages += went(delivery, Step.QUEUED, "it was so already", now)
        await self._store.note_stages(stages)

    async def _release(self) -> bool:
        """Queue what has waited and is still true, everything for one target in one message."""
        now = self._clock.now()
        due = await self._store.held(now, limit=_BATCH)
        # One process at a time: two that each take a part would make two messages of one.
        if not due or not await self._store.lead("release", self._name, ttl=_SEAT):
            return False
        ready = {found.id: found for each in due if (found := await self._still_wanted(each))}
        for _, group in groupby(sorted(ready.values(), key=_place), key=_place):
            delivery = together(list(group))
            await self._store.enqueue(delivery)
            await self._store.note_stages(went(delivery, Step.QUEUED, "it has waited", now))
        for each in due:
            await self._store.release(each)
        return True

    async def _still_wanted(self, waiting: Waiting) -> Delivery | None:
        change = waiting.change
        subscription = await self._store.subscription(waiting.guild, waiting.subscription)
        if subscription is None:
            return None
        known = (await self._store.snapshot(change.sku)).known(change.listing)
        if not still_true(change, known, subscription):
            reason, now = "no longer true when it came due", self._clock.now()
            _log(change, subscription, Verb.SUPPRESS, reason)
            await self._store.note_stages([noted(change, subscription, Step.EXPIRED, reason, now)])
            return None
        memory = await self._store.memory(waiting.guild, waiting.subscription)
        market, now = await self._markets.of(change), self._clock.now()
        floor = (await self._store.guild_settings(waiting.guild)).floor
        decision = decide(change, subscription, now=now, memory=memory, market=market, floor=floor, held=True)
        _log(change, subscription, decision.verb, decision.reason)
        await self._store.note_stages([decided(change, subscription, decision, now)])
        if decision.verb is Verb.HOLD and decision.until and decision.until > now:
            await self._store.hold(waiting.model_copy(update={"until": decision.until}))
        if decision.verb is not Verb.DELIVER:
            return None
        return self._delivery(change, subscription, market, waiting.id)

    def _delivery(
        self, change: Change, subscription: Subscription, market: Market, identity: str, *, is_follow_up: bool = False
    ) -> Delivery:
        product = self._products.get(change.sku)
        name, now = product.name if product else change.sku, self._clock.now()
        made = delivery_for(change, subscription, product_name=name, now=now, is_follow_up=is_follow_up, market=market)
        return made.model_copy(update={"id": follow_up_id(identity, subscription.id) if is_follow_up else identity})


def _place(delivery: Delivery) -> tuple[int, str]:
    return delivery.guild, str(delivery.target)


def _log(change: Change, subscription: Subscription, verb: Verb, reason: str) -> None:
    facts = {"sku": change.sku, "kind": change.kind.value, "subscription": subscription.id}
    log.info("decided", decision=verb.value, reason=reason, **facts)
