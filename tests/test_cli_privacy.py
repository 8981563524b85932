"""`privacy` on the command line: handing out and erasing, for requests that reach the operator."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import orjson
import pytest

from bot.cli.main import run
from tests.test_cli import BAD_INPUT, FINE, STORE_AWAY, _at_home, config, embedded, sentence

pytestmark = pytest.mark.valkey
__all__ = ["_at_home", "config", "embedded"]
GUILD, USER = 2**60 + 1, 2**60 + 2
INTERRUPTED = 130


def privacy(embedded: Path, *args: str) -> int:
    return run(["privacy", *args, "--config", str(embedded)])


def test_a_server_is_handed_out_and_erased(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", "--guild", str(GUILD), "--name", "CI", "--config", str(embedded)]) == FINE
    secret = capsys.readouterr().out.strip()

    assert privacy(embedded, "export-guild", str(GUILD)) == FINE
    text = capsys.readouterr().out
    found = orjson.loads(text)
    assert [each["name"] for each in found["api_keys"]] == ["CI"]
    assert [each["what"] for each in found["changes"]] == ["API key created"]
    assert secret not in text
    assert "mac" not in text

    assert privacy(embedded, "erase-guild", str(GUILD), "--yes") == FINE
    assert "nothing is kept of it any more; what was on its way" in capsys.readouterr().out
    assert privacy(embedded, "export-guild", str(GUILD)) == FINE
    found = orjson.loads(capsys.readouterr().out)
    assert {name for name, each in found.items() if each} == {"made_at", "server"}


def test_a_person_is_handed_out_and_erased(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert privacy(embedded, "export-user", str(USER)) == FINE
    assert orjson.loads(capsys.readouterr().out)["user"] == str(USER)
    assert privacy(embedded, "erase-user", str(USER), "--yes") == FINE
    assert f"Person {USER}: nothing is kept" in capsys.readouterr().out


def test_without_a_yes_nothing_is_erased(
    embedded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))

    assert privacy(embedded, "erase-guild", str(GUILD)) == INTERRUPTED
    assert "cannot be undone" in "".join(capsys.readouterr())


def test_an_id_of_nobody_is_not_said_to_be_erased(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert privacy(embedded, "erase-guild", str(GUILD + 1), "--yes") == FINE

    assert "nothing was kept of it; see whether that is the right id" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["export-guild", "erase-guild", "export-user", "erase-user"])
def test_what_is_no_id_is_said_with_the_cure(command: str, embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--yes"] if command.startswith("erase") else []

    assert privacy(embedded, command, "0", *more) == BAD_INPUT
    assert "Developer Mode" in sentence(capsys)
    assert privacy(embedded, command, "abc", *more) == BAD_INPUT


def test_a_store_that_is_away_is_said(
    embedded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HS_STORE__URL", "redis://127.0.0.1:1")

    assert privacy(embedded, "export-guild", str(GUILD)) == STORE_AWAY
    assert "does not answer" in sentence(capsys)
