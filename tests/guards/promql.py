"""What a PromQL expression asks for, and the tool that reads it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest

from alerts.domain.model import FailureReason
from alerts.domain.trail import Step
from alerts.metrics.metrics import OTHER
from alerts.metrics.names import TABLE, Kind
from alerts.observing import RESTING

BY_PROMETHEUS = {"job", "instance"}
# What the labels can be whose values are all ours: a rule about another one would never fire.
VALUES = {
    ("hs_outbox_oldest_age_seconds", "stage"): {"changes", "held", "queue"},
    ("hs_outbox_depth", "stage"): {"changes", "held", "queue"},
    ("hs_watches", "state"): {"due", "waiting"},
    ("hs_scans_total", "result"): {"ok", RESTING, *FailureReason},
    ("hs_scans_total", "vendor"): {OTHER},
    ("hs_unknown_total", "vendor"): {OTHER},
    ("hs_breaker_state", "vendor"): {OTHER},
    ("hs_deliveries_total", "result"): {"sent", "edited", "postponed", Step.BURIED, Step.EXPIRED},
    ("hs_cache_requests_total", "result"): {"hit", "miss", "stale"},
}
_MATCHER = re.compile(r'(\w+)\s*(?:=~|!=|!~|=)\s*"([^"]*)"')
_ASKED = re.compile(r"(?<![\w:])(hs_\w+)(?:\{([^}]*)\})?")
_GROUPS = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")


def promtool() -> str:
    """Prometheus' own tool; without it the test skips."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool on this machine: apt-get install prometheus runs these too")
    return found


def unknown(expression: str) -> Iterator[str]:
    """Metrics and labels that an expression asks for and nobody exports."""
    known = {entry.name: entry for entry in TABLE}
    labels = set(BY_PROMETHEUS)
    for name, matchers in _ASKED.findall(expression):
        entry = known.get(name) or known.get(re.sub(r"_(bucket|count|sum)$", "", name))
        if entry is None or (entry.kind is Kind.HISTOGRAM) == (entry.name == name):
            yield name
            continue
        own = {*entry.labels, *BY_PROMETHEUS, *(["le"] if name.endswith("_bucket") else [])}
        labels |= own
        yield from (f"{name}{{{label}}}" for label in re.findall(r"(\w+)\s*[=!]~?", matchers) if label not in own)
        for label, wanted in _MATCHER.findall(matchers):
            values = VALUES.get((entry.name, label))
            yield from (f'{name}{{{label}="{each}"}}' for each in wanted.split("|") if values and each not in values)
        for bound in re.findall(r'le="([^"]+)"', matchers):
            if bound not in {*map(str, map(float, entry.buckets)), "+Inf"}:
                yield f'{name}{{le="{bound}"}}'
    for group in _GROUPS.findall(expression):
        yield from (label for each in group.split(",") if (label := each.strip()) and label not in labels)
