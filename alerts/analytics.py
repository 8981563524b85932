"""How it has been going, from the numbers that all processes add to: for `/analytics/stats` and whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alerts.domain.errors import BadInput
from alerts.domain.latency import percentile
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Wishes
from alerts.store.promises.tallies import DAYS, HOURS, MOST_PRODUCTS, OTHER, Slot, Span, Tallies
from alerts.tallying import began

MOST_SHOWN = 20  # products
_PAGE = 31  # days that are read at once: other tasks have their turn in between
_WEEK = 7

Numbers = Mapping[str, int]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class Latency(_Fact):
    """Milliseconds. The percentiles are read from buckets: an eighth more or less."""

    min: int
    avg: int
    max: int
    p50: int
    p95: int


class VendorStats(_Fact):
    """One vendor's looks. `rested`: looks that were not made because it was left in peace; they are no failures."""

    vendor: str
    looks: int
    failed: int
    rested: int
    trips: int
    failure_rate: float | None
    latency: Latency | None


class DayStats(_Fact):
    """One day, UTC. `active_guilds` and `active_users` are about two in a hundred more or less."""

    day: date
    scans: int
    looks: int
    failed: int
    told: int
    held: int
    suppressed: int
    breaker_trips: int
    active_guilds: int | None
    active_users: int | None


class HourStats(_Fact):
    """One hour of the last fourteen days."""

    at: AwareDatetime
    scans: int
    looks: int
    failed: int


class CacheStats(_Fact):
    """What askers who were content with memory got. `ratio`: hits by all of them."""

    hits: int
    misses: int
    stale: int
    ratio: float | None


class ScannedProduct(_Fact):
    sku: str
    name: str | None
    scans: int


class AlertStats(_Fact):
    """What became of alerts: messages that were `told` or `edited`; decisions to hold or not to tell."""

    told: int
    edited: int
    held: int
    suppressed: int
    cooldown: int
    buried: int
    expired: int


class Stats(_Fact):
    """Of the days from `since` to `until`, both included. With a guild only what concerns its own watches.

    `looks` are all that were made, `failed` those of them that failed. `restocks`: by weekday, Monday first, and hour,
    UTC. What a guild is not told is None.
    """

    since: date
    until: date
    scans: int
    looks: int
    failed: int
    failure_rate: float | None
    breaker_trips: int
    by_day: tuple[DayStats, ...] | None
    by_hour: tuple[HourStats, ...] | None
    vendors: tuple[VendorStats, ...]
    cache: CacheStats | None
    products: tuple[ScannedProduct, ...]
    alerts: AlertStats | None
    restocks: tuple[tuple[int, ...], ...] | None


class AnalyticsStore(Tallies, Wishes, Protocol):
    """The parts of memory that the figures are taken from."""


