"""What guilds and people want and have done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerts.domain.audit import AuditEntry
from alerts.domain.deliveries import Delivery
from alerts.domain.first_sight import FirstSight
from alerts.domain.guild import GuildSettings
from alerts.domain.trail import Stage
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import Subscription, Target, Watch
from alerts.store.facts import (
    AuditRow,
)
from alerts.store.promises.resealing import SwapsSealed


class Wishes(Protocol):
    """Watches and subscriptions. A guild's id is part of every question."""

    async def add_watch(self, watch: Watch) -> bool:
        """Keep it; False when the guild watches the product already."""

    async def remove_watch(self, guild: int, sku: str) -> bool:
        """Forget it; False when there was none."""

    async def watches(self, guild: int) -> Sequence[Watch]:
        """A guild's watches, oldest first."""

    async def put_watch(self, watch: Watch) -> bool:
        """Keep it, instead of the one that is there; False when the guild does not watch the product."""

    async def watchers(self, sku: str) -> frozenset[int]:
        """The guilds that watch a product."""

    async def watches_of(self, sku: str) -> Sequence[Watch]:
        """Everybody's watches of a product, by guild."""

    async def put_subscription(self, subscription: Subscription) -> None:
        """Keep it, instead of an older one with the same id."""

    async def remove_subscription(self, guild: int, subscription_id: str) -> Subscription | None:
        """Forget it; None when this guild has none of that id."""

    async def subscriptions(self, guild: int) -> Sequence[Subscription]:
        """A guild's subscriptions, oldest first."""

    async def subscription(self, guild: int, subscription_id: str) -> Subscription | None:
        """One of a guild's subscriptions."""

    async def subscribers(self, sku: str, category: str | None = None) -> Sequence[Subscription]:
        """Everybody's subscriptions to a product, or to its category."""


class FirstSights(Protocol):
    """Wishes that were made and not looked at yet, for whoever wants to be told what is so already."""

    async def put_first_sight(self, sight: FirstSight, until: datetime) -> None:
        """Look at it from then on; one that is there gets the new time."""

    async def first_sights(self, now: datetime, *, limit: int) -> Sequence[FirstSight]:
        """Those whose time has come, oldest first; they stay until they are done or put off."""

    async def first_sight_done(self, sight: FirstSight) -> None:
        """It has been looked at, or its wish is gone."""


class GuildChoices(Protocol):
    """What each guild has chosen for itself."""

    async def guild_settings(self, guild: int) -> GuildSettings:
        """Its settings; a choice that was never made, or that cannot be read, is the default."""

    async def settings_of(self, guilds: Collection[int]) -> Mapping[int, GuildSettings]:
        """Those of many guilds, in few round trips."""

    async def put_guild_settings(self, guild: int, settings: GuildSettings) -> None:
        """Keep them, instead of those before; a choice of another version that we do not know stays."""


class Trails(Protocol):
    """What became of each change in each guild, for about two weeks."""

    async def note_stages(self, stages: Sequence[Stage]) -> None:
        """Keep them; noting one twice does no harm. The oldest make room, and none outlives `TRAIL_DAYS`."""

    async def trail(
        self, guild: int, *, sku: str | None = None, delivery: str | None = None, limit: int
    ) -> Sequence[Stage]:
        """A guild's own stages, of one product or message if asked, the one noted last first."""

    async def sent(self, guild: int, *, since: datetime) -> int:
        """How many of a guild's alerts were sent since then, as their stages say; remembered for `SENT_DAYS`."""


class AuditTrail(Protocol):
    """Who changed what in each guild."""

    async def note_audit(self, entry: AuditEntry) -> None:
        """Keep it. The oldest make room; none outlives `AUDIT_DAYS` once a younger one is noted, or the daily round."""

    async def audit(self, guild: int, *, before: str = "", limit: int) -> Sequence[AuditRow]:
        """A guild's own entries, the one noted last first, from behind the ticket `before` ("" at first)."""

    async def disown_audit(self, guild: int, user: int, alias: str) -> None:
        """Put the alias wherever the member's id stands in this guild's entries; doing it again does no harm."""


class Persons(Protocol):
    """What bears a person's id, found by name and not by searching, so that they can see it and have it forgotten."""

    async def traces(self, user: int) -> frozenset[int]:
        """The guilds in which a watch, an alert or an audit entry may bear their id."""

    async def held_for(self, user: int) -> Sequence[Waiting]:
        """What waits to be told to their own alerts."""

    async def written_to(self, user: int) -> Sequence[Delivery]:
        """The direct messages to them that are remembered, the newest first."""

    async def left_open(self, user: int) -> Sequence[tuple[int, str, str]]:
        """What is kept as theirs for a while: guild, name and body of each, by name; see Pendings."""

    async def disown(self, guild: int, user: int) -> None:
        """Leave what they made in a guild, made by nobody; an alert of the guild's that is sent to them ends.

        The audit trail is `disown_audit`'s.
        """

    async def forget(self, user: int) -> None:
        """Leave nothing that bears their id outside of guilds; doing it again does no harm."""

    async def put_erasure(self, user: int, at: datetime) -> None:
        """Note that they want to be forgotten, and to look again at that time for what was on its way meanwhile."""

    async def erasure(self, user: int) -> datetime | None:
        """When they are looked for again; None when nothing is to be forgotten."""

    async def erasures(self, now: datetime, *, limit: int) -> Sequence[int]:
        """Those whose time has come."""

    async def erasure_done(self, user: int) -> None:
        """Nothing of them is left."""


class Sealed(SwapsSealed, Protocol):
    """Secrets that belong to a guild's targets, as they come from a Seal: memory never sees one in the clear."""

    async def put_sealed(self, guild: int, target: Target, text: str) -> None:
        """Keep it, instead of what was there."""

    async def sealed(self, guild: int, target: Target) -> str | None:
        """What is kept; None when there is nothing, or it is another guild's."""

    async def remove_sealed(self, guild: int, target: Target) -> None:
        """Forget it."""


class Seal(Protocol):
    """Encrypts what must not lie open in memory."""

    def seal(self, text: str) -> str:
        """Encrypt; BadInput when there is no key to do it with."""

    def open(self, sealed: str) -> str | None:
        """Decrypt; None when no key of ours fits."""

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the key that is used now."""


class Pendings(Protocol):
    """What waits for somebody's press of a button, for minutes."""

    async def put_pending(self, guild: int, name: str, body: str, *, ttl: timedelta, person: int = 0) -> None:
        """Keep it for so long. What bears a person's id is theirs: they can see it, and it goes when they do."""

    async def pending(self, guild: int, name: str) -> str | None:
        """What is kept; None when there is nothing any more, or it is another guild's."""

    async def take_pending(self, guild: int, name: str) -> str | None:
        """The same, for one asker alone: it is kept no longer."""


class Notes(Protocol):
    """A few words remembered across restarts."""

    async def note(self, name: str) -> str | None:
        """What was noted under this name."""

    async def set_note(self, name: str, text: str) -> None:
        """Note it, instead of what was there."""
