"""The image, without Docker: the Dockerfile's own steps in namespaces of their own, then run as a careful host would.

Nothing is repeated here: steps, command, user, volume, health check and stop signal are read from the Dockerfile. Only
the base image is another one, this machine's own system, as a registry may be out of reach.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.context import context, sent
from tests.deploy.dockerfile import stages
from tests.guards.project import ROOT, text_of

_ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
_LAYERS = "mount -t tmpfs t {0} && cd {0} && mkdir u w r && mount -t overlay o -o lowerdir=/,upperdir=u,workdir=w r"
_PATH = (
    f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"  # chroot is there, which is on no PATH of a build server
)
_LONGEST = 420  # seconds; 36 on two idle cores with the packages at hand


def _missing(folder: Path) -> str | None:
    """Why the steps cannot be done here."""
    if os.name != "posix" or os.geteuid() != 0:
        return "only root may build in a root of its own"
    if absent := [name for name in ("unshare", "chroot", "mount") if not shutil.which(name, path=_PATH)]:
        return f"{' and '.join(absent)} not installed"
    tried = subprocess.run(
        [*_ALONE, "sh", "-c", _LAYERS.format(folder)], capture_output=True, text=True, check=False, timeout=30
    )
    return f"no namespaces or layers here: {tried.stderr.strip()}" if tried.returncode else None


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("image")
    if reason := _missing(folder):
        pytest.skip(reason)
    done = subprocess.run(
        [*_ALONE, sys.executable, "-m", "tests.deploy.image", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST,
        env={**os.environ, "PATH": _PATH},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.image
def test_its_own_health_check_finds_it_healthy(seen: dict[str, Any]) -> None:
    assert seen["healthy after"] > 0, seen["log"]


@pytest.mark.image
def test_it_runs_without_rights_and_writes_only_to_its_volume_and_tmp(seen: dict[str, Any]) -> None:
    assert seen["user"] >= 10000
    assert seen["writable"] == ["/app/data", "/tmp"]


@pytest.mark.image
def test_its_memory_is_in_the_volume_and_its_own(seen: dict[str, Any]) -> None:
    assert "appendonlydir" in seen["owners"]
    assert set(seen["owners"].values()) == {seen["user"]}


@pytest.mark.image
def test_it_ends_well_when_it_is_told_to_stop(seen: dict[str, Any]) -> None:
    assert seen["exit code"] == 0, seen["log"]


@pytest.mark.image
def test_it_needs_no_shell_and_tells_no_secret(seen: dict[str, Any]) -> None:
    assert not seen["shell"]
    assert not seen["tells its token"]


@pytest.mark.image
def test_it_works_with_what_the_systemd_unit_allows(seen: dict[str, Any]) -> None:
    """The whole run was under the unit's filter of system calls, and without memory that is written and executed."""
    if not seen["filtered"]:
        pytest.skip(
            "systemd or the kernel's headers (linux-libc-dev) are not installed: no list of calls to hold it to"
        )

    assert not seen["changes owners"]


def test_both_stages_begin_from_the_same_base_that_the_builder_may_pin() -> None:
    build, image = stages(text_of("Dockerfile"))

    assert build.base == image.base
    assert "ARG PYTHON=" in text_of("Dockerfile")


def test_nothing_is_installed_that_has_no_hash() -> None:
    installs = [
        step.rest for stage in stages(text_of("Dockerfile")) for step in stage.all("RUN") if "pip " in step.rest
    ]

    assert installs
    assert [each for each in installs if "--require-hashes" not in each and "--no-index" not in each] == []


def test_everything_that_is_started_is_started_without_a_shell() -> None:
    image = stages(text_of("Dockerfile"))[-1]

    assert image.one("ENTRYPOINT").listed() == ["hardware-sentry"]
    assert image.one("CMD").listed() == ["run"]
    assert image.health_check()[0] == "python"


def test_the_builder_is_sent_the_program_and_nothing_of_its_surroundings() -> None:
    files = context()

    assert {"alerts/reading/data/overrides.py", "bot/app.py", "constraints/run.txt", "config.yaml"} <= set(files)
    assert [file for file in files if file.startswith(("tests/", "docs/", ".", "deploy/", "constraints/test"))] == []


def test_a_later_line_of_dockerignore_wins_and_a_folder_stands_for_what_is_in_it() -> None:
    patterns = ["*", "!alerts/", "**/secrets/"]

    assert sent(patterns, ("alerts/a.py", "alerts/secrets/b", "data/x", ".env")) == ["alerts/a.py"]
