"""Numbers by hour and day, in dictionaries."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from alerts.ports import Clock
from alerts.store.promises.tallies import DAYS, MOST_FIELDS, MOST_KEPT, MOST_PRODUCTS, OTHER, Batch, Counts, Slot

_REMEMBERED = 1_000


@dataclass
class MemoryTallies:
    """See promises.tallies; `depths` is the store's own. Here those who were there are counted exactly."""

    clock: Clock
    _batches: OrderedDict[str, None] = field(default_factory=OrderedDict, init=False)
    _slots: dict[Slot, dict[str, int]] = field(default_factory=dict, init=False)
    _scanned: dict[date, Counter[str]] = field(default_factory=dict, init=False)
    _there: dict[date, tuple[set[str], set[str]]] = field(default_factory=dict, init=False)
    _salts: dict[date, tuple[str, datetime]] = field(default_factory=dict, init=False)

    async def add_tallies(self, batch: Batch) -> None:
        if batch.id in self._batches:
            return
        self._batches[batch.id] = None
        while len(self._batches) > _REMEMBERED:
            self._batches.popitem(last=False)
        for slot, counts in batch.counts.items():
            _add(self._slots.setdefault(slot, {}), counts)
        scanned = self._scanned.setdefault(batch.day, Counter())
        scanned.update(batch.products)
        self._scanned[batch.day] = Counter(dict(scanned.most_common(MOST_PRODUCTS)))
        if batch.over in self._scanned:
            self._scanned[batch.over] = Counter(dict(self._scanned[batch.over].most_common(MOST_KEPT)))
        guilds, users = self._there.setdefault(batch.day, (set(), set()))
        guilds.update(batch.guilds)
        users.update(batch.users)
        self._forget()

    def _forget(self) -> None:
        now = self.clock.now()
        first = now.astimezone(UTC).date() - timedelta(days=DAYS)
        self._slots = {slot: found for slot, found in self._slots.items() if slot.at + slot.lasts > now}
        self._scanned = {day: found for day, found in self._scanned.items() if day > first}
        self._there = {day: found for day, found in self._there.items() if day > first}

    async def tallies(self, slots: Sequence[Slot]) -> Sequence[Mapping[str, int]]:
        self._forget()
        return [dict(self._slots.get(slot, {})) for slot in slots]

    async def most_scanned(self, day: date, *, limit: int) -> Sequence[tuple[str, int]]:
        self._forget()
        return self._scanned.get(day, Counter()).most_common(max(limit, 1))

    async def actives(self, days: Sequence[date]) -> Sequence[tuple[int, int]]:
        self._forget()
        found = [self._there.get(day, (set(), set())) for day in days]
        return [(len(guilds), len(users)) for guilds, users in found]

    async def day_salt(self, day: date, offered: str, *, until: datetime) -> str:
        now = self.clock.now()
        self._salts = {each: kept for each, kept in self._salts.items() if kept[1] > now}
        return self._salts.setdefault(day, (offered, until))[0] if until > now else offered


def _add(kept: dict[str, int], counts: Counts) -> None:
    for name, number in counts.plus.items():
        place = name if name in kept or len(kept) < MOST_FIELDS - 1 else OTHER
        kept[place] = kept.get(place, 0) + number
    for wanted, better in ((counts.least, min), (counts.most, max)):
        for name, number in wanted.items():
            if name in kept or len(kept) < MOST_FIELDS:
                kept[name] = better(kept.get(name, number), number)
