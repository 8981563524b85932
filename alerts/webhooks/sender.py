"""Send what is due to webhooks, many at once and never many to the same host; what fails is tried again by a schedule.

At least once, always under the same id: whoever is killed between sending and noting it leaves a message that is sent
again when its lease is over.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.domain.errors import StoreError
from alerts.domain.signing import signed_headers
from alerts.domain.webhooks import (
    Answer,
    HookAttempt,
    HookDelivery,
    Webhook,
    after_answer,
    after_attempt,
    standing_of,
    unsent,
)
from alerts.ports import Clock, Poster
from alerts.store.ports import Standings
from alerts.store.promises.webhooks import HookClaim, WebhookMemory
from alerts.webhooks.vault import Vault

LEASE = timedelta(seconds=25)  # longer than any attempt, and a killed sender's messages are back within 30 seconds
AT_ONCE = 64
PER_HOST = 2
_HOST_IS_FULL = timedelta(milliseconds=250)
_TRIES = 5
log = structlog.get_logger()


class SenderStore(WebhookMemory, Standings, Protocol):
    """The parts of memory that sending needs."""


class Sender:
    """Take what is due, send it, note what became of it."""

    def __init__(self, *, store: SenderStore, vault: Vault, poster: Poster, clock: Clock) -> None:
        self._store, self._vault, self._poster, self._clock = store, vault, poster, clock
        self._at_work: set[asyncio.Task[None]] = set()
        self._hosts: Counter[str] = Counter()

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Begin with what is due; False when there was nothing.

        Without `wait` all of it has ended when it returns. Else what is slow goes on beside the next turns.
        """
        self._ended()
        room = AT_ONCE - len(self._at_work)
        claims = await self._store.claim_hooks(self._clock.now(), limit=room, lease=LEASE) if room else []
        for claim in claims:
            self._at_work.add(asyncio.create_task(self._attempt(claim), name=f"webhook {claim.delivery.webhook}"))
        if self._at_work:
            limit = wait.total_seconds() if wait else None
            when = asyncio.FIRST_COMPLETED if wait else asyncio.ALL_COMPLETED
            await asyncio.wait(self._at_work, timeout=limit, return_when=when)
            self._ended()
        return bool(claims)

    async def drain(self, seconds: float) -> None:
        """Let what is under way end; what takes longer is left to whoever comes next, when its lease is over."""
        if self._at_work:
            _, late = await asyncio.wait(self._at_work, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._at_work, return_exceptions=True)
            self._at_work.clear()

    def _ended(self) -> None:
        """Forget the attempts that have ended; raise when memory is away."""
        done = {task for task in self._at_work if task.done()}
        self._at_work -= done
        for error in [task.exception() for task in done if not task.cancelled()]:
            if error:
                raise error

    async def _attempt(self, claim: HookClaim) -> None:
        try:
            await self._send(claim)
        except StoreError:
            raise
        except Exception:  # the bulkhead around one message: it comes back when its lease is over
            log.exception("webhook attempt failed", guild=claim.delivery.guild, webhook=claim.delivery.webhook)

    async def _send(self, claim: HookClaim) -> None:
        delivery, now = claim.delivery, self._clock.now()
        webhook = await self._store.webhook(delivery.guild, delivery.webhook)
        if webhook is None:  # it was removed as this was queued
            await self._store.drop_hook_queue(delivery.guild, delivery.webhook)
        elif not webhook.is_active:
            await self._store.finish_hook(unsent(delivery), None, now)
            await self._store.free_hook(claim)
        elif self._hosts[webhook.place] >= PER_HOST:
            await self._store.free_hook(claim, not_before=now + _HOST_IS_FULL)
        else:
            self._hosts[webhook.place] += 1
            try:
                answer = await self._post(delivery)
            finally:
                self._hosts[webhook.place] -= 1
                self._hosts += Counter()  # forgets the hosts that nobody is at
            await self._note(claim, webhook, answer)

    async def _post(self, delivery: HookDelivery) -> Answer:
        opened = await self._vault.of(delivery.guild, delivery.webhook)
        if opened is None:
            return Answer("its address cannot be read", is_ours=True)
        now, body = self._clock.now(), delivery.body.encode()
        headers = signed_headers(opened.secrets(now), delivery.id, now, body)
        return await self._poster.post(opened.url, body, headers)

    async def _note(self, claim: HookClaim, webhook: Webhook, answer: Answer) -> None:
        now = self._clock.now()
        after = after_attempt(claim.delivery, answer, now)
        row = HookAttempt(
            at=now,
            delivery=after.id,
            type=after.type,
            attempt=after.attempts,
            status=answer.word,
            took_ms=round(answer.took.total_seconds() * 1000),
        )
        await self._stands(webhook, answer, now)
        await self._store.finish_hook(after, row, now)
        await self._store.free_hook(claim, not_before=now + answer.rest if answer.rest else None)

    async def _stands(self, webhook: Webhook, answer: Answer, now: datetime) -> None:
        """Keep how the webhook stands after this, and have the guild's admins told when it is disabled."""
        found: Webhook | None = webhook
        for _ in range(_TRIES):
            after = after_answer(found, answer, now) if found else None
            if found is None or after is None or after == found:
                return
            if not after.is_active:
                # Before the webhook itself: after a crash in between the next failure does the same once more.
                await self._store.put_standing(standing_of(after))
            elif after.failing_since is None:
                await self._store.clear_standing(after.target)
            if await self._store.swap_webhook(after):
                if not after.is_active:
                    log.warning("webhook disabled", guild=after.guild, webhook=after.id, reason=after.reason)
                return
            found = await self._store.webhook(webhook.guild, webhook.id)
