"""Why somebody was told, or was not: the stages from the shop to the message, and what a silence rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.domain.errors import NotFound
from alerts.domain.model import ChangeKind, Product
from alerts.domain.said import say
from alerts.domain.silence import PAUSED, Reason, hears_of, shops, wishes
from alerts.domain.trail import TRAIL_DAYS, TRAIL_LENGTH, Stage, Step, in_order
from alerts.ports import Clock
from alerts.store.ports import Snapshots, Trails, Wishes

# Longer than anything that is kept.
_ALL = 2 * TRAIL_LENGTH


class WhyStore(Snapshots, Trails, Wishes, Protocol):
    """The parts of memory that explaining needs."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One change in this guild: its stages, the oldest first."""

    sku: str
    vendor: str
    kind: ChangeKind
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of the newest changes, newest first, and how it stands with everything else."""

    journeys: tuple[Journey, ...]
    silence: tuple[Reason, ...] = ()


class Why:
    """Explain, always within one guild."""

    def __init__(self, *, store: WhyStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def of_product(self, guild: int, product: Product, *, limit: int = 5) -> Explanation:
        """The last so many changes with their stages, and why there is no more news than these."""
        stages = await self._store.trail(guild, sku=product.sku, limit=_ALL)
        snapshot = await self._store.snapshot(product.sku)
        hearing = [each for each in await self._store.subscriptions(guild) if hears_of(each, product)]
        watch = next((each for each in await self._store.watches(guild) if each.sku == product.sku), None)
        resting = [PAUSED] if watch and watch.paused else []
        wanted = wishes(hearing, self._clock.now(), is_watched=watch is not None)
        silence = [*resting, *wanted, *shops(product, snapshot)]
        return Explanation(_journeys(stages)[:limit], tuple(silence))

    async def of_alert(self, guild: int, delivery_id: str) -> Explanation:
        """Every change told by this message; NotFound for one that is unknown, long ago or another guild's."""
        mine = await self._store.trail(guild, delivery=delivery_id, limit=_ALL)
        if not mine:
            raise NotFound(say("There is no such alert here, or it is older than {count} days.", count=TRAIL_DAYS))
        changes = {each.change for each in mine}
        # What happened before there was a message has no delivery, and a living alert has those of its follow-ups.
        hearers = {None, *(each.subscription for each in mine)}
        skus = dict.fromkeys(each.sku for each in mine)
        stages = [stage for sku in skus for stage in await self._store.trail(guild, sku=sku, limit=_ALL)]
        return Explanation(_journeys(s for s in stages if s.change in changes and s.subscription in hearers))

    async def told(self, guild: int, *, limit: int) -> Sequence[Stage]:
        """The messages sent last, the newest first, each by the stage that sent it."""
        stages = await self._store.trail(guild, limit=_ALL)
        sent: dict[str, Stage] = {}
        for stage in stages:
            if stage.step is Step.SENT and stage.delivery:
                sent.setdefault(stage.delivery, stage)
        return list(sent.values())[:limit]

    async def last_told(self, guild: int) -> Mapping[str, Stage]:
        """The last message of each subscription that had one in two weeks, by its id."""
        found: dict[str, Stage] = {}
        for stage in await self._store.trail(guild, limit=_ALL):
            if stage.step is Step.SENT and stage.subscription:
                newest = found.setdefault(stage.subscription, stage)
                if stage.at > newest.at:
                    found[stage.subscription] = stage
        return found


def _journeys(stages: Iterable[Stage]) -> tuple[Journey, ...]:
    """Stages by change; the change that began last comes first."""
    found: dict[str, list[Stage]] = {}
    for stage in in_order(list(stages)):
        found.setdefault(stage.change, []).append(stage)
    made = [Journey(each[0].sku, each[0].vendor, each[0].kind, tuple(each)) for each in found.values()]
    return tuple(reversed(made))
