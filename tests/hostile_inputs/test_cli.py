"""The table put to the command line: an exit code and one sentence, or what it understands."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.main import run
from tests.at_home import at_home
from tests.hostile_inputs import addresses, configs, files, prices, texts
from tests.hostile_inputs.files import PAGES
from tests.hostile_inputs.rows import Row, each, fine
from tests.servers import asked, binary_of, serving

FINE, BAD_INPUT = 0, 2
_CONFIG = """store: {url: STORE}
products: [{sku: pi5, name: Raspberry Pi 5, listings: [{vendor: Acme, url: "https://acme.test/pi5"}]}]
"""
_LONGEST = 8.0  # seconds of processor, with everything that a command starts


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with at_home(tmp_path, monkeypatch):
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binary = binary_of("valkey")
    assert binary
    with serving(binary, tmp_path_factory.mktemp("hostile")) as url:
        yield url


class Terminal:
    """Runs commands and looks at what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str, code: int = FINE) -> str:
        """What was printed, once it is clear that it harms no terminal and no reader."""
        began = time.process_time()
        ended = run(list(args))
        took, (out, err) = time.process_time() - began, self._capsys.readouterr()
        assert ended == code, (ended, out[:500], err[:500])
        assert took < _LONGEST, f"took {took:.1f} s of processor"
        assert "Traceback" not in out + err
        assert "a defect of ours" not in err
        hidden = {letter for letter in out + err if ord(letter) < 32 and letter != "\n"} | set("\u202e\x7f") & set(err)
        assert not hidden, hidden
        if code == BAD_INPUT:
            said = [line for line in err.splitlines() if line.startswith("hardware-sentry: ")]
            assert len(said) == 1, err
            assert out == ""
            return said[0]
        return out


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@each(row for row in addresses.ADDRESSES if row.cli is not None and not row.is_fine)
def test_an_address_that_cannot_be_read(row: Row, terminal: Terminal) -> None:
    Path("config.yaml").write_text("products: []\n")

    assert (row.typed or row.says) in terminal("read", row.given, code=row.cli or FINE)


@each(row for row in addresses.ADDRESSES if row.cli == FINE)
def test_an_address_that_a_page_is_from(row: Row, terminal: Terminal) -> None:
    Path("page.html").write_bytes(PAGES[-3].given)

    read = json.loads(terminal("read", "--json", "--html", "page.html", row.given))

    assert (read["price"], read["url"]) == ("5.00", row.given)


@each(files.PAGES)
def test_a_saved_page(row: Row, terminal: Terminal) -> None:
    Path("page.html").write_bytes(row.given)

    said = terminal("read", "--html", "page.html", "https://acme.test/pi5", code=row.cli or FINE)

    assert row.says in said
    assert ("price: " in said) is row.is_fine


@each(files.BATCH)
def test_a_line_of_a_batch(row: Row, terminal: Terminal) -> None:
    Path("page.html").write_bytes(PAGES[-3].given)
    Path("all.jsonl").write_bytes(row.given + b'\n{"file": "page.html"}\n')

    first, second = terminal("read", "--batch", "all.jsonl").splitlines()

    assert row.says in first
    assert ("error" in json.loads(first)) is not ("price" in json.loads(first))
    assert json.loads(second)["price"] == "5.00"


@each(files.LOG)
def test_a_line_of_a_log(row: Row, terminal: Terminal) -> None:
    Path("config.yaml").write_text("products: []\n")
    last = '{"at": "2026-11-23T12:00:00Z", "tick": 5, "subscription": {"id": "?"}}'
    Path("log.jsonl").write_text(f"{row.given}\n{last}\n")

    *first, second = terminal("replay", "log.jsonl").splitlines()

    assert json.loads(second)["line"] == 2
    if row.is_fine:
        assert first == []
    else:
        [said] = map(json.loads, first)
        assert said["line"] == 1
        assert row.says in json.dumps(said)


@each(row for row in prices.PRICES if row.cli is not None)
def test_a_price_in_a_log(row: Row, terminal: Terminal) -> None:
    Path("config.yaml").write_text("products: []\n")
    wish = {"id": "a", "sku": "pi5", "below": row.given}
    Path("log.jsonl").write_text(json.dumps({"at": "2026-11-22T12:00:00Z", "subscription": wish}) + "\n")

    said = terminal("replay", "log.jsonl")

    assert ("subscription.below: is not a price" in said) is not row.is_fine


