"""The same promises in dictionaries, for tests and for programs that end soon. Nothing survives the process."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from alerts.domain.memory import Memory
from alerts.domain.model import Point, Snapshot, Tier
from alerts.domain.vouch import Vouch
from alerts.domain.waiting import Waiting
from alerts.domain.wishes import OPERATOR, Subscription, Watch, persons_in
from alerts.store.memory_erasing import MemoryErasing
from alerts.store.memory_identifies import MemoryIdentifies
from alerts.store.memory_limits import MemoryLimits
from alerts.store.memory_migrating import MemoryMigrating
from alerts.store.memory_resealing import MemoryResealing
from alerts.store.ports import Commit, Due, LastLooks, Lock, News, Row, ScanHold, Upcoming
from alerts.store.promises.server import ServerFacts
from alerts.store.promises.tallies import Depths
from alerts.store.promises.tallies import Waiting as DepthOf


@dataclass
class MemoryStore(MemoryErasing, MemoryResealing, MemoryLimits, MemoryIdentifies, MemoryMigrating):
    """See ports.Store."""

    _snapshots: dict[str, Snapshot] = field(default_factory=dict)
    _commits: dict[str, tuple[str, int]] = field(default_factory=dict)
    _vouches: dict[str, dict[str, Vouch]] = field(default_factory=dict)
    _scans: dict[str, tuple[date, int]] = field(default_factory=dict)
    _turns: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _news: dict[str, News] = field(default_factory=dict)
    _taken: dict[str, float] = field(default_factory=dict)
    _watches: dict[tuple[int, str], Watch] = field(default_factory=dict)
    _subscriptions: dict[tuple[int, str], Subscription] = field(default_factory=dict)
    _held: dict[tuple[str, str], Waiting] = field(default_factory=dict)
    _memories: dict[tuple[int, str], Memory] = field(default_factory=dict)
    _hurried: dict[str, datetime] = field(default_factory=dict)
    _notes: dict[str, str] = field(default_factory=dict)
    _spent: dict[date, Decimal] = field(default_factory=dict)

    async def ping(self) -> None:
        return None

    async def server(self) -> ServerFacts:
        return ServerFacts()

    async def depths(self) -> Depths:
        queued, held = self._open_ones(), [each.until for each in self._held.values()]
        news = [each.change.at for each in self._news.values()]
        return Depths(
            changes=len(news),
            changes_since=min(news, default=None),
            queued=len(queued),
            held=len(held),
            held_since=min(held, default=None),
            dead=len(self._dead),
            front=tuple(DepthOf(str(each.delivery.target), each.delivery.queued_at) for each in queued),
        )

    # Snapshots

    async def snapshot(self, sku: str) -> Snapshot:
        return self._snapshots.get(sku, Snapshot(sku=sku))

    async def snapshots(self, skus: Sequence[str]) -> Mapping[str, Snapshot]:
        return {sku: await self.snapshot(sku) for sku in skus}

    async def revisions(self, skus: Sequence[str]) -> Mapping[str, int]:
        return {sku: (await self.snapshot(sku)).revision for sku in skus}

    async def lock(self, sku: str, *, ttl: timedelta) -> Lock | None:
        owner = f"owner-{next(self._serial)}"
        if not self._sit(f"lock:{sku}", owner, ttl):
            return None
        self._fences[sku] += 1
        return Lock(sku, owner, self._fences[sku])

    async def hold_scan(self, sku: str, vendors: Sequence[str], *, ttl: timedelta) -> ScanHold:
        lock = await self.lock(sku, ttl=ttl)
        rows = [self._rows.get(vendor) for vendor in vendors]
        told = frozenset(row.vendor for row in rows if row and row.is_told)
        return ScanHold(lock, await self.snapshot(sku), told, self._vouches.get(sku, {}))

    async def renew(self, lock: Lock, *, ttl: timedelta) -> bool:
        return self._holder(f"lock:{lock.sku}") == lock.owner and self._sit(f"lock:{lock.sku}", lock.owner, ttl)

    async def unlock(self, lock: Lock) -> None:
        await self.resign(f"lock:{lock.sku}", lock.owner)

    async def commit(self, commit: Commit) -> bool:
        sku, mark = commit.snapshot.sku, (commit.lock.owner, commit.snapshot.revision)
        if self._commits.get(sku) == mark:
            return True
        for vendor, at in commit.looks.items():
            await self.looked(vendor, at, failed=False)
        if self._fences[sku] != commit.lock.fence or (await self.snapshot(sku)).revision != commit.snapshot.revision:
            return False
        self._snapshots[sku] = commit.snapshot.model_copy(update={"revision": commit.snapshot.revision + 1})
        self._commits[sku], self._vouches[sku] = mark, dict(commit.vouches)
        if commit.snapshot.scanned_at:
            day = commit.snapshot.scanned_at.astimezone(UTC).date()
            before, count = self._scans.get(sku, (day, 0))
            self._scans[sku] = (day, count + 1 if before == day else 1)
        for listing, point in commit.points.items():
            self._points[sku, listing].append(point)
        for row in commit.told:
            self._tell(row)
        for change in commit.changes:
            ticket = f"{next(self._serial):020}"
            self._news[ticket] = News(ticket, change)
            self._hear_for_hooks(self._news[ticket])
        if commit.is_last:
            await self.unlock(commit.lock)
        return True

    def _tell(self, row: Row) -> None:
        kept = self._rows.get(row.vendor)
        if kept is None or kept.since != row.since:
            return
        if row.is_told:
            del self._rows[row.vendor]
        else:
            self._rows[row.vendor] = replace(kept, is_told=True)

    async def looked(self, vendor: str, at: datetime, *, failed: bool, reason: str = "") -> Row:
        before = self._looks.get(vendor, LastLooks())
        since = before.since or at
        self._looks[vendor] = LastLooks(at, before.failed + 1, since, reason) if failed else LastLooks(at)
        row = self._rows.get(vendor) or Row(vendor, 0, at, is_told=False)
        if failed:
            row = self._rows[vendor] = replace(row, failed=row.failed + 1)
        elif not row.is_told:
            self._rows.pop(vendor, None)
        return row

    async def last_looks(self, vendors: Sequence[str]) -> Mapping[str, LastLooks]:
        return {vendor: self._looks.get(vendor, LastLooks()) for vendor in vendors}

    async def turned(self, vendor: str, listing: str, at: datetime, *, since: datetime) -> int:
        self._turns[vendor, listing] = at
        return sum(1 for (name, _), turn in self._turns.items() if name == vendor and turn >= since)

    async def scans(self, skus: Sequence[str], day: date) -> int:
        return sum(count for sku in skus for at, count in [self._scans.get(sku, (None, 0))] if at == day)

    async def history(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[Point]:
        points = sorted(self._points[sku, listing], key=lambda p: p.at)
        return [p for p in points if since is None or p.at >= since][-limit:]

    async def history_texts(self, sku: str, listing: str, *, since: datetime | None, limit: int) -> Sequence[str]:
        points = await self.history(sku, listing, since=since, limit=limit)
        return [point.model_dump_json(exclude_defaults=True) for point in points]

    # NewsStream

    async def take_news(self, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
        now = self.clock.monotonic()
        free = [t for t in sorted(self._news) if self._taken.get(t, -1e9) <= now - 5][:limit]
        self._taken.update(dict.fromkeys(free, now))
        return [self._news[ticket] for ticket in free]

    async def hold_news(self, consumer: str, tickets: Sequence[str]) -> None:
        self._taken.update(dict.fromkeys(tickets, self.clock.monotonic()))

    async def news_done(self, tickets: Sequence[str]) -> None:
        for ticket in tickets:
            self._news.pop(ticket, None)

    # Wishes

    async def add_watch(self, watch: Watch) -> bool:
        self._trace(watch.guild, {watch.added_by} - {OPERATOR})
        is_new = (watch.guild, watch.sku) not in self._watches
        self._watches.setdefault((watch.guild, watch.sku), watch)
        return is_new

    async def remove_watch(self, guild: int, sku: str) -> bool:
        return self._watches.pop((guild, sku), None) is not None

    async def watches(self, guild: int) -> Sequence[Watch]:
        return sorted((w for w in self._watches.values() if w.guild == guild), key=lambda w: (w.added_at, w.sku))

    async def put_watch(self, watch: Watch) -> bool:
        if (watch.guild, watch.sku) not in self._watches:
            return False
        self._trace(watch.guild, {watch.added_by} - {OPERATOR})
        self._watches[watch.guild, watch.sku] = watch
        return True

    async def watches_of(self, sku: str) -> Sequence[Watch]:
        return sorted((w for w in self._watches.values() if w.sku == sku), key=lambda w: w.guild)

    async def watchers(self, sku: str) -> frozenset[int]:
        return frozenset(guild for guild, watched in self._watches if watched == sku)

    async def hook_guilds(self, sku: str) -> frozenset[int]:
        return await self.watchers(sku) & self._hook_guilds

    async def put_subscription(self, subscription: Subscription) -> None:
        self._trace(subscription.guild, persons_in(subscription))
        self._subscriptions[subscription.guild, subscription.id] = subscription

    async def remove_subscription(self, guild: int, subscription_id: str) -> Subscription | None:
        self._memories.pop((guild, subscription_id), None)
        return self._subscriptions.pop((guild, subscription_id), None)

    async def subscriptions(self, guild: int) -> Sequence[Subscription]:
        mine = (s for s in self._subscriptions.values() if s.guild == guild)
        return sorted(mine, key=lambda s: (s.added_at, s.id))

    async def subscription(self, guild: int, subscription_id: str) -> Subscription | None:
        return self._subscriptions.get((guild, subscription_id))

    async def subscribers(self, sku: str, category: str | None = None) -> Sequence[Subscription]:
        wanted = category.casefold() if category else None
        mine = [s for _, s in sorted(self._subscriptions.items())]
        return [s for s in mine if s.sku == sku or (s.category and s.category.casefold() == wanted)]

    # Holds

    async def hold(self, waiting: Waiting) -> None:
        self._held[waiting.id, waiting.subscription] = waiting

    async def held(self, now: datetime, *, limit: int) -> Sequence[Waiting]:
        due = [each for each in self._held.values() if each.until <= now]
        return sorted(due, key=lambda each: each.until)[:limit]

    async def release(self, waiting: Waiting) -> None:
        self._held.pop((waiting.id, waiting.subscription), None)

    async def memory(self, guild: int, subscription_id: str) -> Memory:
        return self._memories.get((guild, subscription_id), Memory())

    async def memories(self, wanted: Sequence[tuple[int, str]]) -> Sequence[tuple[Subscription, Memory] | None]:
        wishes = ((self._subscriptions.get(each), self._memories.get(each, Memory())) for each in wanted)
        return [(wish, memory) if wish else None for wish, memory in wishes]

    async def swap_memories(
        self, memories: Mapping[tuple[int, str], tuple[Memory, Memory]]
    ) -> Collection[tuple[int, str]]:
        lost = [name for name, (before, _) in memories.items() if self._memories.get(name, Memory()) != before]
        kept = {name: after for name, (_, after) in memories.items() if name not in lost}
        self._memories.update({name: after for name, after in kept.items() if name in self._subscriptions})
        return lost

    # Timetable

    async def schedule(self, sku: str, tier: Tier, at: datetime) -> None:
        if self._due.get(sku, (None, at))[0] is not tier:
            self._due[sku] = (tier, at)

    async def unschedule(self, sku: str) -> None:
        self._due.pop(sku, None)
        self._hurried.pop(sku, None)
        self._planned.pop(sku, None)

    async def scheduled(self) -> frozenset[str]:
        return frozenset(self._due)

    async def due(self, tier: Tier, now: datetime, *, limit: int) -> Sequence[Due]:
        ripe = [Due(sku, at) for sku, (in_tier, at) in self._due.items() if in_tier is tier and at <= now]
        return sorted(ripe, key=lambda d: (d.at, d.sku))[:limit]

    async def upcoming(self, now: datetime) -> Mapping[Tier, Upcoming]:
        times = {tier: [at for in_tier, at in self._due.values() if in_tier is tier] for tier in Tier}
        return {
            tier: Upcoming(len(each), sum(at <= now for at in each), min(each, default=None))
            for tier, each in times.items()
        }

    async def hurry(self, sku: str, at: datetime) -> None:
        if sku in self._due:
            self._hurried[sku] = min(self._hurried.get(sku, at), at)

    async def hurried(self, now: datetime, *, limit: int) -> Sequence[Due]:
        ripe = [Due(sku, at) for sku, at in self._hurried.items() if at <= now]
        return sorted(ripe, key=lambda d: (d.at, d.sku))[:limit]

    async def hurry_done(self, due: Due) -> None:
        if self._hurried.get(due.sku) == due.at:
            del self._hurried[due.sku]

    async def move(self, due: Due, tier: Tier, to: datetime) -> bool:
        if self._due.get(due.sku) != (tier, due.at):
            return False
        self._due[due.sku] = (tier, to)
        return True

    # Pendings

    async def put_pending(self, guild: int, name: str, body: str, *, ttl: timedelta, person: int = 0) -> None:
        if person:
            self._left_open[person].add((guild, name))
        self._pending[guild, name] = body, self.clock.monotonic() + ttl.total_seconds()

    async def pending(self, guild: int, name: str) -> str | None:
        body, until = self._pending.get((guild, name), (None, 0.0))
        return body if until > self.clock.monotonic() else None

    async def take_pending(self, guild: int, name: str) -> str | None:
        found = await self.pending(guild, name)
        self._pending.pop((guild, name), None)
        return found

    # Notes and spending

    async def note(self, name: str) -> str | None:
        return self._notes.get(name)

    async def set_note(self, name: str, text: str) -> None:
        self._notes[name] = text

    async def add(self, day: date, dollars: Decimal) -> Decimal:
        self._spent[day] = self._spent.get(day, Decimal(0)) + dollars
        return self._spent[day]
