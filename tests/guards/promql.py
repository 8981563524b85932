"""What a PromQL expression asks for, and the tool that reads it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest

from alerts.metrics.names import TABLE, Kind

BY_PROMETHEUS = {"job", "instance"}
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
        for bound in re.findall(r'le="([^"]+)"', matchers):
            if bound not in {*map(str, map(float, entry.buckets)), "+Inf"}:
                yield f'{name}{{le="{bound}"}}'
    for group in _GROUPS.findall(expression):
        yield from (label for each in group.split(",") if (label := each.strip()) and label not in labels)
