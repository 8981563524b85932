"""What memory promises. Redis and the dictionary keep the same promises, and one file of tests holds both to them.

Every method raises StoreError when memory is away; none of them ever answers "nothing" instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from alerts.domain.audit import AuditEntry
from alerts.domain.catalogue import UrlProduct
from alerts.domain.deliveries import Delivery, DeliveryState
from alerts.domain.episodes import Episode
from alerts.domain.first_sight import FirstSight
from alerts.domain.guild import GuildSettings
from alerts.domain.memory import Memory
from alerts.domain.model import Change, Point, Snapshot, Tier
from alerts.domain.standing import Notice, Standing
from alerts.domain.trail import Stage
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import Subscription, Target, Watch
from alerts.store.promises.api_keys import ApiKeyStore
from alerts.store.promises.glances import Glances
from alerts.store.promises.hurries import Hurries
from alerts.store.promises.identifies import Identifies
from alerts.store.promises.limits import LimitStore
from alerts.store.promises.plans import Plans
from alerts.store.promises.popularity import Popularity
from alerts.store.promises.retention import HistoryRetention
from alerts.store.promises.tallies import Tallies
from alerts.store.promises.webhooks import WebhookMemory


@dataclass(frozen=True, slots=True)
class Lock:
    """The right to scan a product for a while. `fence` grows with every holder, so a late one is noticed."""

    sku: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class ScanHold:
    """A product's scan lock, or None while somebody else has it; what is known of the product just then.

    `told`: those of the asked vendors of which it was told that they are blind.
    """

    lock: Lock | None
    snapshot: Snapshot
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A vendor's failed looks in a row up to now, when they began, and whether it was told that the vendor is blind."""

    vendor: str
    failed: int
    since: datetime
    is_told: bool


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything one scan found out, kept whole or not at all."""

    lock: Lock
    snapshot: Snapshot
    points: Mapping[str, Point] = field(default_factory=dict)  # by listing id
    changes: Sequence[Change] = ()
    told: Sequence[Row] = ()  # as they were read: one that was told of is over now, another is told of now
    looks: Mapping[str, datetime] = field(default_factory=dict)  # good looks by vendor, noted as `looked` does
    is_last: bool = False  # the lock is given back with it, once it is kept


@dataclass(frozen=True, slots=True)
class News:
    """A change taken from the stream; `ticket` gives it back as done."""

    ticket: str
    change: Change


@dataclass(frozen=True, slots=True)
class Due:
    """A product whose time has come. The same slot seen by two schedulers is the same job."""

    sku: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A delivery on its way: as much of it as is needed to say whose turn it is.

    `event` is the same for all deliveries of one change. `letter` is the message that it was attempted in, as its
    part number `part`: that message is sent again as it was, or not at all.
    """

    ticket: str
    id: str
    guild: int
    target: str
    event: str
    until: datetime | None = None
    letter: str | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery whose turn has come. `tried_at` is when it was first attempted.

    `is_changed`: it tells something newer than when it was queued.
    """

    ticket: Ticket
    delivery: Delivery
    tries: int = 0
    tried_at: datetime | None = None
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery. `note` is the message's id or the reason.

    A postponed one keeps its place and waits until `until`: as part number `part` of the message `letter`, or of
    whichever holds it then. A buried one is kept for the operator when `is_dead`.
    """

    claim: Claim
    state: DeliveryState
    note: str
    until: datetime | None = None
    letter: str | None = None
    part: int = 0
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message about to be sent: its parts in their order, as they are told, and the episodes that know of it.

    `ended` are deliveries that this message makes needless.
    """

    letter: str
    claims: Sequence[Claim]
    episodes: Sequence[Episode] = ()
    ended: Sequence[Outcome] = ()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up, and why."""

    delivery: Delivery
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry of a guild's audit trail; its `ticket` says where in the trail it stands."""

    ticket: str
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class LastLooks:
    """How looking at a vendor went: the last look, how many in a row have failed, since when, and the last reason."""

    at: datetime | None = None
    failed: int = 0
    since: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Deliveries that have not ended. `oldest`: when the first of them was queued."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A tier's part of the timetable: its products, those of them that are due, and the earliest time of all."""

    products: int = 0
    due: int = 0
    earliest: datetime | None = None


