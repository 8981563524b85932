"""The project's Discord-compatible server in a process of its own; it notes when which offer was told where.

Commands as JSON lines on stdin, answers on stdout (benchmarks/other_process.py).
"""

from __future__ import annotations

import asyncio
import json
import re
import time

from benchmarks.delivering.server import Json, obey
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.world import Event

_NUMBER = re.compile(r"/p/(\d+)")
_PRICE = re.compile(r"£([\d,]+\.\d\d)")


class Board:
    """The server and the levers of the benchmarks."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._told: list[Json] = []
        server.world.listeners.append(self._hear)

    def _hear(self, event: Event) -> None:
        if event.kind not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return
        at, is_new = time.time(), event.kind == "MESSAGE_CREATE"
        for embed in event.data["embeds"]:
            text = json.dumps(embed, ensure_ascii=False)
            prices = [each.replace(",", "") for each in _PRICE.findall(text)]
            for number in set(_NUMBER.findall(text)):
                self._told.append({"number": int(number), "prices": prices, "channel": event.data["channel_id"],
                                   "message": event.data["id"], "at": at, "is_new": is_new})  # fmt: skip

    def build(self, guilds: int, channels: int) -> Json:
        """So many more guilds with so many channels each; their ids."""
        world = self._server.world
        made = [world.add_guild(f"G{n}", channels=[f"c{k}" for k in range(channels)]) for n in range(guilds)]
        return {"guilds": [[guild.id, list(guild.channels)] for guild in made]}

    def limits(self, per_second: int = 50) -> Json:
        """Count from now on as Discord does."""
        self._server.limits.per_second = per_second
        self._server.limits.on()
        return {}

    def is_connected(self) -> Json:
        """Whether the bot is here."""
        return {"is": self._server.gateway.is_connected}

    def told(self, since: int = 0) -> Json:
        """What was told, from so many on, in its order."""
        return {"told": self._told[since:]}

    def answers(self) -> Json:
        """How requests were answered, by status."""
        return {"answers": dict(self._server.limits.answers), "invalid": self._server.limits.invalid}


async def main() -> None:
    """Serve until stdin closes."""
    async with DiscordServer() as server:
        board = Board(server)
        print(json.dumps({"port": server.port}), flush=True)
        names = ("build", "limits", "is_connected", "told", "answers")
        await obey({name: getattr(board, name) for name in names})


if __name__ == "__main__":
    asyncio.run(main())
