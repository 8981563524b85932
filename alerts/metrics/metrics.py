"""The counters themselves. No label holds an id; every label's values are few and known, or bounded here."""

from __future__ import annotations

import platform
from collections.abc import Collection, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from alerts.domain.model import Availability, Change
from alerts.domain.wishes import TargetKind
from alerts.metrics.names import LATE, TABLE, Entry, Kind
from alerts.observing import DOUBTS, RESTING, Observer

OTHER = "other"
MOST_VENDORS = 100  # by name; those of products that people added by address are all `other`
_MOST_VALUES = 200  # of a label whose values our own code makes
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SOURCES = {"cached": "hit", "fresh": "miss", "stale": "stale"}
_GOOD = frozenset(each.value for each in Availability)
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics(Observer):
    """Counts in memory what it is told of, for this process."""

    def __init__(self, *, vendors: Collection[str], version: str) -> None:
        """`vendors`: the configured ones; the first hundred are told apart."""
        self.registry = CollectorRegistry()
        self.configure(vendors=vendors)
        self._late = set(LATE)
        self._made = {entry.name: self._make(entry) for entry in TABLE}
        # Finding a child by its labels takes a lock and a tuple each time; these are asked for at every look.
        self._children: dict[tuple[str, ...], Any] = {}
        self._values: dict[str, set[str]] = {}
        self.set("hs_build_info", 1, version, platform.python_version())
        # A counter that begins at its first event hides that event from who asks by how much it has grown.
        for vendor in (*self.vendors, OTHER):
            for reason in DOUBTS:
                self.add("hs_vendor_doubts_total", 0, vendor, reason)
        for lane in TargetKind:
            for result in ("sent", "buried", "expired"):
                self.add("hs_deliveries_total", 0, lane.value, result)

    def configure(self, *, vendors: Collection[str]) -> None:
        """From now on these are told apart."""
        self.vendors = tuple(dict.fromkeys(vendors))[:MOST_VENDORS]
        self._named = frozenset(self.vendors)

    def _make(self, entry: Entry) -> Counter | Gauge | Histogram:
        match entry.kind:
            case Kind.COUNTER:
                return Counter(entry.name, entry.says, entry.labels, registry=self.registry)
            case Kind.GAUGE:
                registry = None if entry.name in LATE else self.registry
                return Gauge(entry.name, entry.says, entry.labels, registry=registry)
            case Kind.HISTOGRAM:
                return Histogram(entry.name, entry.says, entry.labels, registry=self.registry, buckets=entry.buckets)

    def _child(self, name: str, labels: tuple[str, ...]) -> Any:
        key = (name, *labels)
        found = self._children.get(key)
        if found is None:
            made = self._made[name]
            found = self._children[key] = made.labels(*labels) if labels else made
        return found

    def add(self, name: str, amount: float, *labels: str) -> None:
        """Add to a counter."""
        self._child(name, labels).inc(amount)

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        self._child(name, labels).set(value)
        if name in self._late:
            self._late.discard(name)
            self.registry.register(self._made[name])

    def time(self, name: str, seconds: float, *labels: str) -> None:
        """Note a duration in a histogram."""
        self._child(name, labels).observe(seconds)

    def text(self) -> bytes:
        """Everything as Prometheus reads it. It takes a while; call it beside the event loop."""
        return generate_latest(self.registry)

    def vendor(self, name: str) -> str:
        """The label of a vendor."""
        return name if name in self._named else OTHER

    def _bounded(self, label: str, value: str) -> str:
        seen = self._values.setdefault(label, set())
        if value not in seen:
            if len(seen) >= _MOST_VALUES:
                return OTHER
            seen.add(value)
        return value

    # --- what is told -------------------------------------------------------------------------------------------

    def looked(self, vendor: str, word: str, seconds: float) -> None:
        vendor, is_good = self.vendor(vendor), word in _GOOD
        self.add("hs_scans_total", 1, vendor, "ok" if is_good else word)
        if word == RESTING:
            return
        self.time("hs_scan_duration_seconds", seconds, vendor)
        if not is_good or word == Availability.UNKNOWN:
            self.add("hs_unknown_total", 1, vendor, "unclear" if is_good else word)

    def tripped(self, vendor: str) -> None:
        self.add("hs_breaker_trips_total", 1, self.vendor(vendor))

    def blocked(self, layer: str) -> None:
        self.add("hs_ssrf_blocked_total", 1, layer)

    def answered(self, source: str) -> None:
        self.add("hs_cache_requests_total", 1, _SOURCES[source])

    def scanned(self, sku: str, changes: Sequence[Change]) -> None:
        if changes:
            self.add("hs_events_committed_total", len(changes))

    def late(self, seconds: float) -> None:
        self.time("hs_watch_scan_lag_seconds", seconds)

    def ticked(self, tier: str, succeeded: int, failed: int, seconds: float) -> None:
        self.add("hs_tick_products_total", succeeded, tier, "ok")
        self.add("hs_tick_products_total", failed, tier, "failed")
        self.time("hs_tick_duration_seconds", seconds, tier)

    def job_done(self, priority: str, *, failed: bool) -> None:
        self.add("hs_jobs_total", 1, priority, "failed" if failed else "ok")

    def doubted(self, vendor: str, reason: str) -> None:
        self.add("hs_vendor_doubts_total", 1, self.vendor(vendor), reason)

    def outpaced(self) -> None:
        self.add("hs_lock_stale_commits_total", 1)

    def decided(self, kind: str, decision: str) -> None:
        self.add("hs_state_transitions_total", 1, kind, decision)

    def delivered(self, lane: str, result: str, seconds: float | None = None) -> None:
        self.add("hs_deliveries_total", 1, lane, result)
        if seconds is not None:
            self.time("hs_delivery_latency_seconds", seconds, lane)

    def ambiguous(self) -> None:
        self.add("hs_deliveries_ambiguous_total", 1)

    def stored(self, op: str, seconds: float, *, failed: bool) -> None:
        op = self._bounded("op", op)
        self.time("hs_redis_duration_seconds", seconds, op)
        if failed:
            self.add("hs_redis_errors_total", 1, op)

    def asked_discord(self, route: str, status: int, *, remaining: float | None = None, limited: float = 0.0) -> None:
        route = self._bounded("route", route)
        self.add("hs_discord_requests_total", 1, route, str(status))
        if remaining is not None:
            self.set("hs_discord_ratelimit_remaining", remaining, route)
        if limited:
            self.add("hs_discord_global_limited_seconds_total", limited)

    def served(self, route: str, method: str, status: int, seconds: float) -> None:
        route = self._bounded("path", route)
        self.add("hs_http_requests_total", 1, route, method if method in _METHODS else OTHER, str(status))
        self.time("hs_http_request_duration_seconds", seconds, route)
