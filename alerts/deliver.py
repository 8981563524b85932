"""Empty the outbox: one process at a time, each message once, in order, at Discord's pace, fair to every guild."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from alerts.delivery.compose import Plan
from alerts.delivery.endings import Endings, Request, episodes_after, tickets_after
from alerts.delivery.lanes import Lanes, Line
from alerts.delivery.notifier import Notifier
from alerts.delivery.pace import Gate, Pace
from alerts.delivery.planning import Planning
from alerts.delivery.targets import Targets
from alerts.domain.deliveries import DeliveryState
from alerts.domain.episodes import Episode
from alerts.domain.errors import DeliveryError, DiscordRefused, Remedy, StoreError
from alerts.domain.letters import Letter
from alerts.domain.model import Snapshot
from alerts.domain.said import say
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.store.ports import Attempt, Episodes, Holds, Outbox, Outcome, Snapshots, Standings, Ticket, Trails

LEASE = timedelta(seconds=4)  # as every seat's: taken over within five
_PAGE = 500  # deliveries taken in at once
_AT_ONCE = 64  # messages begun together
_AHEAD = 20  # messages that are begun and wait for their slot: the store's answers may take so long
_ON_THE_WAY = 200  # one target that hangs costs one of these
_A_MOMENT = 0.05
_DRAIN = 18.0  # seconds for what is on its way when we are told to stop
log = structlog.get_logger()


class DeliverStore(Outbox, Episodes, Snapshots, Holds, Trails, Standings, Protocol):
    """The parts of memory that delivering needs."""


class Deliver:
    """Send what is queued while this process holds the only seat.

    Everything that waits is in memory too, in the order of each target (delivery/lanes.py). One turn after the other
    does all the writing to the store; only the requests run beside each other, at most one for each target.
    """

    def __init__(  # noqa: PLR0913  # each is a part that tests replace, with a default where there is one
        self,
        *,
        store: DeliverStore,
        notifier: Notifier,
        clock: Clock,
        name: str,
        rate: float | None = None,
        lease: timedelta = LEASE,
        rests_until: Callable[[], datetime | None] = lambda: None,
        gate: Gate | None = None,
        observer: Observer = SILENT,
    ) -> None:
        """`name` tells this process from the others; `rate`: requests a second, None for no limit.

        `rests_until`: asked before anything is started, whether all of this has to rest for now. `gate` returns when
        nothing holds up everybody's requests: asked before each.
        """
        self._store, self._notifier, self._clock, self._name, self._lease = store, notifier, clock, name, lease
        self._lanes, self._pace, self._endings = Lanes(), Pace(rate, clock=clock, gate=gate), Endings(store, observer)
        self._observer = observer
        self._targets, self._rests_until = Targets(store, clock=clock), rests_until
        self._planning = Planning(store, self._targets)
        self._on_the_way: dict[str, Request] = {}
        self._taking: asyncio.Task[Sequence[Ticket]] | None = None
        self._seat, self._renew_at, self._rest_until = 0, float("-inf"), float("-inf")

    def configure(self, *, rate: float | None) -> None:
        """For slots from now on."""
        self._pace.rate = rate

    async def __call__(self) -> bool:
        """Send everything that is due, and return when its end is known; False when there was nothing."""
        worked = False
        while await self.turn() or self._on_the_way:
            worked = True
            if self._on_the_way:
                await asyncio.wait(self._tasks(), return_when=asyncio.FIRST_COMPLETED)
        return worked

    async def turn(self, *, wait: timedelta = timedelta(0)) -> bool:
        """Note what has ended, take in what is new, start what may start; else wait a while for any of it.

        False when there was nothing to do, or somebody else delivers. DiscordRefused when we are not let in any more.
        """
        try:
            worked = await self._close()
            if not await self._sit():
                return worked
            worked |= await self._take_in(wait)
            worked |= await self._start()
        except StoreError:
            self._stand_up()  # what was begun is not known: everything is taken in anew
            raise
        if not worked and wait:
            await self._something(wait)
        return worked

    async def leave(self) -> None:
        """Start nothing more, see what is on its way to its end, and give the seat to the next process at once."""
        if self._on_the_way:
            await asyncio.wait(self._tasks(), timeout=_DRAIN)
            await self._close()
        if self._taking:
            await asyncio.wait({self._taking}, timeout=1)  # what it brings is left to whoever sits here next
        self._stand_up()
        await self._store.resign("deliver", self._name)

    def _tasks(self) -> set[asyncio.Task[int]]:
        return {request.task for request in self._on_the_way.values()}

    # --- the seat, and what waits -------------------------------------------------------------------------------

    async def _sit(self) -> bool:
        """Take or keep the seat. Taken anew, everything that the one before us left is taken in, in its order."""
        now = self._clock.monotonic()
        if self._seat and now < self._renew_at:
            return True
        seat = await self._store.lead("deliver", self._name, ttl=self._lease)
        self._renew_at = now + self._lease.total_seconds() / 3
        if seat and seat != self._seat:
            self._lanes = Lanes(away=self._on_the_way)
            await self._take_over()
        self._seat = seat
        return bool(seat)

    def _stand_up(self) -> None:
        self._seat, self._renew_at = 0, float("-inf")

    async def _take_over(self) -> None:
        page: Sequence[Ticket] = ()
        while page := await self._store.left(after=page[-1].ticket if page else "", limit=_PAGE):
            for ticket in page:
                self._lanes.add(ticket)
        if len(self._lanes):
            log.info("taken over", deliveries=len(self._lanes))

    async def _take_in(self, wait: timedelta) -> bool:
        """Add what is new. Asking for it is never cancelled: what it brings would be nobody's until the next start."""
        if self._taking is None:
            self._taking = asyncio.create_task(self._store.take(limit=_PAGE, wait=wait), name="take deliveries")
        if not wait:
            await asyncio.wait({self._taking})
        if not self._taking.done():
            return False
        taking, self._taking = self._taking, None
        for ticket in taking.result():
            self._lanes.add(ticket)
        return bool(taking.result())

    async def _something(self, wait: timedelta) -> None:
        """Return when a request has ended, something new came, or the next turn of something that waits has come."""
        seconds = wait.total_seconds()
        if due := self._lanes.next_due():
            seconds = min(seconds, max(0.0, (due - self._clock.now()).total_seconds()))
        if self._lanes.is_ready and self._clock.monotonic() >= self._rest_until:
            seconds = min(seconds, _A_MOMENT)
        timer = asyncio.create_task(self._clock.sleep(seconds))
        waiting = {timer, *self._tasks(), *([self._taking] if self._taking else [])}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()
        with suppress(asyncio.CancelledError):
            await timer

    # --- starting -----------------------------------------------------------------------------------------------

    async def _start(self) -> bool:
        """Start as many requests as may start now. Their attempts are noted together, before any is made."""
        for target in await self._targets.look():
            self._lanes.wake(target)
        lines, now = list(self._next_lines()), self._clock.now()
        ready: list[tuple[Plan, Letter]] = []
        ended: list[Outcome] = []
        seen: dict[str, Snapshot] = {}  # of this turn: one change for many targets is read once
        for plan in await self._planning.plans(lines, self._lanes, now):
            if letter := await self._planning.letter(plan, seen):
                ready.append((plan, letter))
            else:
                ended += plan.ended
                self._lanes.put_back(plan.target, ended=_ids(plan.ended), until=plan.until)
        if ended:
            await self._store.finish(self._seat, await self._endings.buried(ended, now), now)
        attempts = [_attempt(plan) for plan, _ in ready]
        if attempts and not await self._store.begin(self._seat, attempts, now):
            log.warning("somebody else delivers now")
            self._stand_up()
            return False
        await self._endings.buried([outcome for attempt in attempts for outcome in attempt.ended], now)
        for plan, letter in ready:
            request = self._on_the_way[plan.target] = Request(plan, letter)
            request.task = asyncio.create_task(self._send(plan, letter), name=f"send {letter.id}")
        return bool(ready or ended)

    def _next_lines(self) -> Iterator[Line]:
        now = self._clock.now()
        rest = self._rests_until()
        if self._clock.monotonic() < self._rest_until or (rest and rest > now):
            return
        for _ in range(min(_AT_ONCE, _ON_THE_WAY - len(self._on_the_way), self._room())):
            if (line := self._lanes.pick(now)) is None:
                return
            yield line

    def _room(self) -> int:
        return self._pace.room(_AHEAD if self._pace.is_limited else _AT_ONCE)

    async def _send(self, plan: Plan, letter: Letter) -> int:
        await self._pace.slot()
        try:
            with self._observer.span("deliver", lane=letter.target.type.value, letter=letter.id):
                if plan.edit is None:
                    return await self._notifier.post(letter)
                message_id = plan.edit.message_id or 0
                await self._notifier.edit(letter, message_id)
        except DeliveryError:
            raise
        except Exception as exc:  # the bulkhead: one message with a defect must not hold up the others
            log.exception("delivery failed", letter=letter.id)
            raise DeliveryError(say("defect: {error}", error=type(exc).__name__)) from exc
        return message_id

    # --- ending -------------------------------------------------------------------------------------------------

    async def _close(self) -> bool:
        """Note what became of the requests that have ended."""
        ended = [each for each in self._on_the_way.values() if each.task.done()]
        if not ended:
            return False
        now, errors = self._clock.now(), {each.plan.target: each.error for each in ended}
        arrived = [each for each in ended if not errors[each.plan.target]]
        outcomes = await self._endings.arrived(arrived, now)
        episodes: list[Episode] = [episode for each in arrived for episode in episodes_after(each, now)]
        for each in ended:
            target, guild = each.letter.target, each.letter.guild
            if error := errors[each.plan.target]:
                standing = await self._targets.failed(target, guild, error, now)
                outcomes += await self._endings.failed(each, error, standing, now)
            else:
                await self._targets.arrived(target)
        await self._store.finish(self._seat, outcomes, now, episodes)
        for each in ended:
            mine = [outcome for outcome in outcomes if outcome.claim.ticket.target == each.plan.target]
            over = [outcome for outcome in mine if outcome.state is not DeliveryState.POSTPONED]
            del self._on_the_way[each.plan.target]
            ids = [*_ids(over), *_ids(each.plan.ended)]
            self._lanes.put_back(each.plan.target, ended=ids, changed=tickets_after(mine))
        for error in errors.values():
            self._heed(error)
        return True

    def _heed(self, error: DeliveryError | None) -> None:
        """What concerns everybody's messages."""
        if error and error.remedy is Remedy.STOP:
            raise DiscordRefused(str(error))
        if error and error.remedy is Remedy.REST:
            self._rest_until = self._clock.monotonic() + (error.retry_after or self._lease).total_seconds()


def _attempt(plan: Plan) -> Attempt:
    """What to note before the request; an edit needs no message of its own to be repeated in."""
    if plan.attempt:
        return replace(plan.attempt, ended=plan.ended)
    assert plan.edit
    return Attempt("", plan.absorbed, (plan.edit,), plan.ended)


def _ids(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.claim.delivery.id for outcome in outcomes]
