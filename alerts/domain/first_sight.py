"""What is told on the day of the wish, to whoever chose `tell_now`: that something is so already."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from pydantic import AwareDatetime

from alerts.domain import spoken
from alerts.domain.deliveries import ID_LENGTH
from alerts.domain.model import Change, Fact, KeyPart, Snapshot
from alerts.domain.said import say
from alerts.domain.trail import Stage, Step, noted
from alerts.domain.wishes import Subscription

# A wish that is not kept so long after it was announced never will be.
GRACE = timedelta(minutes=1)
# How long those who are known wait for the others: products of a category, and offers that are not confirmed yet.
PATIENCE = timedelta(minutes=10)
_SOONEST, _LATEST = timedelta(seconds=1), timedelta(minutes=5)


class FirstSight(Fact):
    """A wish that has not been looked at yet. `at` is when it was made: made anew, it is another one."""

    guild: int
    subscription: KeyPart
    at: AwareDatetime

    def delivery_id(self, change: Change | None = None) -> str:
        """The same for ever for one listing, or for all together, whatever it offers by then: so it is told once."""
        parts = ["first sight", str(self.guild), self.subscription, self.at.isoformat()]
        parts += [change.sku, change.listing] if change else []
        digest = blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return base64.b32encode(digest).decode().lower()[:ID_LENGTH]

    def next_look(self, now: datetime) -> datetime:
        """When to look again: soon at first, and seldom when it has waited long."""
        return now + min(max((now - self.at) / 4, _SOONEST), _LATEST)


def first_sight_of(subscription: Subscription) -> FirstSight:
    """The first sight of a wish that was just made."""
    return FirstSight(guild=subscription.guild, subscription=subscription.id, at=subscription.added_at)


def is_ripe(snapshots: Sequence[Snapshot], waited: timedelta) -> bool:
    """Whether enough is known to tell: something at all and, for a while, all of it and confirmed."""
    known = [any(each.offer for each in snapshot.listings) for snapshot in snapshots]
    if snapshots and not any(known):
        return False
    is_held = any(each.held for snapshot in snapshots for each in snapshot.listings)
    return waited >= PATIENCE or (all(known) and not is_held)


def so_already(change: Change, guild: int) -> list[Stage]:
    """How it is known: there was no change to find."""
    since = spoken.clock(change.since, "UTC", day=True)
    return [
        noted(change, guild, Step.READ, say("the page says {offer}", offer=spoken.offer(change.new)), change.at),
        noted(
            change, guild, Step.COMPARED, say("it was so already; the alert was made on {time}", time=since), change.at
        ),
    ]
