"""What becomes of a request that has ended: outcomes to keep, what is remembered, and what `/why` will say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.delivery.compose import Plan
from alerts.delivery.retry import pause_after
from alerts.delivery.targets import is_off
from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.episodes import Episode, edited, posted
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from alerts.domain.memory import told
from alerts.domain.model import Change
from alerts.domain.said import say
from alerts.domain.standing import Standing
from alerts.domain.trail import Stage, Step, went
from alerts.observing import SILENT, Observer
from alerts.store.ports import Claim, Holds, Outcome, Ticket, Trails

_AT_ONCE = timedelta(minutes=1)  # fan-out takes no longer, unless a rule holds it
_NOTED_TRIES = 3  # an outage must not push everything else out of the trail
log = structlog.get_logger()


class EndingsStore(Holds, Trails, Protocol):
    """The parts of memory that the end of a request needs."""


@dataclass(slots=True)
class Request:
    """A message on its way, or an edit of one."""

    plan: Plan
    letter: Letter
    task: asyncio.Task[int] = field(init=False)

    @property
    def posts(self) -> Sequence[Claim]:
        """The alerts in a message that is posted; none for an edit."""
        return self.plan.attempt.claims if self.plan.attempt else ()

    @property
    def error(self) -> DeliveryError | None:
        """Why it did not arrive."""
        error = self.task.exception()
        assert error is None or isinstance(error, DeliveryError)
        return error


class Endings:
    """Keeps the stages and memories of requests that have ended, and says what to keep of their deliveries."""

    def __init__(self, store: EndingsStore, observer: Observer = SILENT) -> None:
        self._store, self._observer = store, observer

    async def arrived(self, requests: Sequence[Request], now: datetime) -> list[Outcome]:
        """All of them stand in their channels."""
        await self._remember([each for request in requests for each in _told(request)], now)
        await self._store.note_stages([stage for request in requests for stage in _stages(request, now)])
        for request in requests:
            log.debug("message", letter=request.letter.id, message=request.task.result(), target=request.plan.target)
            for claim in request.posts:
                self._ended(claim, "sent", _took(claim.delivery, now))
            for claim in request.plan.absorbed:
                self._ended(claim, "edited")
        if requests:
            alerts = sum(len(request.posts) + len(request.plan.absorbed) for request in requests)
            log.info("delivered", messages=len(requests), alerts=alerts)
        return [
            Outcome(claim, DeliveryState.SENT, str(request.task.result()))
            for request in requests
            for claim in (*request.posts, *request.plan.absorbed)
        ]

    async def failed(self, request: Request, error: DeliveryError, standing: Standing, now: datetime) -> list[Outcome]:
        """It did not arrive. What would have been told along with it stays as it is."""
        claims = request.posts or request.plan.absorbed
        facts = {"letter": request.letter.id, "target": request.plan.target, "reason": str(error)}
        if error.remedy is Remedy.BURY and len(request.posts) > 1:
            log.warning("message taken apart", **facts)
            reason = say("refused together with others; goes alone")
            return [Outcome(c, DeliveryState.POSTPONED, reason, now, letter=c.delivery.id) for c in claims]
        if error.remedy is Remedy.BURY or is_off(standing):
            log.warning("delivery buried", **facts)
            return await self.buried([Outcome(c, DeliveryState.BURIED, str(error), is_dead=True) for c in claims], now)
        tries = max(claim.tries for claim in claims)
        for claim in claims:
            self._ended(claim, "postponed")
        until = standing.until or now + (error.retry_after or pause_after(request.letter.id, tries))
        log.warning("delivery postponed", seconds=round((until - now).total_seconds(), 1), **facts)
        if tries < _NOTED_TRIES:
            stages = (went(claim.delivery, Step.POSTPONED, str(error), now) for claim in claims)
            await self._store.note_stages([stage for each in stages for stage in each])
        # What was refused was not posted, so the next message may hold something newer. Else nobody can tell.
        is_open = request.plan.attempt is not None and error.remedy is not Remedy.PAUSE
        letter = request.letter.id if is_open else None
        # A target that is paused has its own time, which whoever mends it puts an end to.
        at = None if standing.until else until
        return [
            Outcome(claim, DeliveryState.POSTPONED, str(error), at, letter=letter, part=part if letter else 0)
            for part, claim in enumerate(claims)
        ]

    async def buried(self, outcomes: Sequence[Outcome], now: datetime) -> list[Outcome]:
        """They end without being told; those that were only too late say so."""
        stages: list[Stage] = []
        for each in outcomes:
            if each.state is DeliveryState.BURIED and not each.claim.delivery.is_follow_up:
                step = Step.BURIED if each.is_dead else Step.EXPIRED
                stages += went(each.claim.delivery, step, each.note, now)
                self._ended(each.claim, step)
        await self._store.note_stages(stages)
        return list(outcomes)

    def _ended(self, claim: Claim, result: str, seconds: float | None = None) -> None:
        self._observer.delivered(claim.delivery.target.type, result, seconds)

    async def _remember(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """Cooldowns, caps and thresholds count what has arrived, not what was tried."""
        changes: dict[tuple[int, str], list[Change]] = {}
        for delivery in deliveries:
            for subscription_id, change in ((delivery.subscription, delivery.change), *_also(delivery)):
                changes.setdefault((delivery.guild, subscription_id), []).append(change)
        while changes:
            after = {}
            for name, found in zip(changes, await self._store.memories(list(changes)), strict=True):
                if found:
                    subscription, before = found
                    memory = before
                    for change in changes[name]:
                        memory = told(memory, change, subscription, now)
                    after[name] = before, memory
            # Fan-out may arm a threshold again at the same moment: neither must undo the other.
            changes = {name: changes[name] for name in await self._store.swap_memories(after)}


def episodes_after(request: Request, now: datetime) -> Iterator[Episode]:
    """The living alerts, with the message that shows them."""
    plan = request.plan
    if plan.edit:
        yield edited(plan.edit, now)
    if plan.attempt:
        letter = plan.attempt.letter if len(plan.attempt.claims) > 1 else None
        for episode in plan.attempt.episodes:
            if episode.opening.id in plan.parts:
                yield posted(episode, request.task.result(), letter)


def tickets_after(outcomes: Sequence[Outcome]) -> Iterator[Ticket]:
    """What was postponed, as it waits from now on: the parts of a message stay together."""
    for each in outcomes:
        if each.state is DeliveryState.POSTPONED:
            yield replace(each.claim.ticket, until=each.until, letter=each.letter, part=each.part)


def _told(request: Request) -> Iterator[Delivery]:
    for claim in (*request.posts, *request.plan.absorbed):
        if not claim.delivery.is_follow_up:
            yield claim.delivery


def _took(delivery: Delivery, now: datetime) -> float:
    """Seconds from the change to its message; what was held by a rule counts from its release."""
    began = delivery.change.at if delivery.queued_at - delivery.change.at < _AT_ONCE else delivery.queued_at
    return max(0.0, (now - began).total_seconds())


def _stages(request: Request, now: datetime) -> Iterator[Stage]:
    plan = request.plan
    for claim in request.posts:
        yield from went(claim.delivery, Step.SENT, "", now)
    openings = [plan.edit.opening] if plan.edit else [each.opening for each in plan.parts.values() if each]
    for claim in plan.absorbed:
        opening = next((each.id for each in openings if each.change.sku == claim.delivery.change.sku), None)
        yield from went(claim.delivery, Step.EDITED, "", now, message_of=opening)


def _also(delivery: Delivery) -> Iterator[tuple[str, Change]]:
    return ((each.subscription, each.change) for each in delivery.also)
