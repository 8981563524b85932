"""Webhooks out, in dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain.webhooks import (
    LOG_LENGTH,
    MOST_GIVEN_UP,
    HookAttempt,
    HookDelivery,
    HookDeliveryState,
    Webhook,
)
from alerts.domain.wishes import OPERATOR
from alerts.store.memory_audit import MemoryAudit
from alerts.store.memory_outbox import MemoryOutbox
from alerts.store.ports import News
from alerts.store.promises.webhooks import HookClaim

_Name = tuple[int, str]
_TAKER_IS_DEAD_AFTER = 5.0


@dataclass
class MemoryWebhooks(MemoryOutbox, MemoryAudit):
    """See promises.webhooks."""

    _hooks: dict[_Name, Webhook] = field(default_factory=dict, init=False)
    _hook_secrets: dict[_Name, str] = field(default_factory=dict, init=False)
    _hook_guilds: set[int] = field(default_factory=set, init=False)
    _hook_news: dict[str, tuple[News, float]] = field(default_factory=dict, init=False)
    _hook_messages: dict[str, HookDelivery] = field(default_factory=dict, init=False)
    _hook_gone: dict[str, datetime] = field(default_factory=dict, init=False)
    _hook_busy: dict[_Name, tuple[datetime, str]] = field(default_factory=dict, init=False)
    _hook_logs: dict[_Name, list[HookAttempt]] = field(default_factory=dict, init=False)

    # Records

    async def add_webhook(self, webhook: Webhook, *, most: int) -> bool:
        if webhook.added_by != OPERATOR:
            self._traces[webhook.added_by].add(webhook.guild)
        self._hook_guilds.add(webhook.guild)
        if len(await self.webhooks(webhook.guild)) >= most or (webhook.guild, webhook.id) in self._hooks:
            return False
        self._hooks[webhook.guild, webhook.id] = _next(webhook)
        return True

    async def swap_webhook(self, webhook: Webhook) -> bool:
        kept = self._hooks.get((webhook.guild, webhook.id))
        if kept is None or kept.revision != webhook.revision:
            return False
        self._hooks[webhook.guild, webhook.id] = _next(webhook)
        return True

    async def webhook(self, guild: int, webhook_id: str) -> Webhook | None:
        return self._hooks.get((guild, webhook_id))

    async def webhooks(self, guild: int) -> Sequence[Webhook]:
        mine = (each for each in self._hooks.values() if each.guild == guild)
        return sorted(mine, key=lambda each: (each.added_at, each.id))

    async def remove_webhook(self, guild: int, webhook_id: str) -> bool:
        self._hook_secrets.pop((guild, webhook_id), None)
        return self._hooks.pop((guild, webhook_id), None) is not None

    async def put_hook_secret(self, guild: int, webhook_id: str, sealed: str) -> None:
        self._hook_secrets[guild, webhook_id] = sealed

    async def hook_secret(self, guild: int, webhook_id: str) -> str | None:
        return self._hook_secrets.get((guild, webhook_id))

    # News

    def _hear_for_hooks(self, news: News) -> None:
        if self._hook_guilds:
            self._hook_news[news.ticket] = news, float("-inf")

    async def take_hook_news(self, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
        now = self.clock.monotonic()
        free = [news for news, taken in self._hook_news.values() if taken <= now - _TAKER_IS_DEAD_AFTER][:limit]
        self._hook_news.update({news.ticket: (news, now) for news in free})
        return free

    async def hook_news_done(self, tickets: Sequence[str]) -> None:
        for ticket in tickets:
            self._hook_news.pop(ticket, None)

    # Messages

    async def enqueue_hook(self, delivery: HookDelivery) -> bool:
        if delivery.id in self._hook_messages:
            return False
        self._hook_messages[delivery.id] = delivery
        return True

    async def claim_hooks(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[HookClaim]:
        due = [each for each in self._hook_messages.values() if _is_waiting(each) and each.due <= now]
        claims: list[HookClaim] = []
        for each in sorted(due, key=lambda each: (each.due, each.id)):
            name = each.guild, each.webhook
            till, _ = self._hook_busy.get(name, (now, ""))
            if till <= now and len(claims) < limit:
                token = f"claim-{next(self._serial)}"
                self._hook_busy[name] = now + lease, token
                claims.append(HookClaim(token, each))
        return claims

    async def finish_hook(self, delivery: HookDelivery, attempt: HookAttempt | None, now: datetime) -> None:
        kept, name = self._hook_messages.get(delivery.id), (delivery.guild, delivery.webhook)
        if kept is None:
            return
        if _is_waiting(kept):
            self._hook_messages[delivery.id] = delivery
            if delivery.state is HookDeliveryState.GIVEN_UP:
                self._hook_gone[delivery.id] = now
                for each in (await self.given_up_hooks(*name))[:-MOST_GIVEN_UP]:
                    del self._hook_gone[each.id]
        if attempt:
            self._hook_logs[name] = [attempt, *self._hook_logs.get(name, [])][:LOG_LENGTH]

    async def free_hook(self, claim: HookClaim, *, not_before: datetime | None = None) -> None:
        name = claim.delivery.guild, claim.delivery.webhook
        if self._hook_busy.get(name, (None, ""))[1] != claim.token:
            return
        if not_before:
            self._hook_busy[name] = not_before, "-"
        else:
            del self._hook_busy[name]

    async def given_up_hooks(self, guild: int, webhook_id: str) -> Sequence[HookDelivery]:
        gone = [(at, self._hook_messages[each]) for each, at in self._hook_gone.items()]
        mine = [(at, each.id, each) for at, each in gone if (each.guild, each.webhook) == (guild, webhook_id)]
        return [each for _, _, each in sorted(mine, key=lambda each: each[:2])]

    async def redrive_hook(self, delivery: HookDelivery) -> bool:
        if self._hook_gone.pop(delivery.id, None) is None:
            return False
        self._hook_messages[delivery.id] = delivery
        return True

    async def hook_log(self, guild: int, webhook_id: str) -> Sequence[HookAttempt]:
        return list(self._hook_logs.get((guild, webhook_id), []))

    async def drop_hook_queue(self, guild: int, webhook_id: str) -> None:
        name = guild, webhook_id
        for each in [each for each in self._hook_messages.values() if (each.guild, each.webhook) == name]:
            if each.state is not HookDeliveryState.DONE:
                del self._hook_messages[each.id]
                self._hook_gone.pop(each.id, None)
        self._hook_logs.pop(name, None)
        self._hook_busy.pop(name, None)


def _next(webhook: Webhook) -> Webhook:
    return webhook.model_copy(update={"revision": webhook.revision + 1})


def _is_waiting(delivery: HookDelivery) -> bool:
    return delivery.state is HookDeliveryState.WAITING
