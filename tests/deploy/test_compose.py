"""The compose files by our own rules: careful containers, secrets as files, and one way out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.settings.load import load
from bot.app import Role
from tests.deploy.starting import kept_by, roles_of, settings_in
from tests.guards.project import ROOT, text_of

pytestmark = pytest.mark.guard
_WHOLE, _SMALL = "deploy/compose.yaml", "deploy/compose.small.yaml"
_MADE_BY_THE_HOST = "deploy/secrets/"


def read(file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text_of(file))
    return found


def services(file: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(file)["services"]
    return found


def ours(file: str) -> dict[str, dict[str, Any]]:
    return {name: each for name, each in services(file).items() if "SENTRY_IMAGE" in each["image"]}


EVERY = [(file, name) for file in (_WHOLE, _SMALL) for name in services(file)]


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_a_container_has_no_right_it_does_not_need(file: str, name: str) -> None:
    service = services(file)[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:\d+", service["user"])
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & set(service)


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_a_container_can_fill_neither_memory_nor_disk_nor_the_process_table(file: str, name: str) -> None:
    service = services(file)[name]

    assert service["mem_limit"]
    assert service["pids_limit"] <= 256
    assert "max-size" in service["logging"]["options"]
    assert [each for each in service["tmpfs"] if "size=" not in each] == []


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_a_container_is_asked_how_it_is(file: str, name: str) -> None:
    """Those of the image by the image's own check."""
    service = services(file)[name]

    assert name in ours(file) or service["healthcheck"]["test"][0] == "CMD"
    assert [each for each in service.get("depends_on", {}).values() if each["condition"] != "service_healthy"] == []


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_a_port_is_open_to_this_machine_alone(file: str, name: str) -> None:
    assert [port for port in services(file)[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("file", [_WHOLE, _SMALL])
def test_secrets_are_files_that_are_not_in_the_repository(file: str) -> None:
    secrets = read(file)["secrets"]
    used = {name for service in services(file).values() for name in service.get("secrets", [])}
    wanted = {
        value.removeprefix("/run/secrets/")
        for service in services(file).values()
        for name, value in service.get("environment", {}).items()
        if name.endswith("_FILE")
    }

    assert used == wanted == set(secrets)
    assert {each["file"] for each in secrets.values()} == {f"secrets/{name}" for name in secrets}
    assert f"/{_MADE_BY_THE_HOST}" in text_of(".gitignore").splitlines()


@pytest.mark.parametrize("file", [_WHOLE, _SMALL])
def test_what_is_mounted_is_there(file: str) -> None:
    folder = ROOT / "deploy"
    named = [each["file"] for each in read(file)["configs"].values()]
    named += [
        volume.partition(":")[0]
        for service in services(file).values()
        for volume in service.get("volumes", [])
        if volume.startswith(".")
    ]

    assert {f"deploy/{each}" for each in named if not (folder / each).exists()} == set()


def test_only_the_bots_own_processes_reach_out_and_reach_the_store() -> None:
    networks = read(_WHOLE)["networks"]
    on = {name: {which for which, each in services(_WHOLE).items() if name in each["networks"]} for name in networks}

    assert on["outside"] == set(ours(_WHOLE)) == {"bot", "scheduler", "worker"}
    assert on["store"] == {*ours(_WHOLE), "valkey"}
    assert networks["store"] == networks["watching"] == {"internal": True}
    assert on["desk"] == {"grafana"}
    assert "false" in networks["desk"]["driver_opts"].values()


def test_the_processes_together_have_every_role_and_each_can_be_asked() -> None:
    roles = {name: roles_of(each["command"]) for name, each in ours(_WHOLE).items()}

    assert set().union(*roles.values()) == set(Role)
    assert [name for name, each in roles.items() if Role.WEB not in each] == []


@pytest.mark.parametrize("file", [_WHOLE, _SMALL])
def test_the_program_accepts_what_it_is_told(file: str, tmp_path: Path) -> None:
    told = read(file)["configs"]["sentry"]["file"]
    for service in ours(file).values():
        settings = load((ROOT / "deploy" / told).read_text(), settings_in(service["environment"], tmp_path))

        assert settings.discord.token
        assert settings.store.url.startswith("embedded" if file == _SMALL else "redis")


def test_the_store_keeps_every_write_and_forgets_nothing(tmp_path: Path) -> None:
    assert kept_by(services(_WHOLE)["valkey"]["command"], tmp_path) == ("yes", "noeviction", "")


def test_grafana_finds_prometheus_and_the_dashboards_beside_it() -> None:
    (source,) = read("deploy/grafana/datasources/prometheus.yaml")["datasources"]
    (provider,) = read("deploy/grafana/dashboards/files.yaml")["providers"]
    mounted = [volume.split(":")[1] for volume in services(_WHOLE)["grafana"]["volumes"]]

    assert source["url"] == "http://prometheus:9090"
    assert {"prometheus", "grafana"} == {n for n, each in services(_WHOLE).items() if each["networks"][0] == "watching"}
    assert provider["options"]["path"] in mounted


def test_prometheus_asks_every_process() -> None:
    (job,) = read("deploy/prometheus.yml")["scrape_configs"]
    (found,) = job["dns_sd_configs"]

    assert set(found["names"]) == set(ours(_WHOLE))
    assert found["port"] == 8000
