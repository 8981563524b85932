"""Everything that `play` needs around the real bot: a Discord on loopback and a demo shop."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from os import strerror
from pathlib import Path
from typing import Any

from alerts.domain.errors import BadInput
from alerts.settings.dumped import as_text
from alerts.settings.load import load
from alerts.settings.model import Settings
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import FORUM
from bot.playground.shop import DemoShop

_TOKEN = "playground"  # noqa: S105 - the loopback server's own word
_HOST = "127.0.0.1"
LAST_PORT = 65535 - 2
"""The last one with two behind it, see `playground`."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """The places, and the settings that point the bot at them: what `configuration` and `environment` say together."""

    discord: DiscordServer
    shop: DemoShop
    settings: Settings
    configuration: Mapping[str, Any]
    """As it stands in a file, so without secrets."""
    environment: Mapping[str, str]
    """The secrets."""

    @property
    def url(self) -> str:
        """The chat page."""
        return self.discord.url

    @property
    def dashboard_url(self) -> str:
        """Where the bot serves its dashboard, if it has the role `web`."""
        return self.settings.web.address()

    async def bot_is_there(self) -> None:
        """Return once the bot is connected."""
        await self.discord.connected(seconds=60)

    def write(self, folder: Path) -> tuple[Path, Mapping[str, str]]:
        """Keep both in the folder, for a bot in a process of its own: the configuration's file, and its environment."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "rehearsal.yaml"
        text = f"# Written anew by each `hardware-sentry play --without-bot`.\n{as_text(self.configuration)}"
        file.write_text(text, encoding="utf-8")
        secrets = {f"{name}_FILE": folder / name.lower() for name in self.environment}
        for path, secret in zip(secrets.values(), self.environment.values(), strict=True):
            path.touch(mode=0o600)
            path.write_text(secret, encoding="utf-8")
        return file, {name: str(path) for name, path in secrets.items()}


@asynccontextmanager
async def playground(*, port: int, data_dir: Path, steady: bool = False) -> AsyncIterator[Grounds]:
    """Start both on 127.0.0.1; the chat page on `port` (0: any). BadInput when it is taken.

    `steady` takes the two ports behind it for the shop and the dashboard, so that a configuration outlives a restart.
    """
    async with DemoShop(port=port + 1 if steady and port else 0) as shop:
        web_port = port + 2 if steady and port else _free_port()
        dashboard = f"http://{_HOST}:{web_port}"
        server = DiscordServer(port=port, token=_TOKEN, links={"Demo shop": shop.url, "Dashboard": dashboard})
        server.oauth.redirects = frozenset({f"{dashboard}/sign-in/return"})
        try:
            await server.__aenter__()
        except OSError as exc:
            raise BadInput(
                f"--port {port}: cannot be listened on ({strerror(exc.errno or 0)}); choose another, or 0."
            ) from None
        _furnish(server)
        try:
            yield _grounds(shop, server, data_dir, web_port)
        finally:
            await server.__aexit__(None, None, None)


def _furnish(server: DiscordServer) -> None:
    """Every kind of place that an alert can go to."""
    world = server.world
    forum = world.add_channel("finds", kind=FORUM, topic="Each alert a post of its own")
    forum.available_tags = [
        {"id": world.snowflakes.next(), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
        for name in ("restock", "price")
    ]
    world.add_thread("boards", parent=world.channel("deals"), owner=world.admin)


def _free_port() -> int:
    """Discord has to know where people are led back to before the bot listens there."""
    with socket.socket() as taken:
        taken.bind((_HOST, 0))
        port: int = taken.getsockname()[1]
        return port


def _grounds(shop: DemoShop, server: DiscordServer, data_dir: Path, web_port: int) -> Grounds:
    """As an operator would configure it, but quick: this shop is ours to hurry."""
    configuration: dict[str, Any] = {
        "discord": {"api_base": server.api_base},
        "web": {"host": _HOST, "port": web_port},
        "store": {"url": "embedded://", "data_dir": str(data_dir.absolute())},
        "fetch": {"pace": "none", "concurrency": 16, "timeout": "5s", "allow_private": [shop.authority]},
        "cache": {"fresh": "2s"},
        "confirm": {"restock_delay": "2s"},
        "tiers": {"hot": {"every": "2s"}},
        "products": shop.products(),
    }
    environment = {"DISCORD_TOKEN": _TOKEN, "DISCORD_CLIENT_SECRET": server.oauth.secret}
    settings = load(as_text(configuration), environment, place="the playground")
    return Grounds(server, shop, settings, configuration, environment)
