"""What bears a person's id, by its name: a space of their own, the guilds they left a trace in, what was written to
them. The waiting lists of everybody are walked through, but never the keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from alerts.domain.deliveries import Delivery
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import Subscription, Target, TargetKind, space_of
from alerts.store import keys
from alerts.store.redis.link import Link

_PAGE = 500


class RedisPersons:
    """See ports.Persons. Notes of where something is are removed first: nobody would find them without it."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def traces(self, user: int) -> frozenset[int]:
        async with self._link.trouble():
            return frozenset(int(guild) for guild in await self._link.redis.smembers(keys.traces(user)))

    async def held_for(self, user: int) -> Sequence[Waiting]:
        found = [Waiting.model_validate_json(raw) for raw in await self._of_space(keys.HELD, user)]
        return sorted(found, key=lambda each: each.until)

    async def written_to(self, user: int) -> Sequence[Delivery]:
        async with self._link.trouble():
            names = await self._link.redis.zrange(keys.written_to(_target(user)), 0, -1, desc=True)
            pipe = self._link.redis.pipeline(transaction=False)
            for name in names:
                if name.startswith(keys.delivery("")):
                    pipe.hget(name, "delivery")
            bodies = await pipe.execute()
        return [Delivery.model_validate_json(body) for body in bodies if body]

    async def left_open(self, user: int) -> Sequence[tuple[int, str, str]]:
        async with self._link.trouble():
            names = await self._link.redis.zrange(keys.left_open(user), 0, -1)
            bodies = [(name, await self._link.redis.get(name)) for name in names]
        return sorted((*_made_of(name), body) for name, body in bodies if body)

    async def disown(self, guild: int, user: int) -> None:
        async with self._link.trouble():
            wishes = [Subscription.model_validate_json(raw)
                      for raw in await self._link.redis.hvals(keys.subscriptions(guild))]  # fmt: skip
        for each in wishes:
            if each.target.type is TargetKind.DM and each.target.id == user:
                await self._end(each)
        await self._link.run(
            "disown_wishes", [keys.watches(guild), keys.subscriptions(guild), keys.webhooks(guild)], [str(user)]
        )

    async def forget(self, user: int) -> None:
        await self._forget_messages(user)
        space = space_of(user)
        async with self._link.trouble():
            redis = self._link.redis
            wishes = [Subscription.model_validate_json(raw) for raw in await redis.hvals(keys.subscriptions(space))]
            for sku in await redis.hkeys(keys.watches(space)):
                await redis.srem(keys.watchers(sku), str(space))
        for each in wishes:
            await self._end(each)
        for name in (keys.HELD, keys.FIRST_SIGHTS):
            await self._remove(name, await self._of_space(name, user))
        async with self._link.trouble():
            await redis.hdel(keys.TARGETS, _target(user))
            await redis.hdel(keys.NOTICES, _target(user))
            for name in await redis.zrange(keys.left_open(user), 0, -1):
                await redis.delete(name)
            for name in (*keys.of_space(space), keys.traces(user), keys.left_open(user)):
                await redis.delete(name)

    async def _forget_messages(self, user: int) -> None:
        target = _target(user)
        async with self._link.trouble():
            redis = self._link.redis
            names = await redis.zrange(keys.written_to(target), 0, -1)
            ids = [name.removeprefix(keys.delivery("")) for name in names if name.startswith(keys.delivery(""))]
            await self._remove(keys.DEAD, ids)
            for name in names:
                await redis.delete(name)
            start = "-"
            while page := await redis.xrange(keys.QUEUE, min=start, count=_PAGE):
                mine = [ticket for ticket, fields in page if fields.get("target") == target]
                if mine:
                    await redis.xack(keys.QUEUE, keys.QUEUE_GROUP, *mine)
                    await redis.xdel(keys.QUEUE, *mine)
                start = f"({page[-1][0]}"
            await redis.delete(keys.written_to(target))

    async def _end(self, wish: Subscription) -> None:
        async with self._link.trouble():
            index = keys.subscribers(wish.sku, wish.category)
            await self._link.redis.srem(index, f"{wish.guild}:{wish.id}")
            await self._link.redis.hdel(keys.subscriptions(wish.guild), wish.id)
            await self._link.redis.hdel(keys.memories(wish.guild), wish.id)

    async def _of_space(self, name: str, user: int) -> list[str]:
        """The entries of a waiting list that belong to a person's space."""
        pattern = f'*"guild":{space_of(user)},*'
        async with self._link.trouble():
            return [raw async for raw, _ in self._link.redis.zscan_iter(name, match=pattern, count=_PAGE)]

    async def _remove(self, name: str, members: Sequence[str]) -> None:
        if members:
            async with self._link.trouble():
                await self._link.redis.zrem(name, *members)

    async def put_erasure(self, user: int, at: datetime) -> None:
        async with self._link.trouble():
            await self._link.redis.zadd(keys.ERASURES, {str(user): at.timestamp()})

    async def erasure(self, user: int) -> datetime | None:
        async with self._link.trouble():
            score = await self._link.redis.zscore(keys.ERASURES, str(user))
        return None if score is None else datetime.fromtimestamp(score, UTC)

    async def erasures(self, now: datetime, *, limit: int) -> Sequence[int]:
        async with self._link.trouble():
            found = await self._link.redis.zrange(
                keys.ERASURES, "-inf", now.timestamp(), byscore=True, offset=0, num=limit
            )
        return [int(user) for user in found]

    async def erasure_done(self, user: int) -> None:
        async with self._link.trouble():
            await self._link.redis.zrem(keys.ERASURES, str(user))


def _target(user: int) -> str:
    return str(Target(type=TargetKind.DM, id=user))


def _made_of(pending: str) -> tuple[int, str]:
    """The guild and the name that the key of something pending was made of."""
    start, _, name = pending.partition("}:pending:")
    return int(start.removeprefix("hs:{g")), name
