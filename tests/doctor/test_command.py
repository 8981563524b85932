"""`hardware-sentry doctor` with everything broken in turn: what it says, and the code it ends with."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from alerts.domain.wishes import Subscription
from alerts.store import keys
from alerts.store.redis.store import RedisStore
from bot.cli.main import run
from bot.playground.discord.permissions import Permission
from tests.doctor.test_discord import wish
from tests.servers import Node, asked, binary_of
from tests.test_cli import (
    BAD_INPUT,
    FINE,
    NOTHING_READ,
    PAGE,
    STORE_AWAY,
    _at_home,
    config,
    discord_elsewhere,
    embedded,
)

pytestmark = pytest.mark.valkey
__all__ = ["_at_home", "config", "embedded"]
OTHER = 1


def doctor(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """The code, and the findings by their check."""
    code = run(["doctor", "--json", "--config", str(path), *more])
    said = orjson.loads(capsys.readouterr().out)
    assert said["exit_code"] == code
    found: dict[str, list[dict[str, Any]]] = {}
    for each in said["findings"]:
        found.setdefault(each["check"], []).append(each)
    return code, found


def levels(found: dict[str, list[dict[str, Any]]], check: str) -> list[str]:
    return [each["level"] for each in found[check]]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A server of the operator's own, as it should be."""
    binary = binary_of("valkey")
    assert binary
    server = Node(binary, tmp_path / "node")
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def elsewhere(node: Node, config: Path) -> Path:
    config.write_text(config.read_text().replace("redis://127.0.0.1:1/0", node.url))
    return config


@contextmanager
def shop(status: int = 200) -> Iterator[str]:
    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_new_installation_offline_has_nothing_that_fails(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--offline", "--config", str(embedded)]) == FINE

    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines[:-1]} == {"fine", "warn", "→", "skipped"}
    assert lines[-1].endswith("1 warn, 0 fail, 2 skipped.")
    assert any(line.startswith("fine    store  ") and "Valkey" in line for line in lines)


