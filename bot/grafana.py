"""Grafana's dashboard, from code: four rows, and in each what an operator asks first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

SCHEMA = 39  # of Grafana 11; newer ones bring it up to theirs when they read it
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_RATE = "$__rate_interval"
_COLUMNS, _HEIGHT = 24, 8


class Panel(NamedTuple):
    """One chart, or one number. `lines`: what is asked for by the legend; `red`: from there on it is bad."""

    title: str
    says: str
    unit: str
    lines: dict[str, str]
    red: float | None = None
    kind: str = "timeseries"
    width: int = 8


def _late(name: str, within: str) -> str:
    good = f'sum(rate({name}_bucket{{le="{within}"}}[{_RATE}]))'
    return f"1 - {good} / sum(rate({name}_count[{_RATE}]))"


def _percentiles(name: str, *shares: float, by: str = "") -> dict[str, str]:
    """By the legend; with `by` one line for each value of that label."""
    groups = f"le, {by}" if by else "le"
    sums = f"sum by ({groups}) (rate({name}_bucket[{_RATE}]))"
    return {
        (f"{{{{{by}}}}}" if by else f"{share * 100:g} of 100 within"): f"histogram_quantile({share:g}, {sums})"
        for share in shares
    }


ROWS: dict[str, Sequence[Panel]] = {
    "Freshness": (
        Panel("Scans that came late", "More than 150 s after their slot. 1 % may, over 30 days.", "percentunit",
              {"late": _late("hs_watch_scan_lag_seconds", "150.0")}, red=0.01),
        Panel("From its slot to the end of a scan", "How long products wait beyond their interval.", "s",
              _percentiles("hs_watch_scan_lag_seconds", 0.5, 0.95)),
        Panel("Products on the timetable", "Due, or waiting for their time.", "short",
              {"{{state}}": "max by (state) (hs_watches)"}),
        Panel("Since the worst shop was read", "The one that has failed longest.", "s",
              {"age": "time() - min(hs_watch_oldest_success_timestamp_seconds)"}, red=3600, kind="stat", width=6),
        Panel("Looks planned for the next hour", "By tier, as the planner has it.", "short",
              {"{{tier}}": "max by (tier) (hs_plan_looks_per_hour)"}, width=9),
        Panel("Answers from memory", "Of askers who were content with it.", "percentunit",
              {"hits": f'sum(rate(hs_cache_requests_total{{result="hit"}}[{_RATE}]))'
                       f" / sum(rate(hs_cache_requests_total[{_RATE}]))"}, width=9),
    ),
    "Delivery": (
        Panel("Messages that came late", "More than a minute after the change. 1 % may, over 30 days.", "percentunit",
              {"late": _late("hs_delivery_latency_seconds", "60.0")}, red=0.01),
        Panel("From the change to its message", "What was held by a rule counts from its release.", "s",
              _percentiles("hs_delivery_latency_seconds", 0.5, 0.95, 0.99)),
        Panel("What became of deliveries", "Each second. Buried: given up; expired: too old to be news.", "reqps",
              {"{{result}}": f"sum by (result) (rate(hs_deliveries_total[{_RATE}]))"}),
        Panel("What waits", "Changes, what a rule holds, and the queue.", "short",
              {"{{stage}}": "max by (stage) (hs_outbox_depth)"}),
        Panel("How long the first has waited", "Of what could go: above two minutes somebody is told.", "s",
              {"{{stage}}": 'max by (stage) (hs_outbox_oldest_age_seconds{stage!="held"})'}, red=120),
        Panel("Dead letters", "Given up: hardware-sentry dlq list says why.", "short",
              {"dead": "max(hs_dlq_depth)"}, red=1, kind="stat", width=4),
        Panel("Repeated in doubt", "Within a day, after an answer was lost.", "short",
              {"ambiguous": "sum(increase(hs_deliveries_ambiguous_total[1d]))"}, red=1, kind="stat", width=4),
    ),
    "Vendors": (
        Panel("Looks that told nothing", "The share by shop; what was known stays.", "percentunit",
              {"{{vendor}}": f"sum by (vendor) (rate(hs_unknown_total[{_RATE}]))"
                             f" / sum by (vendor) (rate(hs_scans_total[{_RATE}]))"}, red=0.3),
        Panel("Why they told nothing", "Each second, all shops together.", "reqps",
              {"{{reason}}": f"sum by (reason) (rate(hs_unknown_total[{_RATE}]))"}),
        Panel("How long a look takes", "95 of 100, retries included.", "s",
              _percentiles("hs_scan_duration_seconds", 0.95, by="vendor")),
        Panel("Breakers", "0 closed, 1 tried again, 2 open: the shop is left in peace.", "short",
              {"{{vendor}}": "max by (vendor) (hs_breaker_state)"}, red=2),
        Panel("Doubted turns of the stock", "Held for more looks, as much of a shop turned or a canary lied.", "short",
              {"{{vendor}} {{reason}}": f"sum by (vendor, reason) (increase(hs_vendor_doubts_total[{_RATE}]))"}, red=1),
        Panel("Longer waits to keep a shop's pace", "1: its products are looked at as often as wished.", "short",
              {"{{vendor}}": "max by (vendor) (hs_plan_stretch)"}),
    ),
    "Discord rate": (
        Panel("Requests to Discord", "By answer. All bots of a token together may make 50 a second.", "reqps",
              {"{{status}}": f"sum by (status) (rate(hs_discord_requests_total[{_RATE}]))"}, red=50),
        Panel("Refused within ten minutes", "401, 403 and 429. Delivering rests at 500; 10,000 are a ban.", "short",
              {"refused": "sum(hs_discord_invalid_requests_10m)"}, red=500),
        Panel("Limited altogether", "Seconds of each second in which Discord let nobody of us speak.", "percentunit",
              {"limited": f"sum(rate(hs_discord_global_limited_seconds_total[{_RATE}]))"}, red=0.1),
        Panel("Connected", "1 while the gateway is.", "short",
              {"{{instance}}": "min by (instance) (hs_discord_connected)"}, kind="stat", width=4),
        Panel("Least left in a bucket", "Requests until Discord's next limit, by route.", "short",
              {"{{bucket}}": "bottomk(5, min by (bucket) (hs_discord_ratelimit_remaining))"}, width=10),
        Panel("How late a task wakes", "99 of 100; above 0.1 s the machine is too small.", "s",
              _percentiles("hs_event_loop_lag_seconds", 0.99, by="instance"), red=0.1, width=10),
    ),
}  # fmt: skip


def dashboard() -> dict[str, Any]:
    """What Grafana imports, or reads from a provisioned folder."""
    return {
        "uid": "hardware-sentry",
        "title": "Hardware Sentry",
        "tags": ["hardware-sentry"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "label": "Source", "type": "datasource", "query": "prometheus"}]
        },
        "annotations": {"list": [_firing()]},
        "links": [],
        "panels": list(_panels()),
    }


def _firing() -> dict[str, Any]:
    return {
        "name": "Alerts that fire",
        "datasource": _SOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": 'ALERTS{alertstate="firing",severity="critical"}',
        "titleFormat": "{{alertname}}",
    }


def _panels() -> Iterator[dict[str, Any]]:
    ids, y = count(1), 0
    for title, panels in ROWS.items():
        at = {"x": 0, "y": y, "w": _COLUMNS, "h": 1}
        yield {"id": next(ids), "type": "row", "title": title, "collapsed": False, "gridPos": at, "panels": []}
        y, x = y + 1, 0
        for panel in panels:
            if x + panel.width > _COLUMNS:
                x, y = 0, y + _HEIGHT
            yield _panel(panel, next(ids), {"x": x, "y": y, "w": panel.width, "h": _HEIGHT})
            x += panel.width
        y += _HEIGHT


def _panel(panel: Panel, number: int, at: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.red is not None:
        steps.append({"color": "red", "value": panel.red})
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": _SOURCE,
        "gridPos": at,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "thresholds": {"mode": "absolute", "steps": steps},
                **({"min": 0, "custom": {"thresholdsStyle": {"mode": "dashed"}}} if panel.kind == "timeseries" else {}),
            },
            "overrides": [],
        },
        "options": _OPTIONS[panel.kind],
        "targets": [
            {"refId": chr(ord("A") + at), "datasource": _SOURCE, "expr": expr, "legendFormat": legend}
            for at, (legend, expr) in enumerate(panel.lines.items())
        ],
    }


_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "area",
    },
}
