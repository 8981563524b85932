"""What memory promises of webhooks out: the records, the news for them, and the messages on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerts.domain.webhooks import HookAttempt, HookDelivery, Webhook
from alerts.store.facts import News
from alerts.store.promises.resealing import SwapsSealed


@dataclass(frozen=True, slots=True)
class HookClaim:
    """A message that is ours to send. While we hold it, nobody sends another one to its webhook."""

    token: str
    delivery: HookDelivery


class WebhookRecords(SwapsSealed, Protocol):
    """Webhooks and their secrets. A guild's id is part of every question."""

    async def add_webhook(self, webhook: Webhook, *, most: int) -> bool:
        """Keep a new one; False when the guild has so many already. The first one ever begins the news for them."""

    async def swap_webhook(self, webhook: Webhook) -> bool:
        """Keep it instead of the one that it was read as; False when somebody changed or removed that since."""

    async def webhook(self, guild: int, webhook_id: str) -> Webhook | None:
        """One of a guild's webhooks."""

    async def webhooks(self, guild: int) -> Sequence[Webhook]:
        """A guild's webhooks, oldest first."""

    async def remove_webhook(self, guild: int, webhook_id: str) -> bool:
        """Forget it and its secret; False when this guild has none of that id."""

    async def put_hook_secret(self, guild: int, webhook_id: str, sealed: str) -> None:
        """Keep what a Seal made of its address and secrets, instead of what was there."""

    async def hook_secret(self, guild: int, webhook_id: str) -> str | None:
        """What is kept."""


class WebhookNews(Protocol):
    """Every change a second time, beside fan-out and at its own pace, from the first webhook on."""

    async def take_hook_news(self, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
        """As NewsStream.take_news; nothing as long as there was never a webhook."""

    async def hook_news_done(self, tickets: Sequence[str]) -> None:
        """Never hand these out again."""

    async def hook_guilds(self, sku: str) -> frozenset[int]:
        """The guilds that watch a product and may have a webhook."""


class WebhookQueue(Protocol):
    """Messages to webhooks. Of each webhook one is under way at a time."""

    async def enqueue_hook(self, delivery: HookDelivery) -> bool:
        """Queue it once: False when its id was queued within the last days."""

    async def claim_hooks(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[HookClaim]:
        """Lend out due messages, of each webhook its longest due; whatever is not freed in time becomes due again."""

    async def finish_hook(self, delivery: HookDelivery, attempt: HookAttempt | None, now: datetime) -> None:
        """Keep where a message stands after an attempt, and a line of its webhook's log."""

    async def free_hook(self, claim: HookClaim, *, not_before: datetime | None = None) -> None:
        """The webhook may be sent its next message, from then on."""

    async def given_up_hooks(self, guild: int, webhook_id: str) -> Sequence[HookDelivery]:
        """What was given up and can be sent again, oldest first."""

    async def redrive_hook(self, delivery: HookDelivery) -> bool:
        """Queue it again as it is told here; False when it is not among what was given up."""

    async def hook_log(self, guild: int, webhook_id: str) -> Sequence[HookAttempt]:
        """The last attempts, the newest first."""

    async def drop_hook_queue(self, guild: int, webhook_id: str) -> None:
        """Forget its messages and its log."""


class WebhookMemory(WebhookRecords, WebhookNews, WebhookQueue, Protocol):
    """All of it."""
