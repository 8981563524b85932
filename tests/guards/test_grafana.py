"""The dashboard asks only for what is exported, in a shape that Grafana reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.main import run
from bot.grafana import dashboard
from tests.guards.promql import promtool, unknown

pytestmark = pytest.mark.guard
# What Grafana calls them.
UNITS = {"s", "percentunit", "short", "reqps"}
KINDS = {"row", "timeseries", "stat"}


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dashboard()["panels"]
    return found


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel.get("targets", ())]


def test_the_command_prints_what_grafana_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grafana"]) == 0

    assert json.loads(capsys.readouterr().out) == dashboard()


def test_there_are_four_rows_and_panels_in_each() -> None:
    kinds = ["row" if panel["type"] == "row" else "-" for panel in panels()]

    assert [panel["title"] for panel in panels() if panel["type"] == "row"] == [
        "Freshness",
        "Delivery",
        "Vendors",
        "Discord rate",
    ]
    assert all(len(part) >= 4 for part in "".join(kinds).split("row")[1:])


def test_a_panel_asks_only_for_what_is_exported() -> None:
    assert len(expressions()) > 20
    assert [each for expr in expressions() for each in unknown(expr)] == []


def test_every_expression_is_promql(tmp_path: Path) -> None:
    """Each as a rule, which promtool reads; the interval is Grafana's to fill in."""
    asked = [expr.replace("$__rate_interval", "5m") for expr in expressions()]
    rules = [{"record": f"hs:panel_{number}", "expr": expr} for number, expr in enumerate(asked)]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run([promtool(), "check", "rules", str(file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert not [expr for expr in asked if "$" in expr]


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_every_panel_has_what_grafana_needs_and_says_what_it_shows() -> None:
    ids = [panel["id"] for panel in panels()]

    assert len(set(ids)) == len(ids)
    for panel in panels():
        assert panel["type"] in KINDS
        if panel["type"] == "row":
            continue
        assert panel["description"].endswith((".", "y."))
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert [target["refId"] for target in panel["targets"]] == [*"ABCDEF"[: len(panel["targets"])]]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
        assert all(target["legendFormat"] for target in panel["targets"])


def test_a_legend_names_only_labels_that_the_line_has() -> None:
    for panel in panels():
        for target in panel.get("targets", ()):
            named = {part.partition("}}")[0] for part in target["legendFormat"].split("{{")[1:]}
            groups = target["expr"].replace("le, ", "")
            assert all(f"by ({label}" in groups or f", {label})" in groups for label in named), panel["title"]
