"""Which guilds a bot has left, and forgetting one, in dictionaries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.domain.catalogue import UrlProduct
from alerts.domain.deliveries import Delivery
from alerts.domain.departures import GuildErasure
from alerts.domain.model import Snapshot
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import OPERATOR, Target, TargetKind
from alerts.store.memory_api_keys import MemoryApiKeys
from alerts.store.memory_catalogue import MemoryCatalogue
from alerts.store.memory_persons import MemoryPersons
from alerts.store.memory_plans import MemoryPlans
from alerts.store.memory_popularity import MemoryPopularity
from alerts.store.memory_retention import MemoryRetention
from alerts.store.memory_sealed import MemorySealed
from alerts.store.memory_tallies import MemoryTallies
from alerts.store.ports import LastLooks, Row


@dataclass
class MemoryErasing(
    MemoryPersons,
    MemoryApiKeys,
    MemoryCatalogue,
    MemorySealed,
    MemoryPlans,
    MemoryPopularity,
    MemoryTallies,
    MemoryRetention,
):
    """See promises.departures."""

    _snapshots: dict[str, Snapshot] = field(default_factory=dict)
    _scans: dict[str, Any] = field(default_factory=dict)
    _commits: dict[str, Any] = field(default_factory=dict)
    _vouches: dict[str, Any] = field(default_factory=dict)
    _fences: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _rows: dict[str, Row] = field(default_factory=dict)
    _looks: dict[str, LastLooks] = field(default_factory=dict)
    _turns: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _hurried: dict[str, datetime] = field(default_factory=dict)
    _notes: dict[str, str] = field(default_factory=dict)
    _guilds: dict[int, int] = field(default_factory=dict, init=False)
    _left: dict[int, datetime] = field(default_factory=dict, init=False)
    _guild_erasures: dict[int, GuildErasure] = field(default_factory=dict, init=False)

    # Departures

    async def note_guilds(self, application: int, guilds: Collection[int]) -> int:
        self._guilds.update(dict.fromkeys(guilds, application))
        return sum(self._left.pop(guild, None) is not None for guild in guilds)

    async def guilds_of(self, application: int) -> frozenset[int]:
        return frozenset(guild for guild, last in self._guilds.items() if last == application)

    async def note_departures(self, guilds: Collection[int], until: datetime) -> int:
        new = set(guilds) - set(self._left)
        self._left.update(dict.fromkeys(new, until))
        return len(new)

    async def departures(self, now: datetime, *, limit: int) -> Sequence[tuple[int, int]]:
        due = sorted((until, guild) for guild, until in self._left.items() if until <= now)
        return [(guild, self._guilds.get(guild, 0)) for _, guild in due[:limit]]

    async def departure(self, guild: int) -> datetime | None:
        return self._left.get(guild)

    async def departure_done(self, guild: int) -> None:
        self._left.pop(guild, None)

    # Old rows

    async def drop_old_rows(self, *, audit: datetime, trail: datetime, sent: datetime, dead: datetime) -> int:
        gone = 0
        for rows in self._audit.values():
            gone += len(rows)
            rows[:] = [each for each in rows if each.entry.at >= audit]
            gone -= len(rows)
        for stages in self._trails.values():
            gone += len(stages)
            stages[:] = [each for each in stages if each.at >= trail]
            gone -= len(stages)
        for named, oldest in [*((each, sent) for each in self._sent.values()), (self._dead, dead)]:
            for name in [name for name, at in named.items() if at < oldest]:
                del named[name]
                gone += 1
        return gone

    async def unused_addresses(self) -> Sequence[tuple[int, Target]]:
        used = {(each.guild, str(each.target)) for each in self._subscriptions.values()}
        left = [(guild, text.partition(":")) for guild, text in self._sealed if (guild, text) not in used]
        return [(guild, Target(type=TargetKind(kind), id=int(number))) for guild, (kind, _, number) in left]

    # Erasing

    async def forget_vendors(self, names: Collection[str]) -> None:
        for name in names:
            self._looks.pop(name, None)
            self._rows.pop(name, None)
        self._turns = {name: at for name, at in self._turns.items() if name[0] not in names}

    async def held_by(self, guild: int) -> Sequence[Waiting]:
        return sorted((each for each in self._held.values() if each.guild == guild), key=lambda each: each.until)

    async def written_for(self, guild: int) -> Sequence[Delivery]:
        mine = [each.delivery for each in self._queued.values() if each.delivery.guild == guild]
        return sorted(mine, key=lambda each: each.queued_at, reverse=True)

    async def put_guild_erasure(self, erasure: GuildErasure) -> None:
        self._guild_erasures[erasure.guild] = erasure

    async def guild_erasures(self) -> Sequence[GuildErasure]:
        return list(self._guild_erasures.values())

    async def guild_erasure_done(self, guild: int) -> None:
        self._guild_erasures.pop(guild, None)

    async def drop_product(self, product: UrlProduct) -> bool:
        sku, listings = product.sku, {each.id for each in product.product().listings}
        if any(watched == sku for _, watched in self._watches):
            return False
        if any(each.sku == sku for each in self._subscriptions.values()):
            return False
        self._drop_added(product)
        of_products: tuple[dict[str, Any], ...] = (
            self._snapshots, self._scans, self._commits, self._vouches, self._fences, self._due, self._hurried,
            self._planned, self._floors,
        )  # fmt: skip
        for by_sku in of_products:
            by_sku.pop(sku, None)
        self._seats.pop(f"lock:{sku}", None)
        for listing in listings:
            self._points.pop((sku, listing), None)
        return True

    async def erase_guild(self, guild: int, products: Collection[UrlProduct]) -> None:
        named: tuple[dict[Any, Any], ...] = (
            self._watches, self._subscriptions, self._memories, self._hooks, self._hook_secrets, self._hook_busy,
            self._hook_logs, self._sealed, self._pending,
        )  # fmt: skip
        for kept in named:
            for name in [name for name in kept if name[0] == guild]:
                del kept[name]
        numbered: tuple[dict[int, Any], ...] = (self._settings, self._trails, self._sent, self._audit, self._guilds)
        for kept in numbered:
            kept.pop(guild, None)
        for traced in self._traces.values():
            traced.discard(guild)
        for open_ones in self._left_open.values():
            open_ones -= {each for each in open_ones if each[0] == guild}
        self._hook_guilds.discard(guild)
        self._forget_messages(guild)
        self._forget_facts(guild)
        for each in products:
            if await self.drop_product(each):
                self._uncount(each)

    def _forget_messages(self, guild: int) -> None:
        for name in [name for name, each in self._queued.items() if each.delivery.guild == guild]:
            del self._queued[name]
            self._dead.pop(name, None)
        self._letters = {name: each for name, each in self._letters.items() if each[0].guild != guild}
        self._episodes = {name: each for name, each in self._episodes.items() if each.guild != guild}
        self._held = {name: each for name, each in self._held.items() if each.guild != guild}
        self._sights = {each: at for each, at in self._sights.items() if each.guild != guild}
        for name in [name for name, each in self._hook_messages.items() if each.guild == guild]:
            del self._hook_messages[name]
            self._hook_gone.pop(name, None)

    def _forget_facts(self, guild: int) -> None:
        self._standings = {name: each for name, each in self._standings.items() if each.guild != guild}
        self._notices = {name: each for name, each in self._notices.items() if each.standing.guild != guild}
        self._api_keys = {name: each for name, each in self._api_keys.items() if each[0].guild != guild}
        self._notes = {name: text for name, text in self._notes.items() if not name.endswith(f":{guild}")}
        is_named = re.compile(rf'"{guild}":')
        for name, (body, _) in list(self._pending.items()):
            if name[0] == OPERATOR and name[1].startswith("session:") and is_named.search(body):
                del self._pending[name]

    def _uncount(self, product: UrlProduct) -> None:
        for counted in (*self._asks.values(), *self._scanned.values()):
            counted.pop(product.sku, None)
        listings = {each.id for each in product.product().listings}
        self._turns = {name: at for name, at in self._turns.items() if name[1] not in listings}
