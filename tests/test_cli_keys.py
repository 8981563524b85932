"""`keys` on the command line: a key is printed once, and only then."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from bot.cli.main import run
from tests.test_cli import BAD_INPUT, FINE, STORE_AWAY, _at_home, config, embedded, sentence

pytestmark = pytest.mark.valkey
__all__ = ["_at_home", "config", "embedded"]

WHOLE = re.compile(r"hs_live_([a-z2-7]{8})_[A-Za-z0-9]{32}")


def keys(embedded: Path, *args: str) -> int:
    return run(["keys", *args, "--config", str(embedded)])


def test_a_key_lives_from_its_making_to_its_end(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys(embedded, "create", "--plan", "pro", "--scope", "read", "--scope", "manage", "--name", "CI",
                "--expires", "90d") == FINE  # fmt: skip
    made = capsys.readouterr()
    found = WHOLE.fullmatch(made.out.strip())
    assert found, made.out
    assert "never shown again" in made.err
    assert found[0] not in made.err

    assert keys(embedded, "list") == FINE
    listed = capsys.readouterr().out
    assert listed.startswith(f"{found[1]}  CI  pro  read+manage  until ")
    assert keys(embedded, "list", "--guild", "42") == FINE
    assert "no keys here yet" in capsys.readouterr().out

    assert keys(embedded, "rotate", found[1], "--json") == FINE
    rotated = orjson.loads(capsys.readouterr().out)
    successor = WHOLE.fullmatch(rotated["secret"])
    assert successor
    assert rotated["key"]["id"] == successor[1]
    assert "mac" not in rotated["key"]

    assert keys(embedded, "list", "--json") == FINE
    document = capsys.readouterr().out
    rows = orjson.loads(document)["keys"]
    assert {row["id"] for row in rows} == {found[1], successor[1]}
    assert [row["plan"] for row in rows] == ["pro", "pro"]
    assert found[0] not in document
    assert "mac" not in document

    assert keys(embedded, "revoke", found[1]) == FINE
    assert capsys.readouterr().out == f"{found[1]}: opens nothing any more.\n"
    assert keys(embedded, "revoke", found[1]) == BAD_INPUT
    assert "There is no such API key here" in sentence(capsys)
    assert keys(embedded, "revoke", successor[1], "--guild", "42") == BAD_INPUT
    assert "There is no such API key here" in sentence(capsys)


@pytest.mark.parametrize(
    ("args", "said"),
    [(("--expires", "soon"), "is not a duration"), (("--expires", "0s"), "expire before"),
     (("--plan", "gold"), "gold"), (("--scope", "all"), "all"), (("--name", " "), "needs a name")],
)  # fmt: skip
def test_what_makes_no_key_is_bad_input(
    args: tuple[str, ...], said: str, embedded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keys(embedded, "create", *args) == BAD_INPUT
    assert said in sentence(capsys)


def test_a_store_that_is_away_is_said_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", "--config", str(config)]) == STORE_AWAY
    assert "does not answer" in sentence(capsys)
