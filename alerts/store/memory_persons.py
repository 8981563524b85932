"""What bears a person's id, in dictionaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.domain.deliveries import Delivery
from alerts.domain.memory import Memory
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import OPERATOR, Subscription, Target, TargetKind, Watch, space_of
from alerts.store.memory_audit import MemoryAudit
from alerts.store.memory_guilds import MemoryGuilds
from alerts.store.memory_outbox import MemoryOutbox
from alerts.store.memory_targets import MemoryTargets
from alerts.store.memory_trails import MemoryTrails
from alerts.store.memory_webhooks import MemoryWebhooks


@dataclass
class MemoryPersons(MemoryWebhooks, MemoryOutbox, MemoryTargets, MemoryTrails, MemoryAudit, MemoryGuilds):
    """See ports.Persons."""

    _watches: dict[tuple[int, str], Watch] = field(default_factory=dict)
    _subscriptions: dict[tuple[int, str], Subscription] = field(default_factory=dict)
    _held: dict[tuple[str, str], Waiting] = field(default_factory=dict)
    _memories: dict[tuple[int, str], Memory] = field(default_factory=dict)
    _pending: dict[tuple[int, str], tuple[str, float]] = field(default_factory=dict)
    _left_open: dict[int, set[tuple[int, str]]] = field(default_factory=lambda: defaultdict(set), init=False)
    _erasures: dict[int, datetime] = field(default_factory=dict, init=False)

    def _trace(self, guild: int, persons: Iterable[int]) -> None:
        for person in persons:
            if guild != space_of(person):
                self._traces[person].add(guild)

    async def traces(self, user: int) -> frozenset[int]:
        return frozenset(self._traces.get(user, ()))

    async def held_for(self, user: int) -> Sequence[Waiting]:
        mine = [each for each in self._held.values() if each.guild == space_of(user)]
        return sorted(mine, key=lambda each: each.until)

    async def written_to(self, user: int) -> Sequence[Delivery]:
        mine = [each for each in self._queued.values() if _is_to(each.delivery.target, user)]
        return [each.delivery for each in sorted(mine, key=lambda each: each.ticket, reverse=True)]

    async def left_open(self, user: int) -> Sequence[tuple[int, str, str]]:
        now = self.clock.monotonic()
        mine = [(*name, *self._pending.get(name, ("", 0.0))) for name in self._left_open.get(user, ())]
        return sorted((guild, name, body) for guild, name, body, until in mine if until > now)

    async def disown(self, guild: int, user: int) -> None:
        for name, wish in list(self._subscriptions.items()):
            if wish.guild == guild and _is_to(wish.target, user):
                del self._subscriptions[name]
                self._memories.pop(name, None)
        nobody = {"added_by": OPERATOR}
        for name, watch in self._watches.items():
            if watch.guild == guild and watch.added_by == user:
                self._watches[name] = watch.model_copy(update=nobody)
        for name, wish in self._subscriptions.items():
            if wish.guild == guild and wish.added_by == user:
                self._subscriptions[name] = wish.model_copy(update=nobody)
        for name, hook in self._hooks.items():
            if hook.guild == guild and hook.added_by == user:
                self._hooks[name] = hook.model_copy(update=nobody)

    async def forget(self, user: int) -> None:
        space = space_of(user)
        for kept in (self._watches, self._subscriptions, self._memories):
            for name in [name for name in kept if name[0] == space]:
                del kept[name]
        for waiting in await self.held_for(user):
            del self._held[waiting.id, waiting.subscription]
        for sight in [each for each in self._sights if each.guild == space]:
            del self._sights[sight]
        for delivery in await self.written_to(user):
            del self._queued[delivery.id]
            self._dead.pop(delivery.id, None)
        self._letters = {name: each for name, each in self._letters.items() if not _is_to(each[0].target, user)}
        self._episodes = {name: each for name, each in self._episodes.items() if not _is_to(each.target, user)}
        target = str(Target(type=TargetKind.DM, id=user))
        for named in (self._standings, self._notices):
            named.pop(target, None)
        for numbered in (self._settings, self._trails, self._sent, self._audit):
            numbered.pop(space, None)
        self._traces.pop(user, None)
        for name in self._left_open.pop(user, ()):
            self._pending.pop(name, None)

    async def put_erasure(self, user: int, at: datetime) -> None:
        self._erasures[user] = at

    async def erasure(self, user: int) -> datetime | None:
        return self._erasures.get(user)

    async def erasures(self, now: datetime, *, limit: int) -> Sequence[int]:
        due = [(at, user) for user, at in self._erasures.items() if at <= now]
        return [user for _, user in sorted(due)][:limit]

    async def erasure_done(self, user: int) -> None:
        self._erasures.pop(user, None)


def _is_to(target: Target, user: int) -> bool:
    return target.type is TargetKind.DM and target.id == user
