"""Decide for subscribers, a page of them at a time, and keep what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from alerts.domain.deliveries import Delivery, delivery_for, follow_up_id
from alerts.domain.episodes import is_followed
from alerts.domain.floor import DEFAULT_FLOOR, Floor
from alerts.domain.market import Market
from alerts.domain.memory import NOTHING, Memory, observe
from alerts.domain.model import Change
from alerts.domain.rules import Decision, Verb, decide
from alerts.domain.trail import Stage, Step, decided, went
from alerts.domain.waiting import Waiting, waiting_for
from alerts.domain.wishes import Subscription, Watch
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Holds, Outbox, Trails

log = structlog.get_logger()


class DecisionStore(Holds, Outbox, Trails, Protocol):
    """The parts of memory that deciding needs."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a subscriber hears of a change. `identity` is the delivery's, however often this is asked.

    `name` is what the subscriber's guild calls the product, if it has a name of its own for it.
    """

    change: Change
    wish: Subscription
    market: Market
    identity: str
    memory: Memory = NOTHING
    floor: Floor = DEFAULT_FLOOR
    name: str | None = None


@dataclass(slots=True)
class Page:
    """What was decided and is not kept yet."""

    deliveries: list[Delivery] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)


class Decisions:
    """The rules, with what they need to know and where their answers go. Doing it twice queues nothing twice."""

    def __init__(self, *, store: DecisionStore, products: Products, clock: Clock, observer: Observer = SILENT) -> None:
        self._store, self._products, self._clock, self._observer = store, products, clock, observer

    async def memories(self, page: Sequence[Subscription], seen: Change) -> dict[tuple[int, str], Memory]:
        """What each was told, once it has taken in what is offered now."""
        left = {(each.guild, each.id): each for each in page}
        known: dict[tuple[int, str], Memory] = {}
        while left:
            pairs = zip(list(left), await self._store.memories(list(left)), strict=True)
            before = {name: pair[1] for name, pair in pairs if pair}
            after = {name: observe(memory, seen, left[name]) for name, memory in before.items()}
            known |= after
            changed = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
            # Delivery may have told something at the same moment: neither must undo the other.
            left = {name: left[name] for name in await self._store.swap_memories(changed)}
        return known

    def weigh(self, asked: Question, page: Page) -> Verb:
        """What the rules say; what has to wait is added to the page."""
        change, wish, now = asked.change, asked.wish, self._clock.now()
        decision = decide(change, wish, now=now, memory=asked.memory, market=asked.market, floor=asked.floor)
        log_decision(change, wish, decision.verb, decision.reason)
        self._observer.decided(change.kind, _word(decision))
        page.stages.append(decided(change, wish, decision, now))
        if decision.verb is Verb.HOLD and decision.until:
            page.waiting.append(waiting_for(change, wish, decision.until).model_copy(update={"id": asked.identity}))
        return decision.verb

    def consider(self, asked: Question, page: Page) -> None:
        """Decide, and add to the page what is to be sent."""
        change, wish = asked.change, asked.wish
        is_told = self.weigh(asked, page) is Verb.DELIVER
        if is_told or is_followed(change, wish):
            # Not asked for, or not now, but a living alert follows what becomes of it.
            identity = asked.identity if is_told else follow_up_id(asked.identity, wish.id)
            delivery = self.delivery(replace(asked, identity=identity), is_follow_up=not is_told)
            page.deliveries.append(delivery)
            # A follow-up is noted when it changes a message; mostly there is none to change.
            page.stages += went(delivery, Step.QUEUED, "", self._clock.now()) if is_told else []

    def delivery(self, asked: Question, *, is_follow_up: bool = False) -> Delivery:
        """The message that this subscriber gets."""
        change, product, now = asked.change, self._products.get(asked.change.sku), self._clock.now()
        name = asked.name or (product.name if product else change.sku)
        made = delivery_for(
            change, asked.wish, product_name=name, now=now, is_follow_up=is_follow_up, market=asked.market
        )
        return made.model_copy(update={"id": asked.identity})

    async def keep(self, page: Page) -> None:
        """Keep all of it; a page that is kept twice does no harm."""
        for waiting in page.waiting:
            await self._store.hold(waiting)
        await self._store.enqueue(*page.deliveries)
        await self._store.note_stages(list(dict.fromkeys(page.stages)))


def _word(decision: Decision) -> str:
    if decision.is_cooldown:
        return "cooldown"
    return {Verb.DELIVER: "alerted", Verb.HOLD: "held", Verb.SUPPRESS: "suppressed"}[decision.verb]


def as_watched(wish: Subscription, watched: Mapping[int, Watch]) -> Subscription:
    """An alert rests while its guild's watch of the product is paused, whoever else has the product scanned."""
    watch = watched.get(wish.guild)
    is_resting = watch is not None and watch.paused and not wish.paused
    return wish.model_copy(update={"paused": True}) if is_resting else wish


def called_by(wish: Subscription, watched: Mapping[int, Watch]) -> str | None:
    """The name that the guild of an alert has given to the product."""
    watch = watched.get(wish.guild)
    return watch.name if watch else None


def log_decision(change: Change, wish: Subscription, verb: Verb, reason: str) -> None:
    """A line in the log; what is not told to the many who did not ask for it is of no interest there."""
    level = log.debug if verb is Verb.SUPPRESS else log.info
    facts = {"sku": change.sku, "kind": change.kind.value, "subscription": wish.id}
    level("decided", decision=verb.value, reason=reason, **facts)
