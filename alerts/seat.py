"""Work that one process does for all: the only seat of a role, under a lease, with a number that fences.

Whoever sits keeps the seat by coming back; whoever stops coming, killed or paused, loses it within five seconds. Right
before anything that reaches beyond our memory is done, the seat is asked for once more: a process that slept over its
lease learns then that the seat has another number, and does nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from alerts.ports import Clock

LEASE = timedelta(seconds=4)
_ASK_AGAIN = LEASE / 8  # after a refusal: with the lease itself at most five seconds until somebody takes over


class Seats(Protocol):
    """The part of memory that seats need."""

    async def lead(self, role: str, owner: str, *, ttl: timedelta) -> int:
        """See store.ports.Outbox."""

    async def resign(self, role: str, owner: str) -> None:
        """See store.ports.Outbox."""


class Seat:
    """One process's claim to a role. `hold` belongs into every turn of a Runner: it costs nothing most of the time."""

    def __init__(self, store: Seats, role: str, name: str, *, clock: Clock) -> None:
        """`name` tells this process from the others."""
        self._store, self._role, self._name, self._clock = store, role, name, clock
        self._number, self._ask_at = 0, float("-inf")

    async def hold(self) -> int:
        """Take or keep the seat: its number, which grows whenever it is taken anew; 0 while somebody else has it."""
        if self._clock.monotonic() >= self._ask_at:
            await self._ask()
        return self._number

    async def still(self, number: int) -> bool:
        """Whether it is ours under that number all along, as memory says now. Ask before every effect outside."""
        return bool(number) and await self._ask() == number

    async def leave(self) -> None:
        """Let the next process sit at once."""
        self._number, self._ask_at = 0, float("-inf")
        await self._store.resign(self._role, self._name)

    async def _ask(self) -> int:
        began = self._clock.monotonic()  # the lease may count from there
        self._number, self._ask_at = 0, float("-inf")  # until we are told otherwise
        self._number = await self._store.lead(self._role, self._name, ttl=LEASE)
        self._ask_at = began + (LEASE / 3 if self._number else _ASK_AGAIN).total_seconds()
        return self._number
