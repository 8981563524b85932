"""How often people and programs may ask, counted for all processes together; in this process while memory is away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from alerts.domain.errors import StoreError
from alerts.domain.limits import Allowance, Taken, Windows
from alerts.ports import Clock
from alerts.store.promises.limits import LimitStore

_PATIENCE = 0.5  # seconds: Discord waits three for an answer, and a limit is only its beginning
_REST = 5.0  # seconds without asking a memory that was away
log = structlog.get_logger()

_Wanted = Mapping[str, Allowance]
_Answer = asyncio.Future[Mapping[str, Taken] | None]


class Limits:
    """Never fails: an absent memory makes the limits those of each process, and no process grants more than a limit.

    What this process has granted is counted here too. So one that is refused anyway costs memory nothing, and memory
    going away or coming back empty gives nobody a second helping here.

    Who comes while memory is being asked is asked for in the next question, with everybody else who came meanwhile:
    what one question costs is shared when there are many.
    """

    def __init__(self, *, store: LimitStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._own = Windows()
        self._rests_until = float("-inf")
        self._is_away = False
        self._waiting: list[tuple[_Wanted, _Answer]] = []
        self._asking: asyncio.Task[None] | None = None

    async def take(self, name: str, allowance: Allowance) -> Taken:
        """Count one under this name, unless it is one too many."""
        return (await self.take_all({name: allowance}))[name]

    async def take_all(self, wanted: Mapping[str, Allowance]) -> Mapping[str, Taken]:
        """Count one under each name, or under none of them when any is at its limit; the answer says which."""
        now = self._clock.monotonic()
        own = self._own.take(wanted, now)
        if not _is_allowed(own):
            return own
        try:
            shared = await self._shared(wanted)
        except BaseException:  # also when cancelled: what nobody was granted is not counted
            self._own.give_back(wanted, now)
            raise
        if shared and not _is_allowed(shared):
            self._own.give_back(wanted, now)
        return shared or own

    async def _shared(self, wanted: _Wanted) -> Mapping[str, Taken] | None:
        """What memory says; None while it is away."""
        if self._clock.monotonic() < self._rests_until:
            return None
        answer: _Answer = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="limits")
        return await answer

    async def _ask(self) -> None:
        """Ask for all who wait, until nobody does."""
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, []
                await self._ask_for(asked)
        finally:
            self._asking = None

    async def _ask_for(self, asked: Sequence[tuple[_Wanted, _Answer]]) -> None:
        answers = [answer for _, answer in asked]
        try:
            found = await self._in_time([wanted for wanted, _ in asked])
        except Exception as exc:  # noqa: BLE001 - each of them is told, whatever it was
            for answer in answers:
                if not answer.done():
                    answer.set_exception(exc)
            return
        except BaseException:  # cancelled: nobody else answers those who wait
            for answer in answers:
                answer.cancel()
            raise
        for at, answer in enumerate(answers):
            if not answer.done():  # who asked has left
                answer.set_result(found[at] if found else None)

    async def _in_time(self, attempts: Sequence[_Wanted]) -> Sequence[Mapping[str, Taken]] | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                taken = await self._store.take_turns_each(attempts)
        except (StoreError, TimeoutError) as exc:
            self._rests_until = self._clock.monotonic() + _REST
            if not self._is_away:
                log.warning("limits are each process's own", reason=str(exc) or "memory takes too long to answer")
            self._is_away = True
            return None
        if self._is_away:
            log.info("limits are shared again")
        self._is_away = False
        return taken


def _is_allowed(taken: Mapping[str, Taken]) -> bool:
    return all(each.is_allowed for each in taken.values())
