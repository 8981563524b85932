"""From a committed change to the messages of every webhook that asked for it. Beside fan-out, at its own pace."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from alerts.domain.floor import DEFAULT_FLOOR, MOVES, measured
from alerts.domain.market import with_new_low
from alerts.domain.model import Change, ChangeKind
from alerts.domain.webhooks import Webhook, change_delivery, event, event_type
from alerts.domain.wishes import Watch
from alerts.market import Markets
from alerts.ports import Clock
from alerts.products import Products
from alerts.public import change_as_public
from alerts.store.ports import GuildChoices, Snapshots, Wishes
from alerts.store.promises.webhooks import WebhookMemory

_BATCH = 50
_POINTS = 10_000
_MAYBE_A_LOW = frozenset({ChangeKind.PRICE_DROP, ChangeKind.RESTOCKED})


class FeedStore(WebhookMemory, Wishes, GuildChoices, Snapshots, Protocol):
    """The parts of memory that the feed needs."""


class Feed:
    """Take news, queue messages. Doing it twice queues nothing twice."""

    def __init__(self, *, store: FeedStore, products: Products, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._products, self._clock, self._name = store, products, clock, name
        self._markets = Markets(store=store, products=products)

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Take in what there is; False when there was nothing."""
        news = await self._store.take_hook_news(self._name, limit=_BATCH, wait=wait)
        for item in news:
            await self._tell(item.change)
            # Only now: a crash before this tells the change again, and ids make that harmless.
            await self._store.hook_news_done([item.ticket])
        return bool(news)

    async def _tell(self, change: Change) -> None:
        await self._products.load(change.sku)  # added a moment ago, by another process
        skus: dict[int, set[str]] = defaultdict(set)
        for sku in self._concerned(change):
            for guild in await self._store.hook_guilds(sku):
                skus[guild].add(sku)
        lows: list[Change] | None = None
        for guild, about in sorted(skus.items()):
            hooks = [each for each in await self._store.webhooks(guild) if each.is_active]
            watched = [each for each in await self._store.watches(guild) if each.sku in about and not each.paused]
            if not hooks or not watched:
                continue
            if lows is None:
                lows = await self._lows(change)
            seen = await self._as_seen(change, guild)
            for news in [seen, *([] if seen.is_small else lows)]:
                # However it is measured, it is one event.
                await self._queue(news, news.model_copy(update={"old": change.old}), hooks, watched)

    def _concerned(self, change: Change) -> Sequence[str]:
        """Of a shop's trouble every product that it sells."""
        if not change.kind.is_of_vendor:
            return [change.sku]
        return [each.sku for each in self._products if any(one.vendor == change.vendor for one in each.listings)]

    async def _lows(self, change: Change) -> list[Change]:
        """That it was never so cheap within 30 days, when that is so."""
        if change.kind not in _MAYBE_A_LOW:
            return []
        return list(with_new_low(change, await self._markets.of(change), [ChangeKind.NEW_LOW])[1:])

    async def _as_seen(self, change: Change, guild: int) -> Change:
        """A move of the price, measured by the guild's own floor."""
        if change.kind not in MOVES:
            return change
        floor = (await self._store.guild_settings(guild)).floor
        if floor == DEFAULT_FLOOR:
            return change
        points = await self._store.history(change.sku, change.listing, since=None, limit=_POINTS)
        return measured(change, points, floor)

    async def _queue(self, news: Change, origin: Change, hooks: Sequence[Webhook], watched: Sequence[Watch]) -> None:
        if news.is_small:
            return
        wanted = [each for each in hooks if each.wants(news.kind, {watch.sku for watch in watched})]
        if not wanted:
            return
        body = self._body(news, next((each.name for each in watched if each.sku == news.sku), None))
        for hook in wanted:
            await self._store.enqueue_hook(change_delivery(origin, hook, body, self._clock.now()))

    def _body(self, change: Change, name: str | None) -> str:
        product = self._products.get(change.sku)
        facts = {"sku": change.sku, "name": name or (product.name if product else None), **change_as_public(change)}
        return json.dumps(event(event_type(change.kind), change.at, facts), ensure_ascii=False)