class Snapshots(Protocol):
    """What is known of each product."""

    async def snapshot(self, sku: str) -> Snapshot:
        """The newest known state; revision 0 and no listings when nothing was ever read."""

    async def lock(self, sku: str, *, ttl: timedelta) -> Lock | None:
        """Take the product's scan lock, or None while somebody else holds it."""

    async def hold_scan(self, sku: str, vendors: Sequence[str], *, ttl: timedelta) -> ScanHold:
        """`lock` and `snapshot` at one moment and in one question, and how the vendors stand."""

    async def renew(self, lock: Lock, *, ttl: timedelta) -> bool:
        """Hold it longer; False when it is no longer ours."""

    async def unlock(self, lock: Lock) -> None:
        """Give it back, if it is still ours."""

    async def commit(self, commit: Commit) -> bool:
        """Keep snapshot, history and changes together; False when a newer holder or revision was there first.

        Safe to repeat: the same commit twice is kept once, and answers True both times.
        """

    async def looked(self, vendor: str, at: datetime, *, failed: bool, reason: str = "") -> Row:
        """Count a vendor's failed looks in a row, over all its listings and all processes.

        A good look ends the row, unless it was told that the vendor is blind: then it stays until a commit tells that
        it is over.
        """

    async def last_looks(self, vendors: Sequence[str]) -> Mapping[str, LastLooks]:
        """How looking at each of these went, in one question; one that was never looked at has no time."""

    async def turned(self, vendor: str, listing: str, at: datetime, *, since: datetime) -> int:
        """Note that a listing's stock turned, and count the vendor's listings that did since then."""

    async def scans(self, skus: Sequence[str], day: date) -> int:
        """How often these were looked at on a day, UTC; of a product's days only the newest is remembered."""

    async def history(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[Point]:
        """The newest points of change, oldest first."""

    async def history_texts(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[str]:
        """The same, each as the JSON of a Point that leaves out what is usual: for who passes thousands of them on."""


class NewsStream(Protocol):
    """Committed changes on their way to subscribers."""

    async def take_news(self, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
        """New changes and those whose taker died; waits at most `wait` for the first."""

    async def hold_news(self, consumer: str, tickets: Sequence[str]) -> None:
        """We are still at these: whoever looks for what a dead taker left leaves them to us for a while longer."""

    async def news_done(self, tickets: Sequence[str]) -> None:
        """Never hand these out again."""


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
        """Keep it. The oldest make room, and none outlives `AUDIT_DAYS` once a younger one is noted."""

    async def audit(self, guild: int, *, before: str = "", limit: int) -> Sequence[AuditRow]:
        """A guild's own entries, the one noted last first, from behind the ticket `before` ("" at first)."""

    async def disown_audit(self, guild: int, user: int, alias: str) -> None:
        """Put the alias wherever the member's id stands in this guild's entries; doing it again does no harm."""


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


class Persons(Protocol):
    """What bears a person's id, found by name and not by searching, so that they can see it and have it forgotten."""

    async def traces(self, user: int) -> frozenset[int]:
        """The guilds in which a watch, an alert or an audit entry may bear their id."""

    async def held_for(self, user: int) -> Sequence[Waiting]:
        """What waits to be told to their own alerts."""

    async def written_to(self, user: int) -> Sequence[Delivery]:
        """The direct messages to them that are remembered, the newest first."""

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


class Catalogue(Protocol):
    """Products that were added by their address. Each is everybody's who adds the same one, and never changes."""

    async def add_product(self, product: UrlProduct) -> UrlProduct:
        """Keep it, unless its address is there already; answers what is kept."""

    async def added_products(self, since: int) -> tuple[int, Sequence[UrlProduct]]:
        """How many there are, and those from number `since` on, in the order they came."""


class Pendings(Protocol):
    """What waits for somebody's press of a button, for minutes."""

    async def put_pending(self, guild: int, name: str, body: str, *, ttl: timedelta) -> None:
        """Keep it for so long."""

    async def pending(self, guild: int, name: str) -> str | None:
        """What is kept; None when there is nothing any more, or it is another guild's."""

    async def take_pending(self, guild: int, name: str) -> str | None:
        """The same, for one asker alone: it is kept no longer."""


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


class Sealed(Protocol):
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


class Timetable(Hurries, Protocol):
    """When each watched product is due."""

    async def schedule(self, sku: str, tier: Tier, at: datetime) -> None:
        """Put a product on the timetable; one that is there in the same tier keeps its time."""

    async def unschedule(self, sku: str) -> None:
        """Take it off."""

    async def scheduled(self) -> frozenset[str]:
        """Everything on the timetable."""

    async def due(self, tier: Tier, now: datetime, *, limit: int) -> Sequence[Due]:
        """Products whose time has come, oldest first."""

    async def upcoming(self, now: datetime) -> Mapping[Tier, Upcoming]:
        """Every tier in brief, however many products there are."""

    async def move(self, due: Due, tier: Tier, to: datetime) -> bool:
        """Set the next time, unless somebody else did since; then False."""


class Notes(Protocol):
    """A few words remembered across restarts."""

    async def note(self, name: str) -> str | None:
        """What was noted under this name."""

    async def set_note(self, name: str, text: str) -> None:
        """Note it, instead of what was there."""


class Spending(Protocol):
    """How many dollars were spent on a day. Shared by all who spend from one purse."""

    async def add(self, day: date, dollars: Decimal) -> Decimal:
        """Add to the day's sum and answer the new sum; a negative amount gives back."""


class Store(
    Snapshots,
    NewsStream,
    Outbox,
    DeadLetters,
    Standings,
    Episodes,
    Holds,
    Trails,
    AuditTrail,
    Wishes,
    Persons,
    Catalogue,
    Pendings,
    FirstSights,
    GuildChoices,
    Sealed,
    Timetable,
    Plans,
    Notes,
    Spending,
    Popularity,
    ApiKeyStore,
    LimitStore,
    WebhookMemory,
    Tallies,
    Glances,
    Identifies,
    HistoryRetention,
    Protocol,
):
    """All of memory."""

    async def ping(self) -> None:
        """Return when memory answers."""
