"""The documents as a site: it is built strictly, and holds every command."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.site import command_line, slash_commands
from tests.guards.project import ROOT
from tests.guards.test_commands import leaves, payloads
from tests.guards.test_docs import cli_commands

pytestmark = pytest.mark.guard


def built(config: Path, into: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", str(config), "--site-dir", str(into)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)


def test_every_link_and_anchor_leads_somewhere_and_every_page_is_in_the_menu(tmp_path: Path) -> None:
    made = built(ROOT / "mkdocs.yml", tmp_path / "site")

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "site" / "index.html").exists()


def test_a_link_to_an_anchor_that_is_not_there_is_found(tmp_path: Path) -> None:
    for name in ("docs", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("mkdocs.yml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    with (tmp_path / "docs" / "rules.md").open("a") as page:
        page.write("\n[nowhere](privacy.md#a-heading-that-nobody-wrote)\n")

    made = built(tmp_path / "mkdocs.yml", tmp_path / "site")

    assert made.returncode != 0
    assert "a-heading-that-nobody-wrote" in made.stderr


def test_the_reference_holds_every_slash_command_and_option() -> None:
    text = slash_commands()

    for path, leaf in leaves(asyncio.run(payloads())):
        part = text.partition(f"## /{path}\n")[2].partition("\n## ")[0]
        assert leaf["description"] in part, path
        assert [each["name"] for each in leaf.get("options", []) if f"`{each['name']}`" not in part] == [], path


def test_the_reference_holds_every_command_of_the_command_line() -> None:
    text = command_line()

    assert [name for name, _ in cli_commands() if f"## {name}\n" not in text] == []
