"""Linters and types, so that the one test command is the whole check."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.guards.project import ROOT

pytestmark = pytest.mark.guard


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=" ".join,
)
def test_it_has_nothing_to_say(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
