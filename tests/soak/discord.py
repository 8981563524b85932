"""The benchmarks' Discord, which can hang up and be busy: `python -m tests.soak.discord`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from benchmarks.delivering.server import Json, obey
from benchmarks.whole.discord import Board
from bot.playground.discord.server import DiscordServer

_POSTS = "/channels/*/messages*"


class Moody(Board):
    """The server with a temper."""

    def __init__(self, server: DiscordServer) -> None:
        super().__init__(server)
        self._server, self._doing = server, set[asyncio.Task[None]]()

    def hang_up(self, code: int) -> Json:
        """Close the gateway with this code; the bot resumes."""
        return self._do(self._server.gateway.close(code))

    def invalidate(self) -> Json:
        """End the session: the bot has to identify anew."""
        return self._do(self._server.gateway.invalidate(resumable=False))

    def busy(self) -> Json:
        """429 for two posts of three: the channel's own, and the global one."""
        limited = self._server.faults.rate_limit
        limited("POST", _POSTS, retry_after=0.5, is_global=True, times=None, every=5)
        limited("POST", _POSTS, retry_after=0.5, times=None, every=2)
        return {}

    def broken(self) -> Json:
        """Of four requests about messages one is answered; others fail before, or after the message stands."""
        add = self._server.faults.add
        add("*", _POSTS, status=503, times=None, every=3)
        add("*", _POSTS, status=500, mode="created_then_status", times=None, every=2)
        add("*", _POSTS, mode="created_then_drop", times=None, every=3)
        return {}

    def calm(self) -> Json:
        """As it should be."""
        self._server.faults.clear()
        return {}

    def _do(self, what: Coroutine[Any, Any, None]) -> Json:
        task = asyncio.ensure_future(what)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
        return {}


async def main() -> None:
    """Serve until stdin closes."""
    async with DiscordServer() as server:
        moody = Moody(server)
        print(json.dumps({"port": server.port}), flush=True)
        names = ("build", "is_connected", "told", "answers", "hang_up", "invalidate", "busy", "broken", "calm")
        await obey({name: getattr(moody, name) for name in names})


if __name__ == "__main__":
    asyncio.run(main())
