"""Prometheus' rules ask for what is exported, each has a cure, and each fires when it should and only then."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.metrics.names import TABLE
from tests.guards.project import text_of
from tests.guards.promql import promtool, unknown

pytestmark = pytest.mark.guard

RULES, TESTS = text_of("deploy/alerts.yml"), text_of("deploy/alerts_test.yml")
# Reference §6; the budgets of the two promises about time burn fast or slowly.
WANTED = """SentryDown OutboxStuck DeliveryFailureHigh AmbiguousDeliveries InvalidRequestBudget ScanLagHigh
    VendorUnknownHigh AllVendorsUnknown VendorMassFlipHeld BreakerOpenLong RedisNotDurable DLQGrowing ReloadFailed
    BackupOld GatewayDisconnected TokenRejected FreshnessBudgetBurnsFast FreshnessBudgetBurnsSlowly
    DeliveryBudgetBurnsFast DeliveryBudgetBurnsSlowly""".split()


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(TESTS)["tests"]
    return found


def fires(case: dict[str, Any]) -> set[str]:
    named = [sample["labels"] for each in case.get("promql_expr_test", ()) for sample in each["exp_samples"]]
    return {name for labels in named for name in re.findall('alertname="(\\w+)"', labels)}


def checked(folder: Path, rules: str, *, about: str = "") -> subprocess.CompletedProcess[str]:
    """Try the rules in all cases, or in those with a series whose name begins so."""
    tests = yaml.safe_load(TESTS)
    tests["tests"] = [
        case
        for case in tests["tests"]
        if not about or any(each["series"].startswith(about) for each in case["input_series"])
    ]
    (folder / "alerts.yml").write_text(rules)
    (folder / "alerts_test.yml").write_text(yaml.safe_dump(tests))
    command = [promtool(), "test", "rules", str(folder / "alerts_test.yml")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_every_rule_of_the_plan_is_there() -> None:
    assert set(WANTED) - {rule["alert"] for rule in alerts()} == set()


def test_a_rule_asks_only_for_what_is_exported() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    assert [(rule.get("alert"), each) for rule in rules() for each in unknown(rule["expr"])] == []
    assert {name for rule in rules() for name in re.findall(r"hs:[\w:]+", rule["expr"])} <= recorded


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_a_rule_says_how_bad_it_is_what_it_means_and_where_the_cure_is(rule: dict[str, Any]) -> None:
    said = rule["annotations"]

    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(said) == {"summary", "description", "runbook_url"}
    assert said["runbook_url"] == f"docs/runbook.md#{rule['alert'].lower()}"
    section = text_of("docs/runbook.md").partition(f"\n## {rule['alert']}\n")[2].partition("\n## ")[0]
    assert "**Means.**" in section
    assert re.search(r"\*\*(Cure|Look at, cure)\.\*\*", section)
    by = re.search(r"by \(([^)]*)\)", rule["expr"])
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(said.values())))
    assert named <= ({each.strip() for each in by[1].split(",")} if by else {"instance"})


def test_the_runbook_has_no_heading_that_no_alert_leads_to() -> None:
    headings = re.findall(r"^## (.+)$", text_of("docs/runbook.md"), re.MULTILINE)

    assert headings == [rule["alert"] for rule in alerts()]


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_a_rule_has_a_test_in_which_it_fires_and_one_in_which_all_is_quiet(rule: dict[str, Any]) -> None:
    stems = {entry.name for entry in TABLE}
    asked = {name for name in stems if name in rule["expr"]} | ({"up"} if rule["expr"].startswith("up") else set())
    if "hs:freshness" in rule["expr"]:
        asked |= {"hs_watch_scan_lag_seconds"}
    if "hs:delivery" in rule["expr"]:
        asked |= {"hs_delivery_latency_seconds"}
    quiet = [case for case in cases() if "promql_expr_test" in case and not fires(case)]
    shown = [{each["series"] for each in case["input_series"]} for case in quiet]

    assert [case["name"] for case in cases() if rule["alert"] in fires(case)]
    assert [each for each in shown if all(any(series.startswith(name) for series in each) for name in asked)]


def test_each_rule_fires_when_it_should_and_stays_quiet_when_it_should(tmp_path: Path) -> None:
    done = checked(tmp_path, RULES)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("about", "right", "wrong"),
    [
        ("hs_outbox", "> 120", "> 1200"),
        ("hs_outbox", "> 120", "> 20"),
        ("hs_deliveries", ">= 5\n        for: 5m", ">= 1\n        for: 5m"),
        ("hs_discord_requests", " unless", " and"),
    ],
)
def test_a_rule_that_is_wrong_is_noticed(tmp_path: Path, about: str, right: str, wrong: str) -> None:
    assert right in RULES

    assert checked(tmp_path, RULES, about=about).returncode == 0
    assert checked(tmp_path, RULES.replace(right, wrong), about=about).returncode != 0


def test_an_expression_that_asks_for_what_is_not_there_is_noticed() -> None:
    assert [*unknown("sum(hs_scans)")] == ["hs_scans"]
    assert [*unknown('hs_scans_total{shop="Acme"}')] == ["hs_scans_total{shop}"]
    assert [*unknown("sum by (guild) (hs_scans_total)")] == ["guild"]
    assert [*unknown('hs_delivery_latency_seconds_bucket{le="61.0"}')] == [
        'hs_delivery_latency_seconds_bucket{le="61.0"}'
    ]
    assert [*unknown('hs_outbox_depth{stage=~"queue|que"}')] == ['hs_outbox_depth{stage="que"}']
    assert [*unknown("hs_delivery_latency_seconds")] == ["hs_delivery_latency_seconds"]
    assert [*unknown('sum by (vendor) (rate(hs_scans_total{result="ok"}[5m]))')] == []
