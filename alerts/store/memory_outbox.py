"""Deliveries and living alerts, in dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from alerts.clock import SystemClock
from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.episodes import Episode
from alerts.domain.wishes import Target
from alerts.ports import Clock
from alerts.store.ports import Attempt, Backlog, Claim, DeadLetter, Outcome, Ticket

_ENDED = (DeliveryState.SENT, DeliveryState.BURIED)


@dataclass
class _Queued:
    delivery: Delivery
    ticket: str
    state: DeliveryState = DeliveryState.QUEUED
    is_taken: bool = False
    tries: int = 0
    tried_at: datetime | None = None
    until: datetime | None = None
    letter: str | None = None
    part: int = 0
    note: str = ""


@dataclass
class _Seat:
    owner: str
    until: float


@dataclass
class MemoryOutbox:
    """See ports.Outbox, ports.DeadLetters and ports.Episodes."""

    clock: Clock = field(default_factory=SystemClock)
    _serial: count[int] = field(default_factory=count, init=False)
    _seats: dict[str, _Seat] = field(default_factory=dict, init=False)
    _numbers: dict[str, int] = field(default_factory=dict, init=False)
    _queued: dict[str, _Queued] = field(default_factory=dict, init=False)
    _letters: dict[str, Sequence[Delivery]] = field(default_factory=dict, init=False)
    _covered: set[str] = field(default_factory=set, init=False)
    _dead: dict[str, datetime] = field(default_factory=dict, init=False)
    _episodes: dict[tuple[str, str], Episode] = field(default_factory=dict, init=False)

    async def enqueue(self, *deliveries: Delivery) -> int:
        count = 0
        for each in deliveries:
            if each.id in self._queued or each.id in self._covered:
                continue
            self._queued[each.id] = _Queued(each, f"{next(self._serial):020}")
            self._covered.update(each.covers)
            count += 1
        return count

    async def is_queued(self, ids: Sequence[str]) -> Sequence[bool]:
        return [each in self._queued or each in self._covered for each in ids]

    async def lead(self, role: str, owner: str, *, ttl: timedelta) -> int:
        holder = self._holder(role)
        if not self._sit(role, owner, ttl):
            return 0
        self._numbers[role] = self._numbers.get(role, 0) + (holder is None)
        return self._numbers[role]

    async def resign(self, role: str, owner: str) -> None:
        if self._holder(role) == owner:
            del self._seats[role]

    def _holder(self, name: str) -> str | None:
        seat = self._seats.get(name)
        return seat.owner if seat and seat.until > self.clock.monotonic() else None

    def _sit(self, name: str, owner: str, ttl: timedelta) -> bool:
        if self._holder(name) not in (None, owner):
            return False
        self._seats[name] = _Seat(owner, self.clock.monotonic() + ttl.total_seconds())
        return True

    async def left(self, *, after: str, limit: int) -> Sequence[Ticket]:
        mine = [each for each in self._open_ones() if each.is_taken and each.ticket > after]
        return [_ticket(each) for each in mine[:limit]]

    async def take(self, *, limit: int, wait: timedelta) -> Sequence[Ticket]:
        found = [each for each in self._open_ones() if not each.is_taken][:limit]
        for each in found:
            each.is_taken = True
        return [_ticket(each) for each in found]

    def _open_ones(self) -> list[_Queued]:
        return sorted((e for e in self._queued.values() if e.state not in _ENDED), key=lambda each: each.ticket)

    async def open(self, tickets: Sequence[Ticket]) -> Sequence[Claim]:
        pairs = [(ticket, self._queued.get(ticket.id)) for ticket in tickets]
        return [Claim(t, q.delivery, q.tries, q.tried_at) for t, q in pairs if q and q.state not in _ENDED]

    async def begin(self, seat: int, attempts: Sequence[Attempt], now: datetime) -> bool:
        if self._numbers.get("deliver") != seat:
            return False
        for attempt in attempts:
            for part, claim in enumerate(attempt.claims):
                queued = self._queued.get(claim.delivery.id)
                if queued and queued.state not in _ENDED:
                    queued.state, queued.letter, queued.part = DeliveryState.SENDING, attempt.letter, part
                    queued.tries, queued.tried_at = queued.tries + 1, queued.tried_at or now
                    queued.delivery = claim.delivery
            for outcome in attempt.ended:
                self._queued[outcome.claim.delivery.id].state = outcome.state
                self._queued[outcome.claim.delivery.id].note = outcome.note
            if len(attempt.claims) > 1:
                self._letters[attempt.letter] = [claim.delivery for claim in attempt.claims]
            for episode in attempt.episodes:
                await self.put_episode(episode)
        return True

    async def finish(
        self, seat: int, outcomes: Sequence[Outcome], now: datetime, episodes: Sequence[Episode] = ()
    ) -> None:
        is_holder = self._numbers.get("deliver") == seat
        for each in outcomes:
            queued, is_sent = self._queued.get(each.claim.delivery.id), each.state is DeliveryState.SENT
            if (
                queued is None
                or queued.state is DeliveryState.SENT
                or not (is_sent or (is_holder and queued.state not in _ENDED))
            ):
                continue
            queued.state, queued.note, queued.until = each.state, each.note, each.until
            queued.letter, queued.part = each.letter, each.part
            self._dead.pop(each.claim.delivery.id, None)
            if each.is_dead:
                self._dead[each.claim.delivery.id] = now
        for episode in episodes:
            await self.put_episode(episode)

    async def letter(self, letter_id: str) -> Sequence[Delivery]:
        return self._letters.get(letter_id, ())

    async def backlog(self) -> Backlog:
        waiting = self._open_ones()
        return Backlog(len(waiting), waiting[0].delivery.queued_at) if waiting else Backlog()

    async def delivery_state(self, delivery_id: str) -> DeliveryState | None:
        queued = self._queued.get(delivery_id)
        return queued.state if queued else None

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        newest = sorted(self._dead.items(), key=lambda item: item[1], reverse=True)[:limit]
        return [DeadLetter(self._queued[name].delivery, self._queued[name].note, at) for name, at in newest]

    async def redrive(self, delivery_id: str, now: datetime) -> bool:
        if self._dead.pop(delivery_id, None) is None:
            return False
        queued = self._queued[delivery_id]
        again = queued.delivery.model_copy(update={"queued_at": now})
        self._queued[delivery_id] = _Queued(again, f"{next(self._serial):020}", tried_at=queued.tried_at)
        return True

    async def drop(self, delivery_id: str) -> bool:
        return self._dead.pop(delivery_id, None) is not None

    async def episode(self, target: Target, sku: str) -> Episode | None:
        return self._episodes.get((str(target), sku))

    async def episodes(self, wanted: Sequence[tuple[Target, str]]) -> Sequence[Episode | None]:
        return [self._episodes.get((str(target), sku)) for target, sku in wanted]

    async def put_episode(self, episode: Episode) -> None:
        self._episodes[str(episode.target), episode.sku] = episode


def _ticket(queued: _Queued) -> Ticket:
    delivery = queued.delivery
    return Ticket(queued.ticket, delivery.id, delivery.guild, str(delivery.target), delivery.event,
                  queued.until, queued.letter, queued.part)  # fmt: skip
