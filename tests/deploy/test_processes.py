"""The processes of compose.yaml, started together as the file says over one store; only addresses are of here."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground.discord.server import DiscordServer
from tests.deploy.starting import TOKEN, settings_in
from tests.deploy.test_compose import ours, read, services
from tests.guards.project import ROOT
from tests.servers import free_port, launched
from tests.waiting import eventually

pytestmark = [pytest.mark.valkey, pytest.mark.wire]
_FILE = "deploy/compose.yaml"
_PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG")


class Started:
    """A service of the file as a process here."""

    def __init__(self, process: Process, port: int) -> None:
        self.process, self._url = process, f"http://127.0.0.1:{port}"
        self._said = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]

    async def answers(self, path: str) -> str | None:
        """What it says there if it is content, else nothing."""
        assert self.process.returncode is None, (await self._said).decode()[-3000:]
        try:
            async with aiohttp.ClientSession() as session, session.get(self._url + path) as answer:
                return await answer.text() if answer.status == 200 else None
        except aiohttp.ClientError:
            return None

    async def ended(self) -> int:
        """Told to stop as Docker does; how it ended."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        code = await self.process.wait()
        await self._said
        return code


@asynccontextmanager
async def started(folder: Path, discord: DiscordServer, store: str) -> AsyncIterator[dict[str, Started]]:
    """Every service that is ours; ended in any case."""
    found: dict[str, Started] = {}
    try:
        for name, service in ours(_FILE).items():
            port, own = free_port(), folder / name
            own.mkdir()
            found[name] = Started(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", "bot", *service["command"], "--config", str(config())),
                    env=environment(service, folder) | here(discord, store, port),
                    cwd=own,
                    stderr=PIPE,
                ),
                port,
            )
        yield found
    finally:
        for each in found.values():
            await each.ended()


def config() -> Path:
    return ROOT / "deploy" / read(_FILE)["configs"]["sentry"]["file"]


def environment(service: dict[str, Any], folder: Path) -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | settings_in(
        service["environment"], folder
    )


def here(discord: DiscordServer, store: str, port: int) -> dict[str, str]:
    """What the containers' network is to them; and shops that nobody asks from a test."""
    return {
        "HS_STORE__URL": store,
        "HS_DISCORD__API_BASE": discord.api_base,
        "HS_WEB__PORT": str(port),
        "HS_PRODUCTS": "[]",
        "HS_VENDORS": "{}",
        "PYTHONPATH": str(ROOT),
    }


async def test_they_come_up_ready_tell_their_metrics_and_end_well(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    with launched(services(_FILE)["valkey"]["command"][1:], folder) as store:
        async with (
            DiscordServer(token=TOKEN) as discord,
            started(tmp_path, discord, store) as processes,
        ):
            for each in processes.values():
                await eventually(lambda each=each: each.answers("/ready"), within=60)
            told = {name: await each.answers("/metrics") or "" for name, each in processes.items()}
            ends = {name: await each.ended() for name, each in processes.items()}

    assert [name for name, text in told.items() if "hs_build_info" not in text] == []
    assert ends == dict.fromkeys(processes, 0)
