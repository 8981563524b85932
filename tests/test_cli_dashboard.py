"""`hardware-sentry dashboard`: the link on stdout, that works once at the very memory that the bot uses."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from alerts.clock import SystemClock
from alerts.sessions import Sessions
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from bot.cli.main import run

pytestmark = pytest.mark.valkey


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_link_opens_once(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("web: {host: 0.0.0.0, port: 8123}")

    async def uses(secret: str) -> list[bool]:
        async with Embedded(tmp_path / "data") as server, RedisStore(server.url) as store:
            sessions = Sessions(store=store, clock=SystemClock())
            return [await sessions.use_link(each) for each in (secret, secret, secret + "x")]

    assert run(["dashboard"]) == 0
    out, err = capfd.readouterr()
    address, _, secret = out.strip().rpartition("/")

    assert address == "http://127.0.0.1:8123/operator"
    assert len(secret) >= 43
    assert "ten minutes" in err
    assert asyncio.run(uses(secret)) == [True, False, False]


def test_the_link_leads_to_the_public_address(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("web: {port: 0, public_url: 'https://sentry.example.com'}")

    assert run(["dashboard"]) == 0
    assert capfd.readouterr().out.startswith("https://sentry.example.com/operator/")


def test_everybody_can_be_signed_out(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    async def opened() -> str:
        async with Embedded(tmp_path / "data") as server, RedisStore(server.url) as store:
            return await Sessions(store=store, clock=SystemClock()).open(user=1, who="Admin", guilds={7: "Seven"})

    async def is_open(secret: str) -> bool:
        async with Embedded(tmp_path / "data") as server, RedisStore(server.url) as store:
            return await Sessions(store=store, clock=SystemClock()).find(secret) is not None

    secret = asyncio.run(opened())
    assert asyncio.run(is_open(secret))
    assert run(["dashboard", "--end-sessions"]) == 0

    assert "signed out" in capfd.readouterr().out
    assert not asyncio.run(is_open(secret))


def test_a_dashboard_at_any_port_has_no_address(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("web: {port: 0}")

    assert run(["dashboard"]) == 2
    assert "web.public_url" in capfd.readouterr().err
