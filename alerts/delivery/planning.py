"""From lines whose turn has come to what is said in each: which request, with which parts, as things stand now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from alerts.delivery.compose import Plan, compose, is_too_old
from alerts.delivery.lanes import Lanes, Line
from alerts.delivery.targets import Targets, is_off
from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.letters import Letter, Part
from alerts.domain.model import Snapshot
from alerts.domain.said import say
from alerts.domain.standing import Standing
from alerts.domain.wishes import Target
from alerts.store.ports import Claim, Episodes, Outbox, Outcome, Snapshots


class PlanningStore(Outbox, Episodes, Snapshots, Protocol):
    """The parts of memory that planning needs."""


class Planning:
    """Reads what plans need, for many targets at once. Nothing is changed by it but what has ended meanwhile."""

    def __init__(self, store: PlanningStore, targets: Targets) -> None:
        self._store, self._targets = store, targets

    async def plans(self, lines: Sequence[Line], lanes: Lanes, now: datetime) -> list[Plan]:
        """What to do for each target, from what waits for it and what is shown there."""
        heads = [line.head(now) for line in lines]
        claims = {claim.delivery.id: claim for claim in await self._store.open([t for head in heads for t in head])}
        order = list(dict.fromkeys(_subject(claim) for claim in claims.values()))
        found = dict(zip(order, await self._store.episodes(order), strict=True))
        plans = []
        for line, head in zip(lines, heads, strict=True):
            mine = [claims[ticket.id] for ticket in head if ticket.id in claims]
            for ticket in head:
                if ticket.id not in claims:  # it has ended, and the answer was lost
                    lanes.drop(ticket)
            refusal = self._targets.refuses(line.target, now)
            if mine and refusal:
                plans.append(_refused(mine, refusal, now))
            elif mine:
                episodes = {sku: found[target, sku] for target, sku in {_subject(claim) for claim in mine}}
                plans.append(compose(mine, episodes, waiting=line.tickets, now=now))
            else:
                lanes.put_back(line.target)
        return plans

    async def letter(self, plan: Plan, seen: dict[str, Snapshot]) -> Letter | None:
        """What to post, or what the message to edit shows from now on."""
        if plan.attempt:
            await self._look([claim.delivery for claim in plan.attempt.claims], seen)
            return plan.letter(seen)
        if not plan.edit:
            return None
        opening, letter = plan.edit.opening, plan.edit.letter
        deliveries = (await self._store.letter(letter) if letter else None) or [opening]
        known = await self._store.episodes([(each.target, each.change.sku) for each in deliveries])
        episodes = {each.opening.id: each for each in (*known, plan.edit) if each}
        await self._look(deliveries, seen)
        parts = (Part(each, seen[each.change.sku], episodes.get(each.id)) for each in deliveries)
        return Letter(letter or opening.id, tuple(parts))

    async def _look(self, deliveries: Iterable[Delivery], seen: dict[str, Snapshot]) -> None:
        for sku in {each.change.sku for each in deliveries} - seen.keys():
            seen[sku] = await self._store.snapshot(sku)


def _refused(claims: Sequence[Claim], standing: Standing, now: datetime) -> Plan:
    """Nothing is sent to a target that takes nothing: it waits for as long as it is news."""
    over = [claim for claim in claims if is_off(standing) or is_too_old(claim.delivery, now)]
    if is_off(standing):
        reason = say("the target is disabled: {reason}", reason=standing.reason)
    else:
        reason = say("the target is paused: {reason}", reason=standing.reason)
    ended = [Outcome(claim, DeliveryState.BURIED, reason, is_dead=is_off(standing)) for claim in over]
    return Plan(claims[0].ticket.target, ended=ended, until=standing.until)


def _subject(claim: Claim) -> tuple[Target, str]:
    return claim.delivery.target, claim.delivery.change.sku
