"""A guild's webhooks: added, proven, changed, tried and removed. Every question carries the guild's id."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import compare_digest, token_bytes, token_urlsafe
from typing import Any, Protocol

import structlog

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import ChangeKind
from alerts.domain.signing import signed_headers
from alerts.domain.webhooks import (
    CHALLENGE,
    MOST_SKUS,
    MOST_WEBHOOKS,
    TEST,
    Answer,
    HookAttempt,
    HookDelivery,
    HookState,
    Webhook,
    again,
    event,
    shown_address,
)
from alerts.ports import Clock, Poster
from alerts.store.ports import Standings, Wishes
from alerts.store.promises.webhooks import WebhookMemory
from alerts.webhooks.vault import Opened, Vault, new_secret

BOTH_SIGN = timedelta(hours=24)  # after a rotation
_TRIES = 5
log = structlog.get_logger()


class WebhookStore(WebhookMemory, Wishes, Standings, Protocol):
    """The parts of memory that webhooks need."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new webhook, its secret for the only time it is shown, and why it is not active, if it is not."""

    webhook: Webhook
    secret: str = field(repr=False)
    problem: str | None = None


class Webhooks:
    """Whoever asks is a manager of the guild; faces see to that. NotFound for what is not there, or another guild's."""

    def __init__(self, *, store: WebhookStore, vault: Vault, poster: Poster, clock: Clock) -> None:
        self._store, self._vault, self._poster, self._clock = store, vault, poster, clock

    async def add(
        self, guild: int, url: str, *, by: int, kinds: Sequence[ChangeKind] = (), skus: Sequence[str] = ()
    ) -> Added:
        """Keep it and challenge its address at once. One that does not answer stays, unverified, and gets nothing.

        BadInput for an address that is never sent to, for a sku that the guild does not watch, and for one too many.
        """
        url = url.strip()
        place = self._poster.check(url)
        wanted = await self._watched(guild, skus)
        if len(await self._store.webhooks(guild)) >= MOST_WEBHOOKS:
            raise _too_many()
        now, name = self._clock.now(), base64.b32encode(token_bytes(10)).decode().lower()
        webhook = Webhook(
            id=name,
            guild=guild,
            shown=shown_address(url),
            place=place,
            kinds=tuple(dict.fromkeys(kinds)),
            skus=wanted,
            since=now,
            added_by=by,
            added_at=now,
        )
        opened = Opened(url, new_secret())
        await self._vault.put(guild, name, opened)  # before the webhook: one without an address could not be sent to
        if not await self._store.add_webhook(webhook, most=MOST_WEBHOOKS):
            await self._store.remove_webhook(guild, name)
            raise _too_many()
        problem = await self._problem(opened)
        kept = await self._swap(guild, name, lambda each: _proven(each, problem, self._clock))
        return Added(kept, opened.secret, problem)

    async def list(self, guild: int) -> Sequence[Webhook]:
        """A guild's webhooks, oldest first."""
        return await self._store.webhooks(guild)

    async def get(self, guild: int, webhook_id: str) -> Webhook:
        """One of them."""
        found = await self._store.webhook(guild, webhook_id)
        if found is None:
            raise NotFound("There is no webhook with that id here: list them to see which there are.")
        return found

    async def change(
        self,
        guild: int,
        webhook_id: str,
        *,
        kinds: Sequence[ChangeKind] | None = None,
        skus: Sequence[str] | None = None,
    ) -> Webhook:
        """What it wants to be told from now on; None leaves that as it is, and none at all means everything."""
        await self.get(guild, webhook_id)
        facts: dict[str, Any] = {}
        if kinds is not None:
            facts["kinds"] = tuple(dict.fromkeys(kinds))
        if skus is not None:
            facts["skus"] = await self._watched(guild, skus)
        return await self._swap(guild, webhook_id, lambda each: each.model_copy(update=facts))

    async def rotate_secret(self, guild: int, webhook_id: str) -> str:
        """A new secret, for the only time it is shown. Both sign for a day, then the old one is forgotten."""
        await self.get(guild, webhook_id)
        opened, fresh = await self._opened(guild, webhook_id), new_secret()
        until = self._clock.now() + BOTH_SIGN
        await self._vault.put(guild, webhook_id, Opened(opened.url, fresh, opened.secret, until))
        return fresh

    async def remove(self, guild: int, webhook_id: str) -> None:
        """Forget it with its messages, its log and its secret."""
        webhook = await self.get(guild, webhook_id)
        await self._store.remove_webhook(guild, webhook_id)
        await self._store.drop_hook_queue(guild, webhook_id)
        await self._store.clear_standing(webhook.target)
        await self._store.clear_notice(webhook.target)

    async def enable(self, guild: int, webhook_id: str) -> Webhook:
        """Challenge one that is unverified or disabled; BadInput says why it stays so. What it missed stays missed."""
        webhook = await self.get(guild, webhook_id)
        if not webhook.is_active:
            problem = await self._problem(await self._opened(guild, webhook_id))
            if problem:
                raise BadInput(f"This webhook stays {webhook.state}: {problem}.")
            webhook = await self._swap(guild, webhook_id, lambda each: _proven(each, None, self._clock))
        await self._store.clear_standing(webhook.target)
        return webhook

    async def log(self, guild: int, webhook_id: str) -> Sequence[HookAttempt]:
        """Its last attempts, the newest first."""
        await self.get(guild, webhook_id)
        return await self._store.hook_log(guild, webhook_id)

    async def given_up(self, guild: int, webhook_id: str) -> Sequence[HookDelivery]:
        """The messages that `redrive` would send again, oldest first: of the last 14 days, a thousand at most."""
        await self.get(guild, webhook_id)
        return await self._store.given_up_hooks(guild, webhook_id)

    async def redrive(self, guild: int, webhook_id: str, delivery_id: str | None = None) -> int:
        """Send what was given up once more, or one of it, under the old ids; how many. BadInput unless it is active."""
        self._must_be_active(await self.get(guild, webhook_id))
        gone = await self._store.given_up_hooks(guild, webhook_id)
        wanted = [each for each in gone if delivery_id in (None, each.id)]
        if delivery_id and not wanted:
            raise NotFound("No message with that id was given up.")
        now = self._clock.now()
        return sum([await self._store.redrive_hook(again(each, now)) for each in wanted])

    async def test(self, guild: int, webhook_id: str) -> str:
        """Queue a test event, sent like any other; the id is the one in the log. BadInput unless it is active."""
        self._must_be_active(await self.get(guild, webhook_id))
        now = self._clock.now()
        body = json.dumps(event(TEST, now, {"webhook": webhook_id}))
        facts = {"guild": guild, "webhook": webhook_id, "type": TEST, "body": body, "queued_at": now, "due": now}
        message = HookDelivery.model_validate({"id": f"msg_{token_urlsafe(18)}", **facts})
        await self._store.enqueue_hook(message)
        return message.id

    async def _watched(self, guild: int, skus: Sequence[str]) -> tuple[str, ...]:
        watched = {each.sku for each in await self._store.watches(guild)} if skus else set()
        if unknown := [sku for sku in skus if sku not in watched]:
            raise BadInput(
                f"This server does not watch {unknown[0][:64]!r}: name skus of its watches, or none for all."
            )
        if len(set(skus)) > MOST_SKUS:
            raise BadInput(f"A webhook names at most {MOST_SKUS} skus; name none to be told of all.")
        return tuple(dict.fromkeys(skus))

    async def _opened(self, guild: int, webhook_id: str) -> Opened:
        opened = await self._vault.of(guild, webhook_id)
        if opened is None:
            cure = "the key that sealed it must be in HS_SECRET_KEY, or it has to be added again"
            raise BadInput(f"The address of this webhook cannot be read: {cure}.")
        return opened

    async def _problem(self, opened: Opened) -> str | None:
        """Why its address did not pass the challenge; None when it did."""
        challenge, now = token_urlsafe(24), self._clock.now()
        body = json.dumps({"type": CHALLENGE, "challenge": challenge}).encode()
        headers = signed_headers(opened.secrets(now), f"msg_{token_urlsafe(18)}", now, body)
        answer = await self._poster.post(opened.url, body, headers, read=True)
        if not answer.is_good:
            return f"its address did not take the challenge ({answer.word})"
        return None if _is_answered(answer, challenge) else "its address did not answer with the challenge"

    async def _swap(self, guild: int, webhook_id: str, after: Callable[[Webhook], Webhook]) -> Webhook:
        for _ in range(_TRIES):
            webhook = after(await self.get(guild, webhook_id))
            if await self._store.swap_webhook(webhook):
                return webhook.model_copy(update={"revision": webhook.revision + 1})
        raise BadInput("Somebody else changes this webhook at this moment: try again.")

    @staticmethod
    def _must_be_active(webhook: Webhook) -> None:
        if not webhook.is_active:
            raise BadInput(f"This webhook is {webhook.state}, so nothing is sent there: enable it first.")


def _proven(webhook: Webhook, problem: str | None, clock: Clock) -> Webhook:
    if problem:
        return webhook.model_copy(update={"reason": problem})
    facts = {"state": HookState.ACTIVE, "reason": "", "since": clock.now(), "failing_since": None}
    return webhook.model_copy(update=facts)


def _is_answered(answer: Answer, challenge: str) -> bool:
    """The challenge alone, as text or as the one field of an object: whoever echoes everything has proven nothing."""
    text = answer.body.decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = text
    if isinstance(said, dict) and len(said) == 1:
        said = said.get("challenge")
    return isinstance(said, str) and compare_digest(said.encode("utf-8", "replace"), challenge.encode())


def _too_many() -> BadInput:
    return BadInput(f"A server may have {MOST_WEBHOOKS} webhooks: remove one first.")
