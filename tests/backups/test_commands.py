"""`backup`, `restore` and `migrate` as an operator types them, with the bundled store."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from bot.cli.main import run
from bot.cli.shared import BAD_INPUT, FINE, STORE_AWAY
from tests.canary.collecting import MARK

pytestmark = pytest.mark.valkey
_CONFIG = """
products:
  - sku: pi5
    name: Raspberry Pi 5
    listings: [{vendor: Acme, url: "https://acme.test/pi5"}]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a configuration and one watch in the bundled store."""
    (tmp_path / "config.yaml").write_text(_CONFIG)
    monkeypatch.chdir(tmp_path)
    assert run(["watch", "add", "pi5"]) == FINE
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *command: str, code: int = FINE) -> str:
    capsys.readouterr()
    assert run([*command]) == code
    out = capsys.readouterr()
    return out.out + out.err


def test_a_backup_is_made_looked_at_and_restored(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    made = said(capsys, "backup", "all.hsb")
    refused = said(capsys, "restore", "all.hsb", code=BAD_INPUT)
    said(capsys, "watch", "remove", "pi5")
    looked = said(capsys, "restore", "all.hsb", "--dry-run")
    restored = said(capsys, "restore", "all.hsb")

    assert f"{here}/all.hsb: 1 units, " in made
    assert "not encrypted: set HS_BACKUP_KEY to have it so." in made
    assert "is not empty (1 servers): add --replace to erase what is there" in refused
    assert "It is whole and would be restored into" in looked
    assert "the first look at each shop tells nothing" in restored
    assert "pi5" in said(capsys, "watch", "list")


def test_a_backup_can_be_looked_at_beside_what_it_is_of(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "backup", "all.hsb")

    looked = said(capsys, "restore", "all.hsb", "--dry-run")

    assert "by version" in looked
    assert "It is whole, and could not be restored now. The store at " in looked
    assert "add --replace" in looked
    assert "Nothing was done." in looked


def test_an_increment_is_made_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "backup", "full.hsb")
    said(capsys, "watch", "add", "pi5", "--guild", "7")

    more = said(capsys, "backup", "more.hsb", "--since", "full.hsb")

    assert "more.hsb: 1 units that changed, 0 that are gone" in more
    restored = said(capsys, "restore", "more.hsb", "--replace")
    assert "on full.hsb by version" in restored
    assert ": 2 servers." in restored


def test_a_key_from_a_file_encrypts_it(
    capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "key").write_text(b64encode(MARK.ljust(32).encode()[:32]).decode() + "\n")
    monkeypatch.setenv("HS_BACKUP_KEY_FILE", str(here / "key"))
    assert "bytes, encrypted." in said(capsys, "backup", "all.hsb")

    monkeypatch.delenv("HS_BACKUP_KEY_FILE")

    refused = said(capsys, "restore", "all.hsb", "--replace", code=BAD_INPUT)
    assert "all.hsb: is encrypted: set HS_BACKUP_KEY or HS_BACKUP_KEY_FILE" in refused
    assert "pi5" in said(capsys, "watch", "list")


def test_a_community_moves_from_the_bundled_store_to_a_server(
    capsys: pytest.CaptureFixture[str], away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    would = said(capsys, "migrate", "embedded://", away, "--dry-run")
    moved = said(capsys, "migrate", "embedded://", away)

    assert "Would bring to unix://" in would
    assert "1 servers; 0 conflicts." in moved
    assert "Set store.url to the new store and start the bot." in moved
    assert "secret.key" not in moved
    monkeypatch.setenv("HS_STORE__URL", away)
    assert "pi5" in said(capsys, "watch", "list")


def test_a_key_that_was_made_for_the_bundled_store_has_to_come_along(
    capsys: pytest.CaptureFixture[str], away: str, here: Path
) -> None:
    (here / "data" / "secret.key").write_text("made on the first need")

    moved = said(capsys, "migrate", "embedded://", away)

    assert "secret.key: set HS_SECRET_KEY_FILE to it, too." in moved


def test_what_stays_there_is_listed(
    capsys: pytest.CaptureFixture[str], away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HS_STORE__URL", away)
    said(capsys, "watch", "add", "pi5")
    monkeypatch.delenv("HS_STORE__URL")

    moved = said(capsys, "migrate", "embedded://", away)

    assert "stays as it is there: server 0\n" in moved
    assert "1 conflicts." in moved


@pytest.mark.parametrize("url", ["nowhere", "http://127.0.0.1:1", "redis://"])
def test_an_address_that_is_none_says_what_one_is(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert "redis://HOST:PORT/0" in said(capsys, "migrate", "embedded://", url, code=BAD_INPUT)


def test_a_server_that_is_away_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "does not answer" in said(capsys, "migrate", "embedded://", "redis://127.0.0.1:1/0", code=STORE_AWAY)