class Analytics:
    """Adds up the numbers of days."""

    def __init__(self, *, store: AnalyticsStore, products: Products, clock: Clock) -> None:
        self._store, self._products, self._clock = store, products, clock

    async def message_p95(self, *, days: int, until: date) -> float | None:
        """Within how many seconds of the change 95 of 100 messages were there; None when there were none."""
        buckets: dict[int, int] = {}
        for numbers in await self._read([Slot(Span.DAY, _midnight(until - timedelta(days=n))) for n in range(days)]):
            for name, number in numbers.items():
                if name.startswith("took|"):
                    buckets[int(name[5:])] = buckets.get(int(name[5:]), 0) + number
        found = percentile(buckets, 0.95)
        return None if found is None else found / 1000

    async def stats(self, *, days: int = 7, guild: int | None = None, until: date | None = None) -> Stats:
        """The last so many days, today or `until` included. BadInput when these are more than are remembered, or none.

        Without a guild it names what any server has added, and how many there are: for the operator alone.
        """
        if not 1 <= days <= DAYS:
            raise BadInput(f"days: {days} is not a number from 1 to {DAYS}; ask for as many as are kept.")
        today = until or self._clock.now().astimezone(UTC).date()
        span = [today - timedelta(days=back) for back in reversed(range(days))]
        watched = await self._watched(guild)
        numbers = dict(zip(span, await self._read([Slot(Span.DAY, _midnight(day)) for day in span]), strict=True))
        vendors = await self._vendors(numbers, watched)
        products = await self._scanned(span, watched)
        own = watched is not None
        looks, failed = (sum(getattr(each, name) for each in vendors) for name in ("looks", "failed"))
        all_of = {name: sum(each.get(name, 0) for each in numbers.values()) for name in _SUMS}
        return Stats(
            since=span[0],
            until=today,
            scans=sum(each.scans for each in products) if own else all_of["scans"],
            looks=looks,
            failed=failed,
            failure_rate=_share(failed, looks),
            breaker_trips=sum(each.trips for each in vendors),
            by_day=None if own else await self._by_day(numbers),
            by_hour=None if own else await self._by_hour(days),
            vendors=vendors,
            cache=None if own else _cache(all_of),
            products=products[:MOST_SHOWN],
            alerts=None if own else _alerts(all_of),
            restocks=None if own else _restocks(numbers),
        )

    async def _watched(self, guild: int | None) -> frozenset[str] | None:
        if guild is None:
            return None
        return frozenset(watch.sku for watch in await self._store.watches(guild))

    async def _read(self, slots: Sequence[Slot]) -> list[Numbers]:
        found: list[Numbers] = []
        for at in range(0, len(slots), _PAGE):
            found += await self._store.tallies(slots[at : at + _PAGE])
        return found

    async def _vendors(
        self, numbers: Mapping[date, Numbers], watched: frozenset[str] | None
    ) -> tuple[VendorStats, ...]:
        """Those that were looked at, the ones with most failures first."""
        slots = [
            Slot(Span.DAY, _midnight(day), name.removeprefix("v|"))
            for day, found in numbers.items()
            for name in found
            if name.startswith("v|")
        ]
        if watched is not None:
            products = [product for sku in watched if (product := self._products.get(sku))]
            mine = {listing.vendor for product in products for listing in product.listings}
            slots = [slot for slot in slots if slot.vendor in mine]
        by_vendor: dict[str, list[Numbers]] = {}
        for slot, read in zip(slots, await self._read(slots), strict=True):
            by_vendor.setdefault(slot.vendor, []).append(read)
        found = [_vendor(name, read) for name, read in by_vendor.items()]
        return tuple(sorted(found, key=lambda each: (-(each.failure_rate or 0), each.vendor == OTHER, each.vendor)))

    async def _scanned(self, span: Sequence[date], watched: frozenset[str] | None) -> tuple[ScannedProduct, ...]:
        total: dict[str, int] = {}
        for day in span:
            for sku, count in await self._store.most_scanned(day, limit=MOST_PRODUCTS):
                if watched is None or sku in watched:
                    total[sku] = total.get(sku, 0) + count
        order = sorted(total.items(), key=lambda item: (-item[1], item[0]))
        names = {sku: found.name for sku, _ in order[:MOST_SHOWN] if (found := self._products.get(sku))}
        return tuple(ScannedProduct(sku=sku, name=names.get(sku), scans=count) for sku, count in order)

    async def _by_day(self, numbers: Mapping[date, Numbers]) -> tuple[DayStats, ...]:
        there = await self._store.actives(list(numbers))
        return tuple(
            DayStats(
                day=day,
                scans=found.get("scans", 0),
                looks=found.get("looks", 0) + found.get("failed", 0),
                failed=found.get("failed", 0),
                told=found.get("message|sent", 0),
                held=found.get("decided|held", 0),
                suppressed=found.get("decided|suppressed", 0) + found.get("decided|cooldown", 0),
                breaker_trips=found.get("trips", 0),
                active_guilds=guilds,
                active_users=users,
            )
            for (day, found), (guilds, users) in zip(numbers.items(), there, strict=True)
        )

    async def _by_hour(self, days: int) -> tuple[HourStats, ...]:
        now = began(Span.HOUR, self._clock.now())
        hours = min(days * 24, int(HOURS.total_seconds() // 3600))
        slots = [Slot(Span.HOUR, now - timedelta(hours=back)) for back in reversed(range(hours))]
        return tuple(
            HourStats(
                at=slot.at,
                scans=found.get("scans", 0),
                looks=found.get("looks", 0) + found.get("failed", 0),
                failed=found.get("failed", 0),
            )
            for slot, found in zip(slots, await self._read(slots), strict=True)
        )


_MESSAGES = ("sent", "edited", "buried", "expired")
_DECISIONS = ("held", "suppressed", "cooldown")
_SUMS = (
    "scans",
    *(f"cache|{source}" for source in ("cached", "fresh", "stale")),
    *(f"message|{each}" for each in _MESSAGES),
    *(f"decided|{each}" for each in _DECISIONS),
)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _vendor(name: str, read: Sequence[Numbers]) -> VendorStats:
    sums: dict[str, int] = {}
    for numbers in read:
        for key, number in numbers.items():
            if key not in ("min", "max"):
                sums[key] = sums.get(key, 0) + number
    looks = sums.get("looks", 0) + sums.get("failed", 0)
    buckets = {int(key[2:]): number for key, number in sums.items() if key.startswith("b|")}
    lows, highs = ([each[key] for each in read if key in each] for key in ("min", "max"))
    p50, p95 = percentile(buckets, 0.5), percentile(buckets, 0.95)
    latency = None
    if looks and lows and highs and p50 is not None and p95 is not None:
        low, high = min(lows), max(highs)
        # What is known exactly keeps what is read from buckets in its bounds.
        latency = Latency(
            min=low,
            avg=round(sums.get("ms", 0) / looks),
            max=high,
            p50=round(min(max(p50, low), high)),
            p95=round(min(max(p95, low), high)),
        )
    return VendorStats(
        vendor=name,
        looks=looks,
        failed=sums.get("failed", 0),
        rested=sums.get("rested", 0),
        trips=sums.get("trips", 0),
        failure_rate=_share(sums.get("failed", 0), looks),
        latency=latency,
    )


def _cache(sums: Numbers) -> CacheStats:
    hits, misses, stale = (sums[f"cache|{source}"] for source in ("cached", "fresh", "stale"))
    return CacheStats(hits=hits, misses=misses, stale=stale, ratio=_share(hits, hits + misses + stale))


def _alerts(sums: Numbers) -> AlertStats:
    messages = {"told" if each == "sent" else each: sums[f"message|{each}"] for each in _MESSAGES}
    return AlertStats(**messages, **{each: sums[f"decided|{each}"] for each in _DECISIONS})


def _restocks(numbers: Mapping[date, Numbers]) -> tuple[tuple[int, ...], ...]:
    week = [[0] * 24 for _ in range(_WEEK)]
    for day, found in numbers.items():
        for hour in range(24):
            week[day.weekday()][hour] += found.get(f"restock|{hour}", 0)
    return tuple(tuple(hours) for hours in week)
