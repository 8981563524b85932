"""Every file that is deployed, under the linter of whoever reads it; and each linter shown something broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.guards.project import ROOT, project_files, text_of

pytestmark = pytest.mark.guard
_SHELL = re.compile(r"#!/(usr/bin/env |bin/)(ba|da)?sh\n")
_UNIT = "deploy/hardware-sentry.service"
_MOST_EXPOSED = 20  # of 100; what is left is the network, which a bot needs


def _files(*patterns: str) -> list[str]:
    return [file for file in project_files() if any(Path(file).match(pattern) for pattern in patterns)]


def _scripts() -> list[str]:
    return [file for file in project_files() if _SHELL.match(text_of(file))]


def _as_is(text: str) -> str:
    return text


def _with_a_program(text: str) -> str:
    """systemd looks whether what it is to start is there."""
    return re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text)


@dataclass(frozen=True)
class Linter:
    """A command that is given files, what it reads, and something it must not let pass."""

    command: tuple[str, ...]
    files: Callable[[], list[str]]
    broken: str
    prepared: Callable[[str], str] = _as_is

    @property
    def program(self) -> str | None:
        """Beside this Python for those that come as a wheel, else on the PATH."""
        here = Path(sys.executable).with_name(self.command[0])
        return str(here) if here.exists() else shutil.which(self.command[0])

    def run(self, files: Sequence[Path]) -> subprocess.CompletedProcess[str]:
        if not (program := self.program):
            pytest.skip(f"{self.command[0]} is not installed (.ci/run installs it)")
        return subprocess.run(
            [program, *self.command[1:], *files], capture_output=True, text=True, check=False, timeout=60
        )


_SYSTEMD = ("systemd-analyze", "--no-pager")
LINTERS = {
    "hadolint": Linter(("hadolint",), lambda: ["Dockerfile"], 'FROM python:3.13-slim\nCMD python -m "bot"\n'),
    "compose": Linter(
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec"),
        lambda: _files("deploy/compose*.yaml"),
        "services: {bot: {image: sentry, read_onyl: true}}\n",
    ),
    "kubernetes": Linter(
        ("kubernetes-validate", "--strict"),
        lambda: _files("deploy/kubernetes/*.yaml"),
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{prot: 80}]}\n",
    ),
    "systemd": Linter(
        (*_SYSTEMD, "verify", "--man=no"), lambda: [_UNIT], "[Service]\nExecStart=/nowhere/at/all\n", _with_a_program
    ),
    "systemd's rights": Linter(
        (*_SYSTEMD, "security", "--offline=true", f"--threshold={_MOST_EXPOSED}"),
        lambda: [_UNIT],
        "[Service]\nExecStart=/bin/true\n",
        _with_a_program,
    ),
    "promtool": Linter(
        ("promtool", "check", "config", "--syntax-only"),
        lambda: ["deploy/prometheus.yml"],
        "scrape_configs: [{job_name: sentry, scrape_intervall: 1s}]\n",
    ),
    "shellcheck": Linter(("shellcheck",), _scripts, "#!/bin/sh\nrm -r $1/*\n"),
}


@pytest.mark.parametrize("name", LINTERS)
def test_it_has_nothing_to_say(name: str, tmp_path: Path) -> None:
    linter, copies = LINTERS[name], []
    for file in linter.files():
        copy = tmp_path / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(linter.prepared(text_of(file)))
        copies.append(copy)

    done = linter.run(copies)

    assert copies
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", LINTERS)
def test_it_would_say_something(name: str, tmp_path: Path) -> None:
    linter = LINTERS[name]
    broken = tmp_path / Path(linter.files()[0]).name
    broken.write_text(linter.broken)

    done = linter.run([broken])

    assert done.returncode != 0, done.stdout + done.stderr


def test_no_file_of_ours_that_a_machine_reads_goes_without() -> None:
    read = {file for linter in LINTERS.values() for file in linter.files()}
    elsewhere = ("deploy/grafana/", "deploy/alerts")  # the rules are read, and tried, by the tests of the metrics
    known = {file for file in project_files() if file.startswith("deploy/") and not file.startswith(elsewhere)}

    assert known - read == set()
    assert {".ci/run", "scripts/check"} <= read


def test_the_build_server_has_the_linters_that_are_no_wheels() -> None:
    packages = text_of(".ci/run")

    assert [name for name in ("shellcheck", "systemd", "prometheus") if f"packages+=({name})" not in packages] == []
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
