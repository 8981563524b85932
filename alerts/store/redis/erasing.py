"""Forgetting a guild: everything that bears its id, found by walking through all keys.

A person is found by an index. For guilds there is none: it would cost every message a write, while a guild is forgotten
once in its life, when nobody waits for it. The walk is exact whatever wrote a key, an older version, too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence

from alerts.domain.catalogue import UrlProduct
from alerts.domain.deliveries import Delivery
from alerts.domain.departures import GuildErasure
from alerts.domain.model import Tier
from alerts.domain.waiting import Waiting
from alerts.store import bearing, keys
from alerts.store.redis.link import Link, pages

_PAGE = 500


class RedisErasing:
    """See promises.departures.Erasing."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def held_by(self, guild: int) -> Sequence[Waiting]:
        found = [Waiting.model_validate_json(raw) for raw in await self._waiting(keys.HELD, guild)]
        return sorted(found, key=lambda each: each.until)

    async def written_for(self, guild: int) -> Sequence[Delivery]:
        found: list[Delivery] = []
        async for page in self._pages(f"{keys.delivery('')}*"):
            names = await self._bearing(page, guild)
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for name in names:
                    pipe.hget(name, "delivery")
                bodies = await pipe.execute() if names else []
            found += [Delivery.model_validate_json(body) for body in bodies if body]
        return sorted({each.id: each for each in found}.values(), key=lambda each: each.queued_at, reverse=True)

    async def erase_guild(self, guild: int, products: Collection[UrlProduct]) -> None:
        await self._end_wishes(guild)
        gone = [each for each in products if await self.drop_product(each)]
        await self._walk(guild, gone)
        await self._unqueue(guild)
        await self._from_lists(guild)

    async def drop_product(self, product: UrlProduct) -> bool:
        sku, tiers = product.sku, [keys.due(tier) for tier in Tier]
        histories = [keys.history(sku, each.id) for each in product.product().listings]
        names = [keys.ADDED, keys.ADDED_ORDER, keys.watchers(sku), keys.subscribers(sku), keys.PLAN, keys.FLOORS,
                 keys.HURRIED, *tiers, keys.snapshot(sku), keys.lock(sku), *histories]  # fmt: skip
        return bool(await self._link.run("drop_product", names, [product.mark, sku, len(tiers)]))

    async def forget_vendors(self, names: Collection[str]) -> None:
        async with self._link.trouble():
            for name in names:
                await self._link.redis.delete(keys.vendor(name), keys.turns(name))

    async def put_guild_erasure(self, erasure: GuildErasure) -> None:
        async with self._link.trouble():
            await self._link.redis.hset(keys.GUILD_ERASURES, str(erasure.guild), erasure.model_dump_json())

    async def guild_erasures(self) -> Sequence[GuildErasure]:
        async with self._link.trouble():
            found = await self._link.redis.hvals(keys.GUILD_ERASURES)
        return [GuildErasure.model_validate_json(raw) for raw in found]

    async def guild_erasure_done(self, guild: int) -> None:
        async with self._link.trouble():
            await self._link.redis.hdel(keys.GUILD_ERASURES, str(guild))

    async def _end_wishes(self, guild: int) -> None:
        """Out of the indexes, so that a product knows whether anybody else wants it."""
        async with self._link.trouble():
            redis = self._link.redis
            for page in pages(await self._names_from(keys.watchers(""))):
                pipe = redis.pipeline(transaction=False)
                for name in page:
                    pipe.srem(name, str(guild))
                await pipe.execute()
            for name in await self._names_from(keys.subscribers("").removesuffix(":")):
                await self._drop_members(name, guild)

    async def _drop_members(self, name: str, guild: int) -> None:
        """Entries of an index that are one guild's."""
        redis = self._link.redis
        if mine := [each async for each in redis.sscan_iter(name, match=f"{guild}:*", count=_PAGE)]:
            await redis.srem(name, *mine)

    async def _names_from(self, start: str) -> list[str]:
        return [name async for name in self._link.redis.scan_iter(f"{start}*", count=_PAGE)]

    async def _walk(self, guild: int, gone: Sequence[UrlProduct]) -> None:
        async for page in self._pages():
            doomed = [name for name in page if bearing.is_own(name, guild)]
            doomed += await self._bearing(page, guild)
            for name in filter(bearing.is_left_open, page):
                await self._forget_names(name, bearing.own_start(guild))
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for name in doomed:
                    pipe.delete(name)
                    if name.startswith(keys.delivery("")):
                        pipe.zrem(keys.DEAD, name.removeprefix(keys.delivery("")))
                for name in page:
                    if bearing.is_traces(name):
                        pipe.srem(name, str(guild))
                    if counted := bearing.members(name, gone):
                        pipe.zrem(name, *counted)
                if len(pipe):
                    await pipe.execute()

    async def _forget_names(self, name: str, start: str) -> None:
        async with self._link.trouble():
            rows = self._link.redis.zscan_iter(name, match=f"{start}*", count=_PAGE)
            if mine := [each async for each, _ in rows]:
                await self._link.redis.zrem(name, *mine)

    async def _pages(self, match: str = "hs:*") -> AsyncIterator[list[str]]:
        page: list[str] = []
        async with self._link.trouble():
            async for name in self._link.redis.scan_iter(match, count=_PAGE):
                page.append(name)
                if len(page) >= _PAGE:
                    yield page
                    page = []
        yield page

    async def _bearing(self, page: Sequence[str], guild: int) -> list[str]:
        """Messages, keys of programs, sessions: what has the guild in its text alone."""
        by_tag: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in page:
            if pattern := bearing.pattern(name, guild):
                by_tag[keys.tag(name), pattern].append(name)
        calls = [(names, [pattern]) for (_, pattern), names in by_tag.items()]
        return [name for found in await self._link.run_each("bearing", calls) for name in found]

    async def _unqueue(self, guild: int) -> None:
        start, mine = "-", str(guild)
        async with self._link.trouble():
            redis = self._link.redis
            while page := await redis.xrange(keys.QUEUE, min=start, count=_PAGE):
                if tickets := [ticket for ticket, fields in page if fields.get("guild") == mine]:
                    await redis.xack(keys.QUEUE, keys.QUEUE_GROUP, *tickets)
                    await redis.xdel(keys.QUEUE, *tickets)
                start = f"({page[-1][0]}"

    async def _waiting(self, name: str, guild: int) -> list[str]:
        """The entries of a waiting list that are a guild's."""
        found = _named(guild)
        async with self._link.trouble():
            rows = self._link.redis.zscan_iter(name, match=f'*"guild":{guild}*', count=_PAGE)
            return [raw async for raw, _ in rows if found.search(raw)]

    async def _from_lists(self, guild: int) -> None:
        """Out of what all guilds share. Each is walked through, not read at once."""
        found = _named(guild)
        async with self._link.trouble():
            redis = self._link.redis
            for name in (keys.HELD, keys.FIRST_SIGHTS):
                if waiting := await self._waiting(name, guild):
                    await redis.zrem(name, *waiting)
            for name in (keys.TARGETS, keys.NOTICES):
                rows = redis.hscan_iter(name, count=_PAGE)
                if targets := [target async for target, raw in rows if found.search(raw)]:
                    await redis.hdel(name, *targets)
            rows = redis.hscan_iter(keys.NOTES, match=f"*:{guild}", count=_PAGE)
            if notes := [note async for note, _ in rows]:
                await redis.hdel(keys.NOTES, *notes)
            await redis.srem(keys.HOOK_GUILDS, str(guild))
            hooks = f"{keys.hook_name(guild, '')}*"
            if due := [name async for name, _ in redis.zscan_iter(keys.HOOKS_DUE, match=hooks, count=_PAGE)]:
                await redis.zrem(keys.HOOKS_DUE, *due)
            if busy := [name async for name, _ in redis.hscan_iter(keys.HOOKS_BUSY, match=hooks, count=_PAGE)]:
                await redis.hdel(keys.HOOKS_BUSY, *busy)
            await redis.hdel(keys.GUILDS, str(guild))


def _named(guild: int) -> re.Pattern[str]:
    return re.compile(rf'"guild":{guild}(?!\d)')
