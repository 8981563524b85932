"""The unit by our own rules; systemd's own opinion is in test_linters.py."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from alerts.settings.load import load
from tests.deploy.starting import settings_in
from tests.guards.project import ROOT, text_of

pytestmark = pytest.mark.guard


def unit() -> dict[str, list[str]]:
    """Every key with what it was given, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in text_of("deploy/hardware-sentry.service").splitlines():
        key, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            found[key].append(value)
    return found


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in unit()["Environment"] for pair in line.split())


def test_the_program_accepts_what_it_is_told(tmp_path: Path) -> None:
    settings = load(text_of("config.yaml"), settings_in(environment(), tmp_path))

    assert settings.discord.token
    assert settings.store.url == "embedded://"


def test_its_memory_is_the_one_place_that_stays() -> None:
    assert unit()["StateDirectory"] == ["hardware-sentry"]
    assert environment()["HS_STORE__DATA_DIR"] == "%S/hardware-sentry"
    assert unit()["ProtectSystem"] == ["strict"]


def test_its_token_is_a_credential_that_no_other_process_sees() -> None:
    (credential,) = unit()["LoadCredential"]

    assert environment()["DISCORD_TOKEN_FILE"] == f"%d/{credential.partition(':')[0]}"


def test_the_bot_is_told_to_stop_and_ends_its_database_itself() -> None:
    assert unit()["KillMode"] == ["mixed"]
    assert int(unit()["TimeoutStopSec"][0]) >= 45


def test_a_wrong_configuration_is_not_tried_again_and_a_new_one_is_taken_up_by_a_signal() -> None:
    assert unit()["Restart"] == ["on-failure"]
    assert unit()["RestartPreventExitStatus"] == ["2"]
    assert unit()["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


def test_whoever_asks_the_installer_for_help_has_installed_nothing() -> None:
    asked = subprocess.run(
        ["/bin/bash", ROOT / "deploy/install-service", "--help"],
        check=False, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, timeout=30,
    )  # fmt: skip

    assert asked.returncode == 2
    assert "takes no options: it installs the bot to /usr/local/lib/hardware-sentry" in asked.stderr
