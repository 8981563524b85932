"""From a committed change to the deliveries of everybody who wants to know, now or later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Protocol

import structlog

from alerts.domain.deliveries import Delivery, delivery_for, together
from alerts.domain.episodes import TOUCHES
from alerts.domain.market import Market, with_new_low
from alerts.domain.memory import observe
from alerts.domain.model import Change, ChangeKind
from alerts.domain.rules import Verb, decide
from alerts.domain.still import still_true
from alerts.domain.trail import Stage, Step, decided, found, noted, went
from alerts.domain.waiting import Waiting, waiting_for
from alerts.domain.wishes import Subscription
from alerts.market import Markets
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Holds, NewsStream, Outbox, Snapshots, Trails, Wishes

_BATCH = 50
_SEAT = timedelta(seconds=5)
log = structlog.get_logger()


class FanoutStore(NewsStream, Outbox, Wishes, Holds, Snapshots, Trails, Protocol):
    """The parts of memory that fan-out needs."""


class Fanout:
    """Take news, decide for every subscriber, queue deliveries. Doing it twice queues nothing twice."""

    def __init__(self, *, store: FanoutStore, products: Products, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._products, self._clock, self._name = store, products, clock, name
        self._markets = Markets(store=store, products=products)

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Take in what there is and release what has waited long enough; False when there was nothing."""
        released = await self._release()
        news = await self._store.take_news(self._name, limit=_BATCH, wait=wait)
        for item in news:
            await self._spread(item.change)
            # Only now: a crash before this spreads the change again, and ids make that harmless.
            await self._store.news_done([item.ticket])
        return bool(news) or released

    async def _spread(self, change: Change) -> None:
        market = await self._markets.of(change)
        subscribers = await self._subscribers(change, market)
        stages: list[Stage] = []
        for subscription in subscribers:
            for news in with_new_low(change, market, subscription.kinds):
                stages += await self._consider(news, subscription, market)
        # A guild with several subscriptions finds out once.
        await self._store.note_stages(list(dict.fromkeys(stages)))

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

    async def _consider(self, change: Change, subscription: Subscription, market: Market) -> list[Stage]:
        """Decide and do it; the stages to note."""
        now = self._clock.now()
        memory = await self._store.memory(subscription.guild, subscription.id)
        seen = observe(memory, change, subscription)
        if seen != memory:
            await self._store.put_memory(subscription.guild, subscription.id, seen)
        decision = decide(change, subscription, now=now, memory=seen, market=market)
        _log(change, subscription, decision.verb, decision.reason)
        stages = [*found(change, subscription.guild), decided(change, subscription, decision, now)]
        if decision.verb is Verb.HOLD and decision.until:
            await self._store.hold(waiting_for(change, subscription, decision.until))
        is_told = decision.verb is Verb.DELIVER
        if is_told or (_is_followed(change) and ChangeKind.RESTOCKED in subscription.kinds):
            # Not asked for, but the living alert of a restock follows what becomes of it.
            delivery = self._delivery(change, subscription, market, is_follow_up=not is_told)
            await self._store.enqueue(delivery)
            # A follow-up is noted when it changes a message; mostly there is none to change.
            stages += went(delivery, Step.QUEUED, "", now) if is_told else []
        return stages

    async def _release(self) -> bool:
        """Queue what has waited and is still true, everything for one target in one message."""
        now = self._clock.now()
        due = await self._store.held(now, limit=_BATCH)
        # One process at a time: two that each take a part would make two messages of one.
        if not due or not await self._store.lead("release", self._name, ttl=_SEAT):
            return False
        ready = [found for each in due if (found := await self._still_wanted(each))]
        for _, group in groupby(sorted(ready, key=_place), key=_place):
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
        decision = decide(change, subscription, now=now, memory=memory, market=market, held=True)
        _log(change, subscription, decision.verb, decision.reason)
        await self._store.note_stages([decided(change, subscription, decision, now)])
        if decision.verb is Verb.HOLD and decision.until and decision.until > now:
            await self._store.hold(waiting_for(change, subscription, decision.until))
        if decision.verb is not Verb.DELIVER:
            return None
        return self._delivery(change, subscription, market)

    def _delivery(
        self, change: Change, subscription: Subscription, market: Market, *, is_follow_up: bool = False
    ) -> Delivery:
        product = self._products.get(change.sku)
        name, now = product.name if product else change.sku, self._clock.now()
        return delivery_for(change, subscription, product_name=name, now=now, is_follow_up=is_follow_up, market=market)


def _is_followed(change: Change) -> bool:
    """Whether a living alert shows it. What was found beside a restock is in the restock's own message."""
    return change.kind in TOUCHES and change.beside is None


def _place(delivery: Delivery) -> tuple[int, str]:
    return delivery.guild, str(delivery.target)


def _log(change: Change, subscription: Subscription, verb: Verb, reason: str) -> None:
    facts = {"sku": change.sku, "kind": change.kind.value, "subscription": subscription.id}
    log.info("decided", decision=verb.value, reason=reason, **facts)
