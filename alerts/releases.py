"""Queue what has waited for quiet hours, a snooze or a digest to end, if it is still true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Protocol

from alerts.decisions import Decisions, Question, as_watched, called_by, log_decision
from alerts.domain.deliveries import Delivery, together
from alerts.domain.rules import Verb, decide
from alerts.domain.said import say
from alerts.domain.still import still_true
from alerts.domain.trail import Step, decided, noted, went
from alerts.domain.waiting import Waiting
from alerts.market import Markets
from alerts.ports import Clock
from alerts.store.ports import GuildChoices, Holds, Outbox, Snapshots, Trails, Wishes

_BATCH = 50
SEAT = timedelta(seconds=5)


class ReleaseStore(Outbox, Wishes, GuildChoices, Holds, Snapshots, Trails, Protocol):
    """The parts of memory that releasing needs."""


class Releases:
    """Everything that comes due for one target goes into one message. Doing it twice queues nothing twice."""

    def __init__(self, *, store: ReleaseStore, decisions: Decisions, markets: Markets, clock: Clock, name: str) -> None:
        self._store, self._decisions, self._markets = store, decisions, markets
        self._clock, self._name = clock, name

    async def __call__(self, *, seat: timedelta = SEAT) -> bool:
        """Queue what has come due; False when there was nothing, or somebody else does it."""
        now = self._clock.now()
        due = await self._store.held(now, limit=_BATCH)
        # One process at a time: two that each take a part would make two messages of one.
        if not due or not await self._store.lead("release", self._name, ttl=seat):
            return False
        for delivery in _messages(await self._wanted(due)):
            await self._store.enqueue(delivery)
            await self._store.note_stages(went(delivery, Step.QUEUED, "it has waited", now))
        for each in due:
            await self._store.release(each)
        return True

    async def _wanted(self, due: Sequence[Waiting]) -> list[Delivery]:
        """One that was queued by somebody who died before it was released is in a message already."""
        queued = await self._store.is_queued([each.id for each in due])
        left = [each for each, is_queued in zip(due, queued, strict=True) if not is_queued]
        return list({found.id: found for each in left if (found := await self._still_wanted(each))}.values())

    async def _still_wanted(self, waiting: Waiting) -> Delivery | None:
        change = waiting.change
        subscription = await self._store.subscription(waiting.guild, waiting.subscription)
        if subscription is None:
            return None
        watched = {watch.guild: watch for watch in await self._store.watches_of(change.sku)}
        subscription = as_watched(subscription, watched)
        known = (await self._store.snapshot(change.sku)).known(change.listing)
        if not still_true(change, known, subscription):
            reason, now = say("no longer true when it came due"), self._clock.now()
            log_decision(change, subscription, Verb.SUPPRESS, reason)
            await self._store.note_stages([noted(change, subscription, Step.EXPIRED, reason, now)])
            return None
        memory = await self._store.memory(waiting.guild, waiting.subscription)
        market, now = await self._markets.of(change), self._clock.now()
        floor = (await self._store.guild_settings(waiting.guild)).floor
        decision = decide(change, subscription, now=now, memory=memory, market=market, floor=floor, held=True)
        log_decision(change, subscription, decision.verb, decision.reason)
        await self._store.note_stages([decided(change, subscription, decision, now)])
        if decision.verb is Verb.HOLD and decision.until and decision.until > now:
            await self._store.hold(waiting.model_copy(update={"until": decision.until}))
        if decision.verb is not Verb.DELIVER:
            return None
        name = called_by(subscription, watched)
        return self._decisions.delivery(Question(change, subscription, market, waiting.id, name=name))


def _messages(ready: Sequence[Delivery]) -> list[Delivery]:
    groups = groupby(sorted(ready, key=_place), key=_place)
    return [together(list(group)) for _, group in groups]


def _place(delivery: Delivery) -> tuple[int, str]:
    return delivery.guild, str(delivery.target)
