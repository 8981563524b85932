"""Webhooks out. The records lie in their guild's slot, the news beside fan-out's, the messages in a slot of their own.

There a sorted set says when each webhook is next to be looked at, and one per webhook when each of its messages is due.
Whoever claims a webhook keeps it busy for a while; a message that comes meanwhile waits behind that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TypeAlias

from alerts.domain.errors import StoreError
from alerts.domain.webhooks import (
    LOG_LENGTH,
    MOST_GIVEN_UP,
    HookAttempt,
    HookDelivery,
    HookDeliveryState,
    Webhook,
)
from alerts.domain.wishes import OPERATOR
from alerts.store import keys
from alerts.store.ports import News
from alerts.store.promises.webhooks import HookClaim
from alerts.store.redis.link import Link
from alerts.store.redis.news import end_news, take

REMEMBERED = timedelta(days=14)  # what waits or was given up
_Args: TypeAlias = list[str | int | float]
DONE_REMEMBERED = timedelta(days=2)  # ids of what arrived: news is handed out again within seconds, or not at all


class RedisWebhooks:
    """See promises.webhooks."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._has_news = False

    # Records

    async def add_webhook(self, webhook: Webhook, *, most: int) -> bool:
        async with self._link.trouble():
            if webhook.added_by != OPERATOR:
                await self._link.redis.sadd(keys.traces(webhook.added_by), str(webhook.guild))
        # Before the webhook itself: a guild in the index without one is passed over, the other way it hears nothing.
        await self._link.run("hook_begin", [keys.HOOK_GUILDS, keys.CHANGES], [webhook.guild, keys.HOOKS_GROUP])
        return await self._put(webhook, most)

    async def swap_webhook(self, webhook: Webhook) -> bool:
        return await self._put(webhook, 0)

    async def _put(self, webhook: Webhook, most: int) -> bool:
        after = webhook.model_copy(update={"revision": webhook.revision + 1})
        text = f"{after.revision} {after.model_dump_json(exclude_defaults=True)}"
        args: _Args = [webhook.id, webhook.revision, text, most]
        return bool(await self._link.run("hook_put", [keys.webhooks(webhook.guild)], args))

    async def webhook(self, guild: int, webhook_id: str) -> Webhook | None:
        async with self._link.trouble():
            found = await self._link.redis.hget(keys.webhooks(guild), webhook_id)
        return _webhook(found) if found else None

    async def webhooks(self, guild: int) -> Sequence[Webhook]:
        async with self._link.trouble():
            found = await self._link.redis.hvals(keys.webhooks(guild))
        return sorted((_webhook(text) for text in found), key=lambda each: (each.added_at, each.id))

    async def remove_webhook(self, guild: int, webhook_id: str) -> bool:
        async with self._link.trouble():
            removed = await self._link.redis.hdel(keys.webhooks(guild), webhook_id)
            await self._link.redis.hdel(keys.hook_secrets(guild), webhook_id)
        return bool(removed)

    async def put_hook_secret(self, guild: int, webhook_id: str, sealed: str) -> None:
        async with self._link.trouble():
            await self._link.redis.hset(keys.hook_secrets(guild), webhook_id, sealed)

    async def hook_secret(self, guild: int, webhook_id: str) -> str | None:
        async with self._link.trouble():
            found: str | None = await self._link.redis.hget(keys.hook_secrets(guild), webhook_id)
        return found

    # News

    async def take_hook_news(self, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
        if not self._has_news:
            async with self._link.trouble():
                self._has_news = bool(await self._link.redis.exists(keys.HOOK_GUILDS))
            if not self._has_news:
                return []
        try:
            return await take(self._link, keys.HOOKS_GROUP, consumer, limit=limit, wait=wait)
        except StoreError:
            self._has_news = False  # somebody may have emptied the server: look again whether there is a webhook
            raise

    async def hook_news_done(self, tickets: Sequence[str]) -> None:
        await end_news(self._link, keys.HOOKS_GROUP, tickets)

    async def hook_guilds(self, sku: str) -> frozenset[int]:
        async with self._link.trouble():
            found = await self._link.redis.sinter(keys.watchers(sku), keys.HOOK_GUILDS)
        return frozenset(int(guild) for guild in found)

    # Messages

    async def enqueue_hook(self, delivery: HookDelivery) -> bool:
        guild, hook = delivery.guild, delivery.webhook
        names = [keys.HOOKS_DUE, keys.hook_queue(guild, hook), keys.hook_delivery(delivery.id)]
        args: _Args = [
            keys.hook_name(guild, hook),
            delivery.id,
            _ms(delivery.due),
            _text(delivery),
            _seconds(REMEMBERED),
        ]
        return bool(await self._link.run("hook_enqueue", names, args))

    async def claim_hooks(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[HookClaim]:
        token = token_hex(8)
        args: _Args = [_ms(now), limit, _ms(now + lease), token]
        found: list[str] = await self._link.run("hook_claim", [keys.HOOKS_DUE, keys.HOOKS_BUSY], args)
        claims = []
        for name in found:
            guild, _, hook = name.partition(":")
            delivery = await self._longest_due(int(guild), hook, now)
            if delivery:
                claims.append(HookClaim(token, delivery))
            else:
                await self._free(int(guild), hook, token, 0)
        return claims

    async def _longest_due(self, guild: int, hook: str, now: datetime) -> HookDelivery | None:
        queue, newer = keys.hook_queue(guild, hook), 0
        async with self._link.trouble():
            while ids := await self._link.redis.zrange(queue, "-inf", _ms(now), byscore=True, offset=newer, num=1):
                body, shape = await self._link.redis.hmget(keys.hook_delivery(ids[0]), "delivery", "v")
                if not self._link.reads(shape):
                    self._link.leave("messages to webhooks", shape)
                    newer += 1
                    continue
                if body:
                    return HookDelivery.model_validate_json(body)
                await self._link.redis.zrem(queue, ids[0])  # it is forgotten
        return None

    async def finish_hook(self, delivery: HookDelivery, attempt: HookAttempt | None, now: datetime) -> None:
        guild, hook = delivery.guild, delivery.webhook
        names = [keys.hook_queue(guild, hook), keys.hook_delivery(delivery.id), keys.hook_given_up(guild, hook),
                 keys.hook_log(guild, hook)]  # fmt: skip
        row = attempt.model_dump_json() if attempt else ""
        is_done = delivery.state is HookDeliveryState.DONE
        kept = _seconds(DONE_REMEMBERED if is_done else REMEMBERED)
        args: _Args = [delivery.id, delivery.state, _ms(delivery.due), _text(delivery), row, _ms(now), kept]
        await self._link.run("hook_finish", names, [*args, LOG_LENGTH, MOST_GIVEN_UP, _seconds(REMEMBERED)])

    async def free_hook(self, claim: HookClaim, *, not_before: datetime | None = None) -> None:
        delivery = claim.delivery
        await self._free(delivery.guild, delivery.webhook, claim.token, _ms(not_before) if not_before else 0)

    async def _free(self, guild: int, hook: str, token: str, not_before: int) -> None:
        names = [keys.HOOKS_DUE, keys.HOOKS_BUSY, keys.hook_queue(guild, hook)]
        await self._link.run("hook_free", names, [keys.hook_name(guild, hook), token, not_before])

    async def given_up_hooks(self, guild: int, webhook_id: str) -> Sequence[HookDelivery]:
        async with self._link.trouble():
            ids = await self._link.redis.zrange(keys.hook_given_up(guild, webhook_id), 0, -1)
            pipe = self._link.redis.pipeline(transaction=False)
            for each in ids:
                pipe.hget(keys.hook_delivery(each), "delivery")
            found = await pipe.execute() if ids else []
        return [HookDelivery.model_validate_json(body) for body in found if body]

    async def redrive_hook(self, delivery: HookDelivery) -> bool:
        guild, hook = delivery.guild, delivery.webhook
        names = [keys.HOOKS_DUE, keys.hook_queue(guild, hook), keys.hook_delivery(delivery.id),
                 keys.hook_given_up(guild, hook)]  # fmt: skip
        args: _Args = [
            keys.hook_name(guild, hook),
            delivery.id,
            _ms(delivery.due),
            _text(delivery),
            _seconds(REMEMBERED),
        ]
        return bool(await self._link.run("hook_redrive", names, args))

    async def hook_log(self, guild: int, webhook_id: str) -> Sequence[HookAttempt]:
        async with self._link.trouble():
            found = await self._link.redis.lrange(keys.hook_log(guild, webhook_id), 0, -1)
        return [HookAttempt.model_validate_json(row) for row in found]

    async def drop_hook_queue(self, guild: int, webhook_id: str) -> None:
        queue, dead = keys.hook_queue(guild, webhook_id), keys.hook_given_up(guild, webhook_id)
        async with self._link.trouble():
            redis = self._link.redis
            ids = [*await redis.zrange(queue, 0, -1), *await redis.zrange(dead, 0, -1)]
            pipe = redis.pipeline(transaction=True)
            for each in ids:
                pipe.delete(keys.hook_delivery(each))
            for name in (queue, dead, keys.hook_log(guild, webhook_id)):
                pipe.delete(name)
            pipe.zrem(keys.HOOKS_DUE, keys.hook_name(guild, webhook_id))
            pipe.hdel(keys.HOOKS_BUSY, keys.hook_name(guild, webhook_id))
            await pipe.execute()


def _webhook(text: str) -> Webhook:
    return Webhook.model_validate_json(text.partition(" ")[2])


def _text(delivery: HookDelivery) -> str:
    return delivery.model_dump_json(exclude_defaults=True)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
