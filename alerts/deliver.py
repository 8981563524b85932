"""Empty the outbox: one process at a time, each message once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeAlias

import structlog

from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.episodes import Act, Episode, edited, follow, may_be_edited_at, posted
from alerts.domain.errors import DeliveryError, Remedy, StoreError
from alerts.domain.memory import told
from alerts.domain.model import Change, Snapshot
from alerts.domain.trail import Step, went
from alerts.domain.wishes import Target
from alerts.ports import Clock
from alerts.store.ports import Claim, Episodes, Holds, Outbox, Snapshots, Trails, Wishes

LEASE = timedelta(seconds=5)
_BATCH = 20
# Discord may be away for hours and loses nothing by it; what is older than this is no news any more.
_WORTH_TELLING = timedelta(days=1)
_A_MOMENT = timedelta(milliseconds=500)
_HEAD_IS_LOST_AFTER = timedelta(seconds=30)
log = structlog.get_logger()


Line: TypeAlias = tuple[Target, str]  # a target and a sku


class Head(NamedTuple):
    """The message that a line waits for."""

    queued_at: datetime
    until: datetime


class NotYet(DeliveryError):
    """Nothing is wrong: the message's turn has not come."""


class Notifier(Protocol):
    """One way to put a message before people."""

    async def send(self, delivery: Delivery, snapshot: Snapshot) -> int:
        """Post it and say the message's id; the same delivery again finds the message that stands. Or DeliveryError."""

    async def edit(self, episode: Episode, snapshot: Snapshot) -> None:
        """Make the episode's message show how it stands; one that was deleted stays deleted. Or DeliveryError."""


class DeliverStore(Outbox, Episodes, Snapshots, Holds, Trails, Wishes, Protocol):
    """The parts of memory that delivering needs."""


