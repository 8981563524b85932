"""`hardware-sentry play --without-bot`: a Discord and a shop for a bot in a process of its own."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from alerts.domain.errors import BadInput
from alerts.settings.load import load_file
from bot.cli.main import run
from bot.cli.shared import BAD_INPUT
from bot.playground.play import playground
from tests.guards.project import ROOT

pytestmark = pytest.mark.wire


async def test_what_is_written_down_and_the_secrets_are_the_settings_of_play(tmp_path: Path) -> None:
    async with playground(port=0, data_dir=tmp_path) as grounds:
        file, environment = grounds.write(tmp_path / "new")

    assert load_file(file, environment) == grounds.settings
    assert not any(secret in file.read_text() for secret in grounds.environment.values())
    assert {stat.S_IMODE(os.stat(path).st_mode) for path in environment.values()} == {0o600}  # noqa: PTH116


async def test_the_shop_and_the_dashboard_are_where_they_were_after_a_restart(tmp_path: Path) -> None:
    port = _three_free_ports()
    async with playground(port=port, data_dir=tmp_path, steady=True) as grounds:
        first = grounds.configuration
    async with playground(port=port, data_dir=tmp_path, steady=True) as grounds:
        second = grounds.configuration

    assert first == second
    assert (grounds.shop.authority, grounds.settings.web.port) == (f"127.0.0.1:{port + 1}", port + 2)


async def test_a_port_for_the_shop_that_is_taken_is_named(tmp_path: Path) -> None:
    port = _three_free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))

        with pytest.raises(BadInput, match=f"127.0.0.1:{port + 1} .*choose another port"):
            async with playground(port=port, data_dir=tmp_path, steady=True):
                pass


def test_a_port_without_room_behind_it_names_the_last_that_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["play", "--without-bot", "--port", "65534"]) == BAD_INPUT
    assert "choose one up to 65533" in capsys.readouterr().err


@pytest.mark.valkey
async def test_the_command_that_is_printed_connects_a_bot(tmp_path: Path) -> None:
    async with process("play", "--without-bot", "--port", "0", "--data-dir", str(tmp_path)) as play:
        assert play.stdout
        printed = [(await asyncio.wait_for(play.stdout.readline(), 30)).decode() for _ in range(5)]
        named = dict(each.split("=", 1) for each in shlex.split(printed[3])[1:])
        command = shlex.split(printed[4])
        async with process(*command[1:], "--roles", "bot", environment=named) as bot:
            assert bot.stderr
            await _until(bot.stderr, b"connected to Discord")
            bot.send_signal(signal.SIGINT)
            await _until(bot.stderr, b"stopping")
            await asyncio.wait_for(bot.wait(), 30)

    assert command[:2] == ["hardware-sentry", "run"]
    assert (play.returncode, bot.returncode) == (130, 130)


@asynccontextmanager
async def process(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program in a process of its own, ended as Ctrl-C does."""
    began = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield began
    finally:
        with suppress(ProcessLookupError):
            began.send_signal(signal.SIGINT)
        await asyncio.wait_for(began.communicate(), 30)


async def _until(log: asyncio.StreamReader, event: bytes) -> None:
    async with asyncio.timeout(30):
        while event not in (line := await log.readline()):
            assert line, f"it ended and never said {event!r}"


def _three_free_ports() -> int:
    """The first of three in a row that nobody has."""
    for first in range(20_000, 30_000, 3):
        with suppress(OSError):
            for port in (first, first + 1, first + 2):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
            return first
    raise AssertionError("no three free ports")
