"""Watches and subscriptions of guilds, and per product an index of who has one.

Guild and product live in different slots, so an index entry is written before and removed after the wish itself:
an entry without a wish is skipped when read, while a wish without an entry would be a lost alert.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.domain.wishes import OPERATOR, Subscription, Watch, persons_in, space_of
from alerts.store import keys
from alerts.store.redis.link import Link, pages


class RedisWishes:
    """See ports.Wishes."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def add_watch(self, watch: Watch) -> bool:
        async with self._link.trouble():
            await self._trace(watch)
            await self._link.redis.sadd(keys.watchers(watch.sku), str(watch.guild))
            body = watch.model_dump_json(exclude_defaults=True)
            return bool(await self._link.redis.hsetnx(keys.watches(watch.guild), watch.sku, body))

    async def remove_watch(self, guild: int, sku: str) -> bool:
        async with self._link.trouble():
            removed = await self._link.redis.hdel(keys.watches(guild), sku)
            await self._link.redis.srem(keys.watchers(sku), str(guild))
        return bool(removed)

    async def watches(self, guild: int) -> Sequence[Watch]:
        async with self._link.trouble():
            found = await self._link.redis.hvals(keys.watches(guild))
        return sorted((Watch.model_validate_json(raw) for raw in found), key=lambda w: (w.added_at, w.sku))

    async def put_watch(self, watch: Watch) -> bool:
        body = watch.model_dump_json(exclude_defaults=True)
        async with self._link.trouble():
            await self._trace(watch)
        return bool(await self._link.run("amend", [keys.watches(watch.guild)], [watch.sku, body]))

    async def _trace(self, watch: Watch) -> None:
        if watch.added_by != OPERATOR and watch.guild != space_of(watch.added_by):
            await self._link.redis.sadd(keys.traces(watch.added_by), str(watch.guild))

    async def watches_of(self, sku: str) -> Sequence[Watch]:
        guilds = sorted(await self.watchers(sku))
        found: list[Watch] = []
        for some in pages(guilds):
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for guild in some:
                    pipe.hget(keys.watches(guild), sku)
                rows = await pipe.execute()
            found += [Watch.model_validate_json(raw) for raw in rows if raw]
        return found

    async def watchers(self, sku: str) -> frozenset[int]:
        async with self._link.trouble():
            return frozenset(int(guild) for guild in await self._link.redis.smembers(keys.watchers(sku)))

    async def put_subscription(self, subscription: Subscription) -> None:
        entry = f"{subscription.guild}:{subscription.id}"
        async with self._link.trouble():
            for person in persons_in(subscription):
                await self._link.redis.sadd(keys.traces(person), str(subscription.guild))
            await self._link.redis.sadd(keys.subscribers(subscription.sku, subscription.category), entry)
            body = subscription.model_dump_json(exclude_defaults=True)
            await self._link.redis.hset(keys.subscriptions(subscription.guild), subscription.id, body)

    async def remove_subscription(self, guild: int, subscription_id: str) -> Subscription | None:
        found = await self.subscription(guild, subscription_id)
        if found is None:
            return None
        async with self._link.trouble():
            await self._link.redis.hdel(keys.subscriptions(guild), subscription_id)
            await self._link.redis.hdel(keys.memories(guild), subscription_id)
            index = keys.subscribers(found.sku, found.category)
            await self._link.redis.srem(index, f"{guild}:{subscription_id}")
        return found

    async def subscription(self, guild: int, subscription_id: str) -> Subscription | None:
        async with self._link.trouble():
            raw = await self._link.redis.hget(keys.subscriptions(guild), subscription_id)
        return Subscription.model_validate_json(raw) if raw else None

    async def subscriptions(self, guild: int) -> Sequence[Subscription]:
        async with self._link.trouble():
            found = await self._link.redis.hvals(keys.subscriptions(guild))
        return sorted((Subscription.model_validate_json(raw) for raw in found), key=lambda s: (s.added_at, s.id))

    async def subscribers(self, sku: str, category: str | None = None) -> Sequence[Subscription]:
        indexes = [keys.subscribers(sku), *([keys.subscribers(None, category)] if category else [])]
        async with self._link.trouble():
            entries = sorted({entry for index in indexes for entry in await self._link.redis.smembers(index)})
        found: list[Subscription] = []
        for some in pages(entries):
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for entry in some:
                    guild, _, subscription_id = entry.partition(":")
                    pipe.hget(keys.subscriptions(int(guild)), subscription_id)
                rows = await pipe.execute()
            found += [Subscription.model_validate_json(raw) for raw in rows if raw]
        # An index entry may be of an older wish under the same id: the wish itself has the last word.
        return [each for each in found if each.sku == sku or each.category is not None]
