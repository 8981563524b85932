"""What a person can type or set is documented, and the documents say what is true."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from alerts.domain.model import ReaderKind
from alerts.settings.load import _PREFIX, _SECRETS
from alerts.settings.model import Settings
from bot.cli.main import build
from scripts import reference
from tests.guards.project import ROOT, project_files, sources, text_of, tree
from tests.guards.test_commands import leaves, menus, payloads

pytestmark = pytest.mark.guard

README = text_of("README.md")
COMMANDS = text_of("docs/commands.md")
CONFIGURATION = text_of("docs/configuration.md")
_HELD_BY_THE_GUARDS_THEMSELVES = {"tests/guards/test_docs.py"}


def cli_commands(group: Any = None, path: str = "hardware-sentry") -> Iterator[tuple[str, Any]]:
    group = group or typer.main.get_command(build())
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from cli_commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_setting_says_what_it_means() -> None:
    assert [key.path for key in reference.all_keys() if not key.means] == []


def test_the_tables_of_settings_are_as_the_settings_say() -> None:
    assert reference.brought_up(CONFIGURATION) == CONFIGURATION, "run python -m scripts.reference"


def test_every_default_is_documented_as_it_is() -> None:
    given = dict(re.findall(r"^\| `(tiers\.\S+|fetch\.\S+|web\.\S+|cache\.fresh)` \| [^|]+ \| `([^`]+)` \|", CONFIGURATION, re.MULTILINE))  # fmt: skip  # noqa: E501 - one pattern
    nested: dict[str, Any] = {}
    for key, value in given.items():
        *path, last = key.split(".")
        here = nested
        for part in path:
            here = here.setdefault(part, {})
        here[last] = value

    assert len(given) > 12
    assert Settings.model_validate(nested) == Settings()


def test_every_reader_that_is_plugged_in_is_documented_and_no_other() -> None:
    row = next(line for line in CONFIGURATION.splitlines() if line.startswith("| `products[].listings[].reader` |"))
    plugged = {
        kind.value for kind in ReaderKind if re.search(rf"ReaderKind\.{kind.name}[:\]]", text_of("bot/root/shops.py"))
    }

    assert set(re.findall("`([a-z]+)`", row.split("|")[2])) == plugged


@pytest.mark.parametrize("name", [f"{name}{end}" for name in _SECRETS for end in ("", "_FILE")])
def test_every_secret_is_documented(name: str) -> None:
    assert f"`{name}`" in CONFIGURATION


@pytest.mark.parametrize("path", list(_SECRETS.values()))
def test_the_other_name_of_every_secret_is_documented(path: tuple[str, str]) -> None:
    assert f"`{_PREFIX}{'__'.join(path).upper()}`" in CONFIGURATION


def test_every_environment_variable_in_the_sources_is_documented() -> None:
    words = {
        node.value
        for file in sources()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"(HS|DISCORD|TINYFISH|HARDWARE_SENTRY)_[A-Z0-9_]*[A-Z0-9]", node.value)
    }

    assert words
    assert [word for word in words if f"`{word}" not in CONFIGURATION] == []


@pytest.mark.parametrize("name", [name for name, _ in cli_commands()])
def test_every_command_of_the_command_line_is_documented(name: str) -> None:
    last_two = name.removeprefix("hardware-sentry ")

    assert name in COMMANDS or f"`{last_two}" in COMMANDS


def test_every_option_of_the_command_line_is_documented() -> None:
    options = {
        option
        for _, command in cli_commands()
        for parameter in command.params
        # Of a switch with two names the one that does something is written down.
        for option in (parameter.secondary_opts or parameter.opts)
        if option.startswith("--") and option != "--help"
    }

    assert {option for option in options if option not in COMMANDS} == set()


def test_every_command_of_the_command_line_is_described() -> None:
    assert [name for name, command in cli_commands() if not command.help] == []


async def test_every_slash_command_and_option_is_documented() -> None:
    for path, leaf in leaves(await payloads()):
        row = next((line for line in COMMANDS.splitlines() if line.startswith(f"| `/{path}`")), "")

        assert row, path
        assert [o["name"] for o in leaf.get("options", []) if f"`{o['name']}`" not in row] == [], path


def test_every_menu_is_documented() -> None:
    assert [name for name in menus() if name not in COMMANDS] == []


def test_the_build_server_runs_the_test_command_of_the_readme() -> None:
    asked = subprocess.run([ROOT / "scripts/readme-command", "test"], capture_output=True, text=True, check=True)
    command = asked.stdout.strip()

    assert f"```sh\n{command}\n```" in README
    assert command.endswith("-m pytest")
    assert "scripts/readme-command test" in text_of(".ci/run")
    assert "pytest" not in text_of(".ci/run")


@pytest.mark.parametrize("name", ["play", "test"])
def test_both_commands_of_the_readme_do_all_their_own_set_up(name: str) -> None:
    asked = subprocess.run([ROOT / "scripts/readme-command", name], capture_output=True, text=True, check=True)
    steps = asked.stdout.strip().split(" && ")

    assert len(asked.stdout.strip().splitlines()) == 1
    assert steps[0] == "python3 -m venv .venv"
    assert f"--require-hashes -r constraints/{'run' if name == 'play' else 'test'}.txt" in steps[1]
    assert (ROOT / "constraints/run.txt").exists()


def test_no_document_installs_in_another_way() -> None:
    """Whoever writes `pip install` elsewhere writes what the README does, or a plain extra tool."""
    documents = [f for f in project_files() if f.endswith(".md") and f != "README.md"]

    assert [f for f in documents if "pip install" in text_of(f)] == []


def test_the_documents_link_to_files_that_exist() -> None:
    broken = [
        f"{file}: {target}"
        for file in project_files()
        if file.endswith(".md")
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text_of(file))
        if not (ROOT / file).parent.joinpath(target).exists()
    ]

    assert not broken


def test_no_file_names_a_package_index() -> None:
    addresses = re.compile(
        r"--(extra-)?index-url|--find-links|pythonhosted\.org|pypi\.org/simple|proxy\.golang|registry\.npmjs"
    )

    assert _holding(addresses) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    # tests/pages holds what shops sent, and that is theirs.
    places = re.compile(r"(?<![\w.~-])/(work|root|Users/\w+|home/\w+|opt)/")

    assert _holding(places) == []


def test_the_changelog_has_a_place_for_what_is_next() -> None:
    assert "## [Unreleased]" in text_of("CHANGELOG.md")


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))
    groups = [*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()]
    wanted = [*project["project"]["dependencies"], *(each for group in groups for each in group)]
    names = {re.split(r"[\[<>=!~ ]", each)[0] for each in wanted}
    reasons = set(re.findall(r"^\| ([\w.-]+) \| \w", text_of("docs/dependencies.md"), re.MULTILINE)) - {"package"}

    assert reasons == names


def _holding(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file}:{number}"
        for file in project_files()
        if file not in _HELD_BY_THE_GUARDS_THEMSELVES and not file.startswith("tests/pages/")
        for number, line in enumerate(text_of(file).splitlines(), 1)
        if pattern.search(line)
    ]
