"""The manifests by our own rules: pods without rights, probes that ask the right thing, a network that is closed."""

from __future__ import annotations

import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.reading.web.addresses import _GLOBAL_6, _SPECIAL
from alerts.settings.load import load
from bot.app import Role
from tests.deploy.starting import kept_by, roles_of, settings_in
from tests.guards.project import project_files, text_of

pytestmark = pytest.mark.guard
_ALL = [
    found
    for file in project_files()
    if file.startswith("deploy/kubernetes/")
    for found in yaml.safe_load_all(text_of(file))
]


def kind(name: str) -> dict[str, Any]:
    return {each["metadata"]["name"]: each for each in _ALL if each["kind"] == name}


WORKLOADS = kind("Deployment") | kind("StatefulSet")
OURS = [*kind("Deployment")]
STORE = "valkey"


def pod(name: str) -> dict[str, Any]:
    found: dict[str, Any] = WORKLOADS[name]["spec"]["template"]["spec"]
    return found


def container(name: str) -> dict[str, Any]:
    (found,) = pod(name)["containers"]
    return dict(found)


def labels(name: str) -> dict[str, str]:
    return dict(WORKLOADS[name]["spec"]["template"]["metadata"]["labels"])


def selects(selector: dict[str, Any], name: str) -> bool:
    return set(selector.get("matchLabels", {}).items()) <= set(labels(name).items())


def policies(name: str, way: str) -> list[dict[str, Any]]:
    """The network policies that hold for a pod in this direction."""
    found = [each["spec"] for each in kind("NetworkPolicy").values()]
    return [each for each in found if selects(each["podSelector"], name) and way in each["policyTypes"]]


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_has_no_right_it_does_not_need(name: str) -> None:
    whole, own = pod(name)["securityContext"], container(name)["securityContext"]

    assert whole["runAsNonRoot"] is True
    assert whole["runAsUser"] > 0
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(name)["automountServiceAccountToken"] is False
    assert container(name)["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", OURS)
def test_liveness_depends_on_nothing_and_readiness_on_what_work_needs(name: str) -> None:
    paths = {probe: container(name)[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")}

    assert paths == {"livenessProbe": "/live", "readinessProbe": "/ready"}


def test_a_store_that_loads_is_not_killed_and_not_asked() -> None:
    store = container(STORE)

    assert set(store["livenessProbe"]) & {"tcpSocket", "exec"} == {"tcpSocket"}
    assert store["readinessProbe"]["exec"]["command"] == ["valkey-cli", "-e", "ping"]


@pytest.mark.parametrize("name", WORKLOADS)
def test_there_is_time_to_drain_and_a_budget_for_moving_it(name: str) -> None:
    budgets = [each["spec"]["selector"] for each in kind("PodDisruptionBudget").values()]

    assert pod(name)["terminationGracePeriodSeconds"] >= 45
    assert [each for each in budgets if selects(each, name)]


def test_the_processes_together_have_every_role_and_two_bots_never_share_shards() -> None:
    roles = [roles_of([container(name)["args"][0], *container(name)["args"][3:]]) for name in OURS]

    assert set().union(*roles) == set(Role)
    assert WORKLOADS["bot"]["spec"]["strategy"] == {"type": "Recreate"}
    assert WORKLOADS["bot"]["spec"]["replicas"] == 1


def test_the_image_has_our_version_and_none_is_the_latest() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]

    assert {container(name)["image"] for name in OURS} == {f"hardware-sentry:{version}"}
    assert [
        name for name in WORKLOADS if ":" not in container(name)["image"] or "latest" in container(name)["image"]
    ] == []


def test_the_program_accepts_what_it_is_told(tmp_path: Path) -> None:
    told = kind("ConfigMap")

    settings = load(
        told["hardware-sentry-config"]["data"]["config.yaml"], settings_in(told["hardware-sentry"]["data"], tmp_path)
    )

    assert settings.discord.token
    assert settings.store.url == "redis://valkey:6379/0"
    assert settings.fetch.pace
    assert settings.fetch.pace.total_seconds() >= WORKLOADS["worker"]["spec"]["replicas"]


@pytest.mark.parametrize("name", OURS)
def test_secrets_are_files_of_a_secret_that_is_not_here(name: str) -> None:
    (mount,) = [each for each in container(name)["volumeMounts"] if each["name"] == "secrets"]
    files = {v for n, v in kind("ConfigMap")["hardware-sentry"]["data"].items() if n.endswith("_FILE")}

    assert {str(Path(each).parent) for each in files} == {mount["mountPath"]}
    assert mount["readOnly"] is True
    assert not kind("Secret")
    assert "env" not in container(name)


def test_every_manifest_is_in_the_namespace_that_refuses_careless_pods() -> None:
    (name, space), *others = kind("Namespace").items()

    assert not others
    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {each["metadata"].get("namespace", name) for each in _ALL} == {name}


@pytest.mark.parametrize("name", WORKLOADS)
def test_nothing_is_open_that_no_policy_names(name: str) -> None:
    assert [each for each in policies(name, "Ingress") if not each.get("ingress")]
    assert [each for each in policies(name, "Egress") if not each.get("egress")]


def test_the_store_takes_calls_of_ours_and_makes_none() -> None:
    callers = [
        peer for policy in policies(STORE, "Ingress") for rule in policy.get("ingress", []) for peer in rule["from"]
    ]

    assert callers == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "hardware-sentry"}}}]
    assert [policy for policy in policies(STORE, "Egress") if policy.get("egress")] == []


@pytest.mark.parametrize("name", OURS)
def test_no_process_of_ours_reaches_an_address_that_the_guard_refuses(name: str) -> None:
    """The same table as at the door, held a second time by the network."""
    blocks = [
        peer["ipBlock"]
        for policy in policies(name, "Egress")
        for rule in policy.get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    refused = {ip_network(each) for block in blocks for each in block["except"]}

    assert {block["cidr"] for block in blocks} == {"0.0.0.0/0", str(_GLOBAL_6)}
    assert refused == {net for net in _SPECIAL if net.version == 4 or net.subnet_of(_GLOBAL_6)}


def test_the_store_keeps_every_write_and_forgets_nothing(tmp_path: Path) -> None:
    assert kept_by(container(STORE)["args"], tmp_path) == ("yes", "noeviction", "")
