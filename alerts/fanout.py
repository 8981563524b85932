"""From a committed change to the deliveries of everybody who wants to know."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import structlog

from alerts.domain.deliveries import delivery_for
from alerts.domain.model import Change
from alerts.domain.rules import Verb, decide
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import NewsStream, Outbox, Wishes

_BATCH = 50
log = structlog.get_logger()


class FanoutStore(NewsStream, Outbox, Wishes, Protocol):
    """The parts of memory that fan-out needs."""


class Fanout:
    """Take news, decide for every subscriber, queue deliveries. Doing it twice queues nothing twice."""

    def __init__(self, *, store: FanoutStore, products: Products, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._products, self._clock, self._name = store, products, clock, name

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Take in what there is; False when there was nothing."""
        news = await self._store.take_news(self._name, limit=_BATCH, wait=wait)
        for item in news:
            await self._spread(item.change)
            # Only now: a crash before this spreads the change again, and ids make that harmless.
            await self._store.news_done([item.ticket])
        return bool(news)

    async def _spread(self, change: Change) -> None:
        product = self._products.get(change.sku)
        for subscription in await self._store.subscribers(change.sku):
            decision = decide(change, subscription)
            facts = {"sku": change.sku, "kind": change.kind.value, "subscription": subscription.id}
            log.info("decided", decision=decision.verb.value, reason=decision.reason, **facts)
            if decision.verb is Verb.DELIVER:
                name = product.name if product else change.sku
                await self._store.enqueue(delivery_for(change, subscription, product_name=name, now=self._clock.now()))
