"""Everything that `play` needs around the real bot: a Discord on loopback and a demo shop."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from os import strerror
from pathlib import Path
from typing import Any

from alerts.domain.errors import BadInput
from alerts.settings.model import Settings
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import FORUM
from bot.playground.shop import DemoShop

_TOKEN = "playground"  # noqa: S105 - the loopback server's own word
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Grounds:
    """The places, and the settings that point the bot at them."""

    discord: DiscordServer
    shop: DemoShop
    settings: Settings

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


@asynccontextmanager
async def playground(*, port: int, data_dir: Path) -> AsyncIterator[Grounds]:
    """Start both on 127.0.0.1; the chat page on `port` (0: any). BadInput when it is taken."""
    async with DemoShop(port=0) as shop:
        web_port = _free_port()
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
            yield Grounds(server, shop, _settings(shop, server, data_dir, web_port))
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


def _settings(shop: DemoShop, server: DiscordServer, data_dir: Path, web_port: int) -> Settings:
    """As an operator would configure it, but quick: this shop is ours to hurry."""
    configured: dict[str, Any] = {
        "discord": {"api_base": server.api_base, "token": _TOKEN},
        "web": {"host": _HOST, "port": web_port, "oauth_client_secret": server.oauth.secret},
        "store": {"url": "embedded://", "data_dir": data_dir},
        "fetch": {"pace": "none", "concurrency": 16, "timeout": "5s", "allow_private": [shop.authority]},
        "cache": {"fresh": "2s"},
        "confirm": {"restock_delay": "2s"},
        "tiers": {"hot": {"every": "2s"}},
        "products": shop.products(),
    }
    return Settings.model_validate(configured)
