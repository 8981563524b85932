"""The command line ends with a code and, in trouble, with one clear sentence and never a traceback."""

from __future__ import annotations

import asyncio
import gzip
import io
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from bot.cli.main import run
from bot.playground.discord.server import DiscordServer
from tests.at_home import at_home
from tests.guards.project import ROOT

FINE, BAD_INPUT, NOTHING_READ, STORE_AWAY, INTERRUPTED = 0, 2, 3, 4, 130

PAGE = """<!doctype html><title>Pi</title><h1>Raspberry Pi 5</h1><script type="application/ld+json">
{"@context": "https://schema.org", "@type": "Product", "name": "Raspberry Pi 5", "offers": {"@type": "Offer",
 "price": "76.80", "priceCurrency": "GBP", "availability": "https://schema.org/InStock"}}</script>
<span>£76.80</span><p>In stock</p><form action="/cart/add"><button>Add to basket</button></form>"""
CONFIG = """\
store: {url: STORE}
products:
  - sku: pi5
    name: Raspberry Pi 5
    listings:
      - {vendor: Acme, url: "http://127.0.0.1:1/pi5", currency: GBP}
"""


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with at_home(tmp_path, monkeypatch):
        yield


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A fine configuration whose store is away."""
    path = tmp_path / "my.yaml"
    path.write_text(CONFIG.replace("STORE", "redis://127.0.0.1:1/0"))
    return path


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """A fine configuration with a store of its own."""
    path = tmp_path / "own.yaml"
    path.write_text(CONFIG.replace("STORE", f'"embedded://", data_dir: {tmp_path / "d"}'))
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    return path


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr, once it is clear that it is one sentence and nothing else was printed."""
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    assert out == ""
    lines = [line for line in err.splitlines() if line.startswith("hardware-sentry: ")]
    assert len(lines) == 1, err
    assert lines[0].endswith((".", "?"))
    return lines[0]


def documents(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]


