"""The threat model names tests that there are, and leaves out no list that it promises to follow."""

from __future__ import annotations

import ast
import re

import pytest

from tests.guards.project import ROOT, text_of, tree

pytestmark = pytest.mark.guard
MODEL = text_of("docs/threat-model.md")
ROWS = re.findall(r"^\| ([A-Z])(\d+) \| (.+?) \| (.+?) \| (.+?) \|$", MODEL, re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_SHEETS = ("SSRF", "Multi Tenant", "REST", "Logging", "Secrets", "Denial of Service", "Docker", "Supply Chain",
           "Content Security Policy", "Authorization Testing")  # fmt: skip


def _tests_in(file: str) -> set[str]:
    return {node.name for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=[letter + number for letter, number, *_ in ROWS])
def test_every_defence_is_held_by_tests_that_exist(row: tuple[str, ...]) -> None:
    named = _TEST.findall(row[-1])

    assert named
    assert [
        f"{file}::{test}" for file, test in named if not (ROOT / file).exists() or test not in _tests_in(file)
    ] == []


def test_rows_are_numbered_without_a_gap_and_none_is_lost() -> None:
    numbers: dict[str, list[int]] = {}
    for letter, number, *_ in ROWS:
        numbers.setdefault(letter, []).append(int(number))

    assert len(ROWS) > 50
    assert len(ROWS) == len(re.findall(r"^\| [A-Z]\d+ \|", MODEL, re.MULTILINE))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_the_lists_of_others_lead_to_rows_that_there_are() -> None:
    known = {letter + number for letter, number, *_ in ROWS}
    lists = MODEL.partition("## The same by the lists of others")[2].partition("\n## ")[0]
    ends = set(re.findall(r"\b([A-Z]\d+)\b(?= ?[–,|])|(?<=[–, ])([A-Z]\d+)\b", lists))

    assert {one or other for one, other in ends} <= known


@pytest.mark.parametrize("sheet", [*_SHEETS, *(f"API{number} " for number in range(1, 11))])
def test_every_list_that_is_promised_is_followed(sheet: str) -> None:
    assert re.search(rf"^\| [^|]*{sheet}[^|]*\| [A-Z]\d", MODEL, re.MULTILINE)


def test_who_finds_something_is_told_where_to_say_it_and_what_is_supported() -> None:
    policy = text_of("SECURITY.md")

    assert "## Reporting" in policy
    assert "## Supported versions" in policy
    assert "docs/threat-model.md" in policy
    assert "[SECURITY.md](SECURITY.md)" in text_of("README.md")
