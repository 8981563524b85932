"""A tiny real discord.py bot, pointed at the playground."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands

from bot.playground.discord.server import DiscordServer

Setup = Callable[["TinyBot"], None]


class TinyBot(discord.AutoShardedClient):
    """A client with a command tree that is synced at start, and nothing in memory."""

    def __init__(self, setup: Setup, *, intents: discord.Intents) -> None:
        super().__init__(intents=intents, max_messages=None, guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.resumed = asyncio.Event()
        self.translator: app_commands.Translator | None = None
        setup(self)

    async def setup_hook(self) -> None:
        await self.tree.set_translator(self.translator)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Nobody counts identifies here, so there is nothing to wait five seconds for."""

    async def on_shard_resumed(self, _: int) -> None:
        self.resumed.set()


@contextmanager
def pointed_at(server: DiscordServer) -> Iterator[None]:
    """Send discord.py to the server instead of discord.com, for a while."""
    route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
    before = route.BASE, socket.DEFAULT_GATEWAY
    route.BASE, socket.DEFAULT_GATEWAY = server.api_base, yarl.URL(server.gateway_url)
    try:
        yield
    finally:
        route.BASE, socket.DEFAULT_GATEWAY = before


@asynccontextmanager
async def running(
    server: DiscordServer, setup: Setup, *, intents: discord.Intents | None = None
) -> AsyncIterator[TinyBot]:
    """The bot, ready; closed at the end."""
    bot = TinyBot(setup, intents=intents or discord.Intents(guilds=True))
    with pointed_at(server):
        async with bot:
            task = asyncio.create_task(bot.start(server.token))
            ready = asyncio.create_task(bot.wait_until_ready())
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
            if task.done():
                ready.cancel()
                await task
            await ready
            yield bot
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)


async def post_json(server: DiscordServer, path: str, payload: object) -> tuple[int, Any]:
    """Post as the bot, without discord.py; the status and the body."""
    headers = {"Authorization": f"Bot {server.token}"}
    url = server.api_base + path
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=payload) as answer:
        return answer.status, await answer.json()