# --- what is wrong before anything starts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("storr: {}", "storr: there is no such setting; did you mean store?"),
        ("store: {url: nowhere}", "write embedded:// or redis://HOST:PORT/0"),
        (CONFIG + CONFIG.partition("products:\n")[2], "products[1]: the sku 'pi5' is taken"),
        (CONFIG.replace("name:", "tier: boiling\n    name:"), "products[0].tier"),
        ("web: [", "is not YAML"),
    ],
)
@pytest.mark.parametrize("command", [["config", "check"], ["run"], ["scan", "pi5"]], ids=" ".join)
def test_a_broken_configuration_names_the_place_and_the_cure(
    text: str, said: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text(text.replace("STORE", "embedded://"))

    assert run([*command, "--config", "bad.yaml"]) == BAD_INPUT
    told = sentence(capsys)
    assert said in told
    assert "bad.yaml" in told


def test_a_configuration_that_is_not_there_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check", "--config", "none.yaml"]) == BAD_INPUT
    assert "name a file with --config" in sentence(capsys)


def test_a_fine_configuration_says_what_is_in_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check", "--config", str(config)]) == FINE
    assert "fine, 1 products with 1 listings" in capsys.readouterr().out


def test_the_configuration_here_is_used_when_none_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.rename("config.yaml")

    assert run(["config", "check"]) == FINE
    assert "config.yaml: fine, 1 products" in capsys.readouterr().out


def test_without_any_configuration_the_shipped_one_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check"]) == FINE
    assert "fine, 2 products with 6 listings" in capsys.readouterr().out


def test_a_section_that_is_not_used_yet_is_owned_up_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("web: {public_metrics: true}")

    assert run(["config", "check"]) == FINE
    assert "note: web.public_metrics is accepted, but this version does not use it yet" in capsys.readouterr().out


def test_the_environment_is_checked_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HS_STORE__ULR", "redis://a/0")

    assert run(["config", "check"]) == BAD_INPUT
    assert "did you mean HS_STORE__URL?" in sentence(capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scna"],
        ["scan"],
        ["scan", "--frsh", "pi5"],
        ["play", "--port", "x"],
        ["history", "pi5", "--days", "0"],
        ["--x"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == BAD_INPUT
    assert "--help" in sentence(capsys)


def test_roles_that_do_not_exist_name_those_that_do(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--roles", "bot,cook", "--config", str(config)]) == BAD_INPUT
    assert "choose among bot, scheduler, worker, web" in sentence(capsys)


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--help"], ["watch", "--help"]], ids=" ".join)
def test_help_is_fine(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == FINE
    assert "Usage: hardware-sentry" in capsys.readouterr().out


# --- Discord and the store -------------------------------------------------------------------------------------------


def test_no_token_says_where_to_put_one(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--config", str(config)]) == BAD_INPUT
    assert "set DISCORD_TOKEN, or DISCORD_TOKEN_FILE" in sentence(capsys)


@pytest.mark.parametrize(
    "command", [["scan", "pi5"], ["history", "pi5"], ["watch", "list"], ["run", "--roles", "worker"]], ids=" ".join
)
def test_a_store_that_is_away_is_named_with_a_cure(
    command: list[str], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--config", str(config)]) == STORE_AWAY
    told = sentence(capsys)
    assert "127.0.0.1:1" in told
    assert "mend store.url" in told


def test_a_password_in_the_address_of_a_store_is_not_repeated(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HS_STORE__URL", "redis://:hush-hush@127.0.0.1:1/0")

    assert run(["watch", "list", "--config", str(config)]) == STORE_AWAY
    assert "hush-hush" not in sentence(capsys)


HUSH = "cnry-hush/hush"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"HS_STORE__URL": f"redis+cluster://:{HUSH}@a:1"}, "HS_STORE__URL"),
        ({"HS_STORE__URL": f"http://:{HUSH}@a:1"}, "HS_STORE__URL"),
        ({"HS_FETCH__TIMEOUT": HUSH}, "HS_FETCH__TIMEOUT"),
        ({"HS_PRODUCTS": HUSH}, "HS_PRODUCTS"),
        ({"HS_WEB": orjson.dumps({"port": HUSH}).decode()}, "web.port"),
        ({"DISCORD_TOKEN_FILE": "x", "DISCORD_TOKEN": HUSH}, "both set"),
        ({"HS_DISCORD__API_BASE": "https://me:cnry-hush@discord.test"}, "user name or password"),
        ({"HS_DISCORD__API_BASE": f"https://me:{HUSH}@discord.test"}, "web address"),
        ({"HS_TINYFISH__BASE_URL": f"ftp://me:{HUSH}@x"}, "web address"),
        ({"HS_VENDORS": orjson.dumps({"Acme": {"reading": {"price": "{" + HUSH}}}).decode()}, "CSS selector"),
    ],
)
def test_a_wrong_value_is_not_repeated(
    wrong: dict[str, str], place: str, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    assert run(["watch", "list", "--config", str(config)]) == BAD_INPUT
    told = sentence(capsys)
    assert place in told
    assert "cnry" not in told


@pytest.mark.valkey
@pytest.mark.wire
def test_a_refused_token_says_where_to_get_another(
    embedded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "hush-hush")
    with discord_elsewhere() as server:
        monkeypatch.setenv("HS_DISCORD__API_BASE", server.api_base)
        code = run(["run", "--roles", "bot", "--config", str(embedded)])

    told = sentence(capsys)
    assert code == BAD_INPUT
    assert "Discord refused the token" in told
    assert "hush-hush" not in told


@contextmanager
def discord_elsewhere() -> Iterator[DiscordServer]:
    """The server on a loop and a thread of its own, as the command line has its own loop."""
    loop, server = asyncio.new_event_loop(), DiscordServer()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
        yield server
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.mark.valkey
def test_a_product_nobody_knows_is_named_with_what_comes_near(
    embedded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", "toaster", "--config", str(embedded)]) == BAD_INPUT
    assert "No product is called 'toaster'; see the products in config.yaml." in sentence(capsys)


@pytest.mark.valkey
def test_a_scan_that_reads_nothing_says_so_with_its_code(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["scan", "pi5", "--json", "--config", str(embedded)])

    (found,) = documents(capsys)
    assert code == NOTHING_READ
    assert found["source"] == "stale"
    assert found["best"] is None
    assert [error["vendor"] for error in found["errors"]] == ["Acme"]
    assert found["offers"][0]["availability"] == "unknown"


@pytest.mark.valkey
def test_watches_are_added_listed_and_removed(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def watch(*arguments: str) -> int:
        return run(["watch", *arguments, "--config", str(embedded)])

    assert watch("add", "pi5") == FINE
    assert watch("add", "pi5") == FINE
    assert watch("list") == FINE
    assert watch("remove", "pi5") == FINE
    assert watch("list") == FINE
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["Watching Raspberry Pi 5.", "Raspberry Pi 5 is watched already."]
    assert said[2].split() == ["pi5", "Raspberry", "Pi", "5"]
    assert said[3] == "No longer watching Raspberry Pi 5."
    assert said[4].startswith("Nothing is watched here yet")

    assert watch("remove", "pi5") == BAD_INPUT
    assert "is not watched here" in sentence(capsys)


@contextmanager
def one_page_shop(text: str) -> Iterator[str]:
    """A shop of one page; its address."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_page = self.path.startswith("/pi")
            self.send_response(200 if is_page else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode() if is_page else b"")

        def log_message(self, *_: object) -> None:
            """It says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/pi"
        server.shutdown()
        thread.join()


@pytest.mark.valkey
def test_a_product_is_watched_by_its_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with one_page_shop(PAGE) as url:
        config = tmp_path / "open.yaml"
        where = url.removeprefix("http://").split("/")[0]
        config.write_text(f"store: {{data_dir: {tmp_path / 'd'}}}\nfetch: {{allow_private: ['{where}'], pace: none}}\n")

        assert run(["watch", "add", f"{url}?utm_source=x", "--config", str(config)]) == FINE
        assert run(["watch", "add", url, "--config", str(config)]) == FINE
        assert run(["scan", url, "--json", "--config", str(config)]) == FINE
        assert run(["watch", "list", "--json", "--config", str(config)]) == FINE
        assert run(["watch", "remove", url, "--config", str(config)]) == FINE
        assert run(["watch", "add", "http://127.0.0.1:1/x", "--config", str(config)]) == BAD_INPUT

    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[:3] == [
        "Raspberry Pi 5  £76.80  in_stock", "Watching Raspberry Pi 5.", "Raspberry Pi 5 is watched already."
    ]  # fmt: skip
    assert orjson.loads(lines[3])["best"]["price"] == "76.80"
    [watch] = orjson.loads(lines[4])["watches"]
    assert (watch["name"], watch["tier"], watch["urls"]) == ("Raspberry Pi 5", "warm", [url])
    assert lines[5] == "No longer watching Raspberry Pi 5."
    assert "I cannot watch that page" in said.err


@pytest.mark.valkey
def test_no_history_is_no_failure(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "pi5", "--json", "--config", str(embedded)]) == FINE
    assert documents(capsys) == [{"sku": "pi5", "name": "Raspberry Pi 5", "points": []}]


@pytest.mark.valkey
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, FINE)])
def test_a_signal_ends_the_program_in_order(number: signal.Signals, code: int, embedded: Path) -> None:
    environment = {"HS_WEB__PORT": "0", "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "bot", "run", "--roles", "scheduler,worker,web", "--config", str(embedded)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        before = [line for line in iter(process.stderr.readline, "") if not _stop_at(line, process, number)]
        assert process.wait(20) == code, before

    assert "Traceback" not in "".join(before)


def _stop_at(line: str, process: subprocess.Popen[str], number: signal.Signals) -> bool:
    """Send the signal once the program says that it runs."""
    if is_running := '"event": "running"' in line:
        process.send_signal(number)
    return is_running


# --- read ------------------------------------------------------------------------------------------------------------


def test_a_page_is_read_by_what_the_configuration_says_of_its_shop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.html").write_text(
        '<h1>Board</h1><b class="amt">£ 49.00</b><p id="lager">Versandbereit ab Werk</p>'
    )
    told = {"price": ".amt", "stock": "#lager", "in_stock": ["versandbereit"]}
    listing = {"vendor": "Acme", "url": "https://acme.example/board", "currency": "GBP"}
    (tmp_path / "told.yaml").write_bytes(
        orjson.dumps({
            "vendors": {"Acme": {"reading": told}},
            "products": [{"sku": "board", "name": "Board", "listings": [listing]}],
        })
    )  # fmt: skip
    saved = ["--html", str(tmp_path / "page.html"), "--json"]

    assert run(["read", "https://www.acme.example/else", *saved, "--config", str(tmp_path / "told.yaml")]) == FINE
    assert run(["read", "https://other.example/board", *saved, "--config", str(tmp_path / "told.yaml")]) == NOTHING_READ
    own, other = documents(capsys)
    assert (own["verdict"], own["price"]) == ("in_stock", "49.00")
    assert other["verdict"] == "unreadable"


def test_a_saved_page_is_read_without_network(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["read", "https://acme.example/pi5", "--html", str(page), "--json"])

    (reading,) = documents(capsys)
    assert code == FINE
    assert (reading["verdict"], reading["price"], reading["currency"]) == ("in_stock", "76.80", "GBP")
    assert reading["url"] == "https://acme.example/pi5"
    assert set(reading) == set(
        "url verdict price currency price_kind list_price availability stock_count condition seller name reason"
        " evidence confidence elapsed_ms".split()
    )
    assert {tuple(each) for each in reading["evidence"]} == {("source", "path", "raw")}


def test_a_saved_page_may_be_gzipped(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("page.html.gz").write_bytes(gzip.compress(page.read_bytes()))

    assert run(["read", "--url", "https://acme.example/pi5", "--html", "page.html.gz", "--json"]) == FINE
    assert documents(capsys)[0]["price"] == "76.80"


def test_a_reading_is_shown_to_people_line_by_line(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", "--html", str(page)]) == FINE
    assert "price: 76.80" in capsys.readouterr().out.splitlines()


def test_a_page_that_says_nothing_has_nothing_to_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.html").write_text("<p>Welcome</p>")

    assert run(["read", "--html", "empty.html", "--json"]) == NOTHING_READ
    assert documents(capsys)[0]["verdict"] == "unreadable"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give an address, --html FILE or --batch FILE"),
        (["--html", "none.html"], "none.html: cannot be read"),
        (["--html", "cut.gz"], "cut.gz: cannot be read"),
        (["--batch", "none.jsonl"], "none.jsonl: cannot be read"),
        (["nowhere"], "starts with https:// or http://"),
        (["https://acme.example/", "--currency", "pounds"], "such as GBP"),
        (["--html", "page.html", "--currency", "pounds"], "such as GBP"),
    ],
    ids=str,
)
def test_what_cannot_be_read_at_all_is_one_sentence(
    arguments: list[str], said: str, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("cut.gz").write_bytes(gzip.compress(b"x" * 1000)[:20])

    assert run(["read", *arguments]) == BAD_INPUT
    assert said in sentence(capsys)


def test_an_address_of_ones_own_network_is_not_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", "http://127.0.0.1:1/pi5", "--json"]) == NOTHING_READ
    assert documents(capsys)[0]["verdict"] == "unreachable"


def test_a_batch_answers_every_line_in_order_and_stops_at_none(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        b'{"file": "page.html", "url": "https://acme.example/1", "note": "whatever else"}',
        b"not json",
        b"",
        b"[1]",
        b'{"url": "https://acme.example/2"}',
        b'{"file": "none.html"}',
        b'{"file": "."}',
        b'{"file": "page.html", "url": 5}',
        b'{"file": "page.html", "currency": "pounds"}',
        b'{"file": "a\\u0000b"}',
        b'{"file": "' + b"x" * 5000 + b'"}',
        b"\xff\xfe",
        b'{"file": "page.html", "url": "https://acme.example/3"}',
    ]
    Path("batch.jsonl").write_bytes(b"\n".join(lines))

    assert run(["read", "--batch", "batch.jsonl"]) == FINE
    found = documents(capsys)
    assert len(found) == len([line for line in lines if line])
    assert [each.get("url") for each in found if "error" not in each] == [
        "https://acme.example/1",
        "https://acme.example/3",
    ]
    assert all(set(each) == {"error", "line"} and each["error"] for each in found[1:-1])


def test_the_files_of_a_batch_are_looked_for_beside_it(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("there").mkdir()
    page.rename("there/page.html")
    Path("there/batch.jsonl").write_text('{"file": "page.html"}')

    assert run(["read", "--batch", "there/batch.jsonl"]) == FINE
    assert documents(capsys)[0]["price"] == "76.80"


def test_a_batch_may_come_from_standard_input(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"file": "page.html"}\n')))

    assert run(["read", "--batch", "-"]) == FINE
    assert documents(capsys)[0]["price"] == "76.80"
