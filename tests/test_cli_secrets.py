"""`secrets rotate` on the command line: counts, a dry run, and what no key opens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from cryptography.fernet import Fernet

from alerts.addresses import Addresses
from alerts.api_keys import ApiKeys
from alerts.clock import SystemClock
from alerts.domain.api_keys import Scope
from alerts.store.redis.store import RedisStore
from alerts.store.seal import KeyRing
from bot.cli.main import run
from tests.canary.collecting import MARK
from tests.servers import Node, binary_of
from tests.test_cli import BAD_INPUT, FINE, STORE_AWAY, _at_home, config, sentence

pytestmark = pytest.mark.valkey
__all__ = ["_at_home", "config"]


@pytest.fixture
def old() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def new() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def filled(tmp_path: Path, config: Path, old: str) -> Iterator[Path]:
    """The configuration of a store with an address and an API key under the old key."""
    binary = binary_of("valkey")
    assert binary
    node = Node(binary, tmp_path / "node")
    node.start()
    try:
        asyncio.run(fill(node.url, old))
        config.write_text(config.read_text().replace("redis://127.0.0.1:1/0", node.url))
        yield config
    finally:
        node.kill()


async def fill(url: str, key: str) -> None:
    ring = KeyRing(key)
    async with RedisStore(url) as store:
        kept = Addresses(store=store, seal=ring, api_base="https://discord.com/api/v10")
        await kept.add(1, f"https://discord.com/api/webhooks/7/{MARK}-a-channels-hook")
        await ApiKeys(store=store, clock=SystemClock(), pepper=ring).create(1, "robot", scopes=[Scope.READ])


def rotate(config: Path, *more: str) -> int:
    return run(["secrets", "rotate", "--config", str(config), *more])


def test_a_rotation_counts_first_then_does_it_and_is_then_done(
    filled: Path, old: str, new: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HS_SECRET_KEY", f"{new},{old}")

    assert rotate(filled, "--dry-run") == FINE
    assert capsys.readouterr().out.startswith("Addresses and secrets: 1 would be sealed anew, 0 were already.\n")
    assert rotate(filled) == FINE
    said = capsys.readouterr().out
    assert said.startswith("Addresses and secrets: 1 sealed anew, 0 were already.\n")
    assert "API keys: 0 under the newest key, 1 wait for their next use.\nKeep the older keys until" in said
    assert rotate(filled, "--json") == FINE
    found = orjson.loads(capsys.readouterr().out)
    assert (found["sealed_anew"], found["sealed_already"], len(found["api_keys_waiting"])) == (0, 1, 1)


def test_what_no_key_opens_is_named_without_its_secret(
    filled: Path, new: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HS_SECRET_KEY", new)

    assert rotate(filled) == BAD_INPUT
    said = capsys.readouterr()
    assert "1 that no key opens" in said.out
    assert "older keys can go" not in said.out
    assert "no key in HS_SECRET_KEY fits webhook:7 of server 1, API key" in said.err


def test_a_key_that_is_none_and_a_store_that_is_away_are_one_sentence(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate(config) == STORE_AWAY
    assert "does not answer" in sentence(capsys)
    monkeypatch.setenv("HS_SECRET_KEY", "hush-hush-is-no-key")
    assert rotate(config) == BAD_INPUT
    assert "hush" not in sentence(capsys)