def test_a_configuration_with_a_fault_is_told_beside_what_can_be_looked_at(
    embedded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    embedded.write_text(embedded.read_text() + "stoer: {}\n")

    code, found = doctor(embedded, capsys)

    assert code == BAD_INPUT
    assert "did you mean store" in found["configuration"][0]["seen"]
    assert levels(found, "python") == ["fine"]


def test_a_secret_that_is_set_twice_is_bad_configuration(
    embedded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "somewhere")
    monkeypatch.setenv("HS_DISCORD__TOKEN_FILE", "elsewhere")

    code, found = doctor(embedded, capsys)

    assert (code, "both set" in found["configuration"][0]["seen"]) == (BAD_INPUT, True)


def test_no_token_fails_and_the_rest_is_looked_at(embedded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = doctor(embedded, capsys)

    assert code == BAD_INPUT
    assert found["token"][0]["seen"] == "no Discord token"
    assert levels(found, "store") == levels(found, "way out") == ["fine"]
    assert "Acme could not be read" in found["shops"][0]["seen"]


def test_a_store_that_is_away_ends_with_its_own_code(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = doctor(config, capsys, "--offline")

    assert code == STORE_AWAY
    assert "does not answer" in found["store"][0]["seen"]
    assert levels(found, "store's schema") == levels(found, "store's speed") == ["skipped"]
    assert levels(found, "way out") == ["fine"]


def test_a_store_that_stops_is_told_and_one_that_is_back_is_fine(
    node: Node, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node.kill()
    assert doctor(elsewhere, capsys, "--offline")[0] == STORE_AWAY

    node.start()
    assert doctor(elsewhere, capsys, "--offline")[0] == FINE


def test_a_store_that_forgets_or_evicts_fails_with_both_cures(
    node: Node, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(node.url, "CONFIG", "SET", "appendonly", "no")
    asked(node.url, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")

    code, found = doctor(elsewhere, capsys, "--offline")

    assert code == BAD_INPUT
    assert [each["cure"] for each in found["store's memory"]] == [
        "set appendonly yes: alerts live there",
        "set maxmemory-policy noeviction",
    ]
    assert levels(found, "store") == levels(found, "store's clock") == ["fine"]


def test_looking_at_an_empty_store_leaves_it_empty(
    node: Node, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor(elsewhere, capsys, "--offline")

    assert asked(node.url, "DBSIZE") == 0


def test_a_store_of_a_newer_version_is_not_touched(
    node: Node, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(node.url, "HSET", keys.META, "schema", "99", "partitions", "1")

    code, found = doctor(elsewhere, capsys, "--offline")

    assert (code, "newer version" in found["store's schema"][0]["seen"]) == (STORE_AWAY, True)
    assert asked(node.url, "DBSIZE") == 1


def test_a_store_beside_us_without_a_secret_key_is_a_warning(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = doctor(elsewhere, capsys, "--offline")

    assert (code, levels(found, "secret key")) == (FINE, ["warn"])
    assert "openssl rand -base64 32" in found["secret key"][0]["cure"]


def test_a_start_logs_what_the_doctor_would_say_of_the_configuration(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(config.read_text() + "web: {public_metrics: true}\n")

    assert run(["run", "--roles", "web", "--config", str(config)]) == STORE_AWAY
    said = [orjson.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]

    assert {each["check"] for each in said if each["event"] == "doctor"} == {"secret key", "web"}


def test_a_data_directory_that_cannot_be_written_is_said_so(
    embedded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "d").write_text("a file where a directory should be")  # root may write anywhere else

    code, found = doctor(embedded, capsys, "--offline")

    assert code == STORE_AWAY
    assert "cannot be written" in found["store"][0]["seen"]


def test_a_shop_that_is_there_is_told_with_its_price_and_one_that_is_not_with_the_failure(
    embedded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "cnry-none-that-is-asked-for")
    monkeypatch.setenv("HS_DISCORD__API_BASE", "http://127.0.0.1:1/api/v10")
    with shop() as place:
        embedded.write_text(
            embedded.read_text().replace("127.0.0.1:1/pi5", f"{place}/pi5") + f"fetch: {{allow_private: ['{place}']}}\n"
        )
        _, found = doctor(embedded, capsys)
        assert [each["seen"] for each in found["shops"]] == ["Acme: £76.80, in stock"]
        assert found["way out"][1]["seen"] == f"opened by fetch.allow_private: {place}"

    _, found = doctor(embedded, capsys)
    assert levels(found, "shops") == ["fail"]
    assert "hardware-sentry read" in found["shops"][0]["cure"]


def test_shops_that_fail_alone_end_with_nothing_read(
    embedded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with discord_elsewhere() as server:
        monkeypatch.setenv("DISCORD_TOKEN", server.token)
        monkeypatch.setenv("HS_DISCORD__API_BASE", server.api_base)

        code, found = doctor(embedded, capsys)

    assert code == NOTHING_READ
    assert levels(found, "token") == levels(found, "gateway") == levels(found, "channels") == ["fine"]


def test_a_channel_that_takes_no_alerts_is_found_from_the_store_to_discord(
    node: Node, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with discord_elsewhere() as server:
        world, deals = server.world, server.world.channel("deals")
        asyncio.run(keep(node.url, wish(world.guild.id, deals.id)))
        world.deny(deals, world.bot, int(Permission.SEND_MESSAGES))
        monkeypatch.setenv("DISCORD_TOKEN", server.token)
        monkeypatch.setenv("HS_DISCORD__API_BASE", server.api_base)

        _, found = doctor(elsewhere, capsys)

    assert [each["seen"] for each in found["channels"]] == [
        f"the bot lacks Send Messages in #deals ({world.guild.name})"
    ]


async def keep(url: str, wish: Subscription) -> None:
    async with RedisStore(url) as store:
        await store.put_subscription(wish)
