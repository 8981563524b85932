"""Every metric, its labels, and what it says. docs/metrics.md is held to this table."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 4.0)  # our own store and loop
HTTP = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
SHOPS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
MESSAGES = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
LAGS = (1.0, 5.0, 15.0, 30.0, 60.0, 150.0, 300.0, 900.0, 3600.0)


class Kind(StrEnum):
    """What Prometheus does with it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Entry(NamedTuple):
    """One metric. `buckets` of a histogram are seconds."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    says: str
    buckets: tuple[float, ...] = ()


C, G, H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

TABLE = (
    Entry("hs_build_info", G, ("version", "python"), "always 1; what is running"),
    Entry("hs_scans_total", C, ("vendor", "result"), "looks at listings: `ok`, a failure's reason, or `resting`"),
    Entry("hs_scan_duration_seconds", H, ("vendor",), "how long a look took, retries included", SHOPS),
    Entry("hs_unknown_total", C, ("vendor", "reason"), "looks that told nothing of the stock, by reason"),
    Entry("hs_watch_scan_lag_seconds", H, (), "from a scan's slot on the timetable to its end", LAGS),
    Entry("hs_tick_products_total", C, ("tier", "result"), "due products that ticks handed out: `ok` or `failed`"),
    Entry("hs_tick_duration_seconds", H, ("tier",), "how long a tick took for a tier, or for `confirmation`", QUICK),
    Entry("hs_jobs_total", C, ("priority", "result"), "jobs that this worker did, by class: `ok` or `failed`"),
    Entry("hs_watches", G, ("state",), "products on the timetable: `due`, or `waiting` for their time"),
    Entry("hs_plan_products", G, ("tier",), "products by how often they are looked at, as a tier says or nearly"),
    Entry("hs_plan_looks_per_hour", G, ("tier",), "looks at them that are planned for the next hour"),
    Entry("hs_plan_requests_per_hour", G, ("vendor",), "requests to a shop that are wanted in the next hour"),
    Entry("hs_plan_stretch", G, ("vendor",), "by how much a shop's products wait longer to keep its pace; 1 if not"),
    Entry("hs_watch_oldest_success_timestamp_seconds", G, (), "when the vendor that failed longest was last read"),
    Entry("hs_state_transitions_total", C, ("kind", "decision"), "differences, and what became of them"),
    Entry("hs_events_committed_total", C, (), "changes that were kept"),
    Entry("hs_lock_stale_commits_total", C, (), "scans that were refused: a newer scanner was there first"),
    Entry("hs_cache_requests_total", C, ("result",), "answers to who was content with memory: `hit miss stale`"),
    Entry("hs_vendor_doubts_total", C, ("vendor", "reason"), "turns of the stock that are doubted: `mass` or `canary`"),
    Entry("hs_deliveries_total", C, ("lane", "result"), "what became of deliveries, by kind of target"),
    Entry("hs_delivery_latency_seconds", H, ("lane",), "from the change to its message", MESSAGES),
    Entry("hs_deliveries_ambiguous_total", C, (), "messages repeated whose first answer was lost for too long"),
    Entry("hs_outbox_depth", G, ("stage",), "what waits: `changes`, `held` by a rule, or `queue`"),
    Entry("hs_outbox_oldest_age_seconds", G, ("stage",), "how long what could go has waited; `held` from its time"),
    Entry("hs_dlq_depth", G, (), "deliveries that were given up and lie with the dead letters"),
    Entry("hs_discord_connected", G, (), "1 while the gateway is connected; where the role `bot` runs"),
    Entry("hs_discord_requests_total", C, ("route", "status"), "requests to Discord"),
    Entry("hs_discord_invalid_requests_10m", G, (), "401, 403 and 429 of the last ten minutes; 10,000 are a ban"),
    Entry("hs_discord_ratelimit_remaining", G, ("bucket",), "requests left in the bucket that was seen last"),
    Entry("hs_discord_global_limited_seconds_total", C, (), "seconds for which Discord limited the whole bot"),
    Entry("hs_breaker_state", G, ("vendor",), "0 closed, 1 half open, 2 open; of `other` the worst"),
    Entry("hs_breaker_trips_total", C, ("vendor",), "how often a vendor's breaker has opened"),
    Entry("hs_ssrf_blocked_total", C, ("layer",), "addresses refused: `address`, `redirect` or `socket`"),
    Entry("hs_redis_duration_seconds", H, ("op",), "commands and scripts; XREADGROUP waits for news", QUICK),
    Entry("hs_redis_errors_total", C, ("op",), "those that failed"),
    Entry("hs_store_durable", G, ("check",), "1 fine, 0 not: `log` is kept, no `eviction`, `writes` arrive"),
    Entry("hs_event_loop_lag_seconds", H, (), "how late a task of this process wakes", QUICK),
    Entry("hs_backup_last_success_timestamp_seconds", G, (), "when the newest backup was made"),
    Entry("hs_http_requests_total", C, ("route", "method", "status"), "requests to our own web face"),
    Entry(
        "hs_config_last_reload_successful", G, (), "1 while the configuration is as it was last read; 0 after a refusal"
    ),
    Entry("hs_config_last_reload_timestamp_seconds", G, (), "when it was last taken, at the start or by a reload"),
    Entry("hs_http_request_duration_seconds", H, ("route",), "how long it took to answer them", HTTP),
)

# Gauges that are not shown before they are first set: 0 would be a lie until then.
LATE = frozenset({
    "hs_watch_oldest_success_timestamp_seconds",
    "hs_discord_connected",
    "hs_store_durable",
    "hs_config_last_reload_successful",
    "hs_backup_last_success_timestamp_seconds",
})  # fmt: skip