@each(texts.QUERIES)
def test_what_is_looked_for(row: Row, terminal: Terminal, store: str) -> None:
    Path("config.yaml").write_text(_CONFIG.replace("STORE", store))
    terminal("history", "pi5")  # what a first use leaves
    before = asked(store, "DBSIZE")
    if row.is_fine:
        assert "Nothing is known of Raspberry Pi 5 yet" in terminal("history", "--", row.given)
        return

    said = terminal("history", "--", row.given, code=row.cli or FINE)

    assert row.says in said
    assert asked(store, "DBSIZE") == before


@each(configs.CONFIGS)
def test_a_configuration(row: Row, terminal: Terminal) -> None:
    Path("config.yaml").write_bytes(row.given.encode())

    assert row.says in terminal("config", "check", code=FINE if row.is_fine else BAD_INPUT)


@each(configs.VARIABLES)
def test_a_variable(row: Row, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("config.yaml").write_text(configs._PRODUCT)
    for name, value in row.given.items():
        monkeypatch.setenv(name, value)

    assert row.says in terminal("config", "check", code=FINE if row.is_fine else BAD_INPUT)


# Options: what is wrong is said before anything is opened.
OPTIONS = (
    Row("a server below nothing", ("watch", "list", "--guild", "x"), "--guild"),
    Row("a server of 5,000 digits", ("watch", "list", "--guild", "9" * 5000), "--guild"),
    Row("a server of half", ("watch", "list", "--guild", "1.5"), "--guild"),
    Row("no days", ("history", "pi5", "--days", "0"), "--days"),
    Row("days without end", ("history", "pi5", "--days", "99999"), "--days"),
    Row("a limit past all", ("history", "pi5", "--limit", "10001"), "--limit"),
    Row("a plan that is none", ("keys", "create", "--plan", "@everyone"), "--plan"),
    Row("a scope that is none", ("keys", "create", "--scope", "../x"), "--scope"),
    Row("an end below nothing", ("keys", "create", "--expires", "-1d"), "--expires"),
    Row("an end without end", ("keys", "create", "--expires", "9" * 400 + "d"), "--expires"),
    Row("a name of nothing", ("keys", "create", "--name", "\u200b"), "needs a name"),
    Row("a key that is none", ("keys", "revoke", "../../x"), "no such API key"),
    Row("a key in braces", ("keys", "revoke", "{g8}:key"), "no such API key"),
    Row("a command that is none", ("wtach",), "No such command"),
    Row("a command with a colour", ("\x1b[31mwatch",), "No such command"),
    Row("a command in halves of letters", ("scan", "\udcff"), "is not UTF-8 text"),
    Row("a role that is none", ("run", "--roles", "root"), "choose among"),
    Row("shards that are none", ("run", "--shards", "9-1/4"), "--shards"),
    Row("shards without end", ("run", "--shards", "0/" + "9" * 5000), "--shards"),
    Row("a file that is not there", ("replay", "nowhere.jsonl"), "cannot be read"),
    Row("a file that is a folder", ("replay", "/"), "cannot be read"),
    Row("a file with NUL", ("replay", "a\x00b"), "null byte"),
    Row("a configuration that is a folder", ("config", "check", "--config", "/"), "cannot be read"),
    Row("a configuration without end", ("config", "check", "--config", "/dev/zero"), "larger than 16 MiB"),
    Row("nothing to read", ("read",), "Nothing to read"),
    fine("a product with a dash", ("history", "--", "-Pi 5"), "Nothing is known"),
    fine("a server", ("watch", "list", "--guild", "123456789012345678"), "Nothing is watched here yet"),
    fine("a day", ("history", "pi5", "--days", "1"), "Nothing is known"),
)


@each(OPTIONS)
def test_an_option(row: Row, terminal: Terminal, store: str) -> None:
    Path("config.yaml").write_text(_CONFIG.replace("STORE", store))
    terminal("history", "pi5")
    before = asked(store, "DBSIZE")

    assert row.says in terminal(*row.given, code=FINE if row.is_fine else BAD_INPUT)
    assert row.is_fine or asked(store, "DBSIZE") == before
