"""What delivering remembers: what is on its way, what was given up, how targets stand, living alerts, what waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.episodes import Episode
from alerts.domain.memory import Memory
from alerts.domain.standing import Notice, Standing
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import Subscription, Target
from alerts.store.facts import (
    Attempt,
    Backlog,
    Claim,
    DeadLetter,
    Outcome,
    Ticket,
)


class Outbox(Protocol):
    """Deliveries and their states."""

    async def enqueue(self, *deliveries: Delivery) -> int:
        """Queue each once for ever, in this order; how many were not queued before, by themselves or in another."""

    async def is_queued(self, ids: Sequence[str]) -> Sequence[bool]:
        """Of each id, whether it was ever queued, by itself or in another."""

    async def lead(self, role: str, owner: str, *, ttl: timedelta) -> int:
        """Take or keep the only seat of a role; 0 while somebody else has it.

        Answers the seat's number, which grows whenever it is taken anew.
        """

    async def resign(self, role: str, owner: str) -> None:
        """Leave the seat, if it is ours."""

    async def left(self, *, after: str, limit: int) -> Sequence[Ticket]:
        """What was taken and has not ended, in the order of the queue, from behind the ticket `after` ("" at first)."""

    async def take(self, *, limit: int, wait: timedelta) -> Sequence[Ticket]:
        """What nobody has taken yet, in order; waits at most `wait` for the first."""

    async def open(self, tickets: Sequence[Ticket]) -> Sequence[Claim]:
        """The deliveries themselves, in the order asked for; without those that have ended or are forgotten."""

    async def begin(self, seat: int, attempts: Sequence[Attempt], now: datetime) -> bool:
        """Note that attempts begin, keep what they tell and their episodes, and end what they make needless.

        All of it together, before anything is sent.

        False when the deliverer's seat has another number by now; then nothing was noted and nothing may be sent.
        """

    async def finish(
        self, seat: int, outcomes: Sequence[Outcome], now: datetime, episodes: Sequence[Episode] = ()
    ) -> None:
        """Note what became of deliveries, and keep episodes with it.

        What was sent was sent, whoever says so; everything else is kept from the seat's present holder alone.
        """

    async def letter(self, letter_id: str) -> Sequence[Delivery]:
        """What is in a message of several; nothing for one of a single delivery."""

    async def backlog(self) -> Backlog:
        """What has not ended, however long the queue is."""

    async def delivery_state(self, delivery_id: str) -> DeliveryState | None:
        """Where a delivery stands; None when it was never queued or is long done."""


class DeadLetters(Protocol):
    """What was given up (`Outbox.bury`): the newest thousand, as long as their deliveries are remembered."""

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """The newest first."""

    async def redrive(self, delivery_id: str, now: datetime) -> bool:
        """Queue it again under the same id, as if it were new now; False when there is no such dead letter.

        The id is its nonce: a message that stands already is found again as long as Discord remembers it.
        """

    async def drop(self, delivery_id: str) -> bool:
        """Keep it no longer among the dead letters; False when it is not there. It is never queued again."""


class Standings(Protocol):
    """How the targets stand, and what their admins were told of it. By the target's own text, `channel:42`."""

    async def standing(self, target: Target) -> Standing | None:
        """How one stands that has failed; None for one that is fine."""

    async def standings(self) -> Mapping[str, Standing]:
        """Every target that has failed and not worked since. One that is not there is fine."""

    async def put_standing(self, standing: Standing) -> None:
        """Keep it, instead of what was known before."""

    async def clear_standing(self, target: Target) -> None:
        """It is fine again."""

    async def notices(self) -> Mapping[str, Notice]:
        """What was told, or begun to be told."""

    async def put_notices(self, notices: Sequence[Notice]) -> None:
        """Keep them all or none, each instead of an older one of the same target."""

    async def clear_notice(self, target: Target) -> None:
        """There is nothing to be told of it any more."""


class Episodes(Protocol):
    """Living alerts: at most one per product and target."""

    async def episode(self, target: Target, sku: str) -> Episode | None:
        """The newest episode, open or closed; None when there is none or it is long over."""

    async def episodes(self, wanted: Sequence[tuple[Target, str]]) -> Sequence[Episode | None]:
        """The same for many at once, in the order asked for."""

    async def put_episode(self, episode: Episode) -> None:
        """Keep it, instead of the one before."""


class Holds(Protocol):
    """News that waits, and what is remembered of each subscription."""

    async def hold(self, waiting: Waiting) -> None:
        """Keep it until its moment; the same again waits once."""

    async def held(self, now: datetime, *, limit: int) -> Sequence[Waiting]:
        """What has come due, oldest first; it stays until it is released."""

    async def release(self, waiting: Waiting) -> None:
        """It waits no more."""

    async def memory(self, guild: int, subscription_id: str) -> Memory:
        """What a subscription was told; nothing at first."""

    async def memories(self, wanted: Sequence[tuple[int, str]]) -> Sequence[tuple[Subscription, Memory] | None]:
        """Subscriptions by guild and id with what they were told, many at once; None for one that has ended."""

    async def swap_memories(
        self, memories: Mapping[tuple[int, str], tuple[Memory, Memory]]
    ) -> Collection[tuple[int, str]]:
        """Remember the second instead of the first of each; those that somebody else has changed in between are not.

        Answers these. What belongs to a subscription that has ended is not kept.
        """