class Deliver:
    """Send what is queued while this process holds the only seat: a product's news in order, each target alone."""

    def __init__(self, *, store: DeliverStore, notifier: Notifier, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._notifier, self._clock, self._name = store, notifier, clock, name
        self._heads: dict[Line, Head] = {}

    async def __call__(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Send what is due; False when there was nothing, or somebody else delivers."""
        if not await self._lead():
            return False
        lines: dict[Line, list[Claim]] = {}
        for claim in await self._store.claim(self._clock.now(), limit=_BATCH, wait=wait):
            lines.setdefault((claim.delivery.target, claim.delivery.change.sku), []).append(claim)
        # All come to an end before the first trouble with the store is raised: none goes on unseen.
        ends = await asyncio.gather(*(self._serve(*line) for line in lines.items()), return_exceptions=True)
        for end in ends:
            if end:
                raise end
        return bool(lines)

    async def leave(self) -> None:
        """Give the seat to the next process at once."""
        await self._store.resign("deliver", self._name)

    async def _lead(self) -> bool:
        return await self._store.lead("deliver", self._name, ttl=LEASE)

    async def _serve(self, line: Line, claims: Sequence[Claim]) -> None:
        """One product's messages to one target, one after the other: while one has to wait, the later ones do, too."""
        for claim in sorted(claims, key=lambda claim: claim.delivery.queued_at):
            # A slow send may have cost us the seat; whoever took it claims these again.
            if not await self._lead():
                self._heads.clear()
                return
            head, now = self._heads.get(line), self._clock.now()
            if head and head.queued_at < claim.delivery.queued_at and now < head.until + _HEAD_IS_LOST_AFTER:
                until = max(head.until, now + _A_MOMENT)
                await self._store.postpone(claim, until, "waits for an earlier message")
            else:
                waits_until = await self._attempt(claim)
                self._heads.pop(line, None)
                if waits_until:
                    self._heads[line] = Head(claim.delivery.queued_at, waits_until)

    async def _attempt(self, claim: Claim) -> datetime | None:
        """Post or edit one message; the time until which it has to wait, if it has to."""
        delivery = claim.delivery
        facts = {"delivery": delivery.id, "sku": delivery.change.sku, "kind": delivery.change.kind.value}
        await self._store.sending(claim, self._clock.now())
        try:
            message_id = await self._tell(delivery)
        except DeliveryError as exc:
            return await self._failed(claim, exc, facts)
        except StoreError:
            raise
        except Exception as exc:  # the bulkhead: one message with a defect must not hold up the others
            log.exception("delivery failed", **facts)
            return await self._failed(claim, DeliveryError(f"defect: {type(exc).__name__}"), facts)
        await self._remember(delivery)
        await self._store.settle(claim, message_id)
        log.info("delivered", message=message_id, **facts)
        return None

    async def _remember(self, delivery: Delivery) -> None:
        """Cooldowns, caps and thresholds count what has arrived, not what was tried."""
        if delivery.is_follow_up:
            return
        for subscription_id, change in ((delivery.subscription, delivery.change), *_also(delivery)):
            subscription = await self._store.subscription(delivery.guild, subscription_id)
            if subscription:
                memory = await self._store.memory(delivery.guild, subscription_id)
                after = told(memory, change, subscription, self._clock.now())
                await self._store.put_memory(delivery.guild, subscription_id, after)

    async def _tell(self, delivery: Delivery) -> int:
        """Take the delivery into the product's living alert, and do what that asks for; the message's id, or 0."""
        sku = delivery.change.sku
        before = await self._store.episode(delivery.target, sku)
        if before and before.message_id is None and await self._is_buried(before.opening):
            before = None
        if before and delivery.queued_at < before.opening.queued_at:
            # It was overtaken by the next restock, whose message says more: whoever asked for it still gets it.
            return 0 if delivery.is_follow_up else await self._send(delivery, await self._store.snapshot(sku))
        found = follow(before, delivery)
        episode = found.episode
        if found.act is Act.EDIT and episode and episode.message_id is None:
            raise NotYet("the message to change is not posted yet", retry_after=_A_MOMENT)
        if episode and episode != before:
            # Before anything is sent: whoever takes over after a crash finds the same episode, and the same nonce.
            await self._store.put_episode(episode)
        snapshot = await self._store.snapshot(sku)
        if found.act is Act.POST:
            message_id = await self._send(delivery, snapshot)
            if episode and episode.opening.id == delivery.id:
                await self._store.put_episode(posted(episode, message_id))
            return message_id
        if found.act is Act.EDIT and episode:
            await self._edit(episode, snapshot)
            at, message_of = self._clock.now(), episode.opening.id
            await self._store.note_stages(went(delivery, Step.EDITED, "", at, message_of=message_of))
            return episode.message_id or 0
        return 0

    async def _send(self, delivery: Delivery, snapshot: Snapshot) -> int:
        message_id = await self._notifier.send(delivery, snapshot)
        await self._store.note_stages(went(delivery, Step.SENT, "", self._clock.now()))
        return message_id

    async def _is_buried(self, delivery: Delivery) -> bool:
        return await self._store.delivery_state(delivery.id) is DeliveryState.BURIED

    async def _edit(self, episode: Episode, snapshot: Snapshot) -> None:
        now, free_at = self._clock.now(), may_be_edited_at(episode)
        if free_at and free_at > now:
            raise NotYet("this message was changed just now", retry_after=free_at - now)
        await self._notifier.edit(episode, snapshot)
        await self._store.put_episode(edited(episode, self._clock.now()))

    async def _failed(self, claim: Claim, error: DeliveryError, facts: dict[str, str]) -> datetime | None:
        now, reason = self._clock.now(), str(error)
        if error.remedy is Remedy.BURY or now - claim.delivery.queued_at > _WORTH_TELLING:
            log.warning("delivery buried", reason=reason, tries=claim.tries + 1, **facts)
            step = Step.BURIED if error.remedy is Remedy.BURY else Step.EXPIRED
            await self._store.note_stages(went(claim.delivery, step, reason, now))
            await self._store.bury(claim, reason)
            return None
        pause = error.retry_after or timedelta(seconds=min(2**claim.tries, 300))
        level = log.info if isinstance(error, NotYet) else log.warning
        level("delivery postponed", reason=reason, seconds=pause.total_seconds(), **facts)
        # The first few only: an outage must not push everything else out of the trail.
        if claim.tries < 3 and not isinstance(error, NotYet):
            await self._store.note_stages(went(claim.delivery, Step.POSTPONED, reason, now))
        await self._store.postpone(claim, now + pause, reason)
        return now + pause


def _also(delivery: Delivery) -> Iterator[tuple[str, Change]]:
    return ((each.subscription, each.change) for each in delivery.also)
