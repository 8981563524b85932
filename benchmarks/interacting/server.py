"""The Discord of the benchmark, in a process of its own: JSON lines on stdin, answers on stdout.

A person's command is timed here, from INTERACTION_CREATE leaving to the bot's first answer having come in.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot.playground.discord.runs import NoAnswer, Run
from bot.playground.discord.server import DiscordServer

Json = dict[str, Any]
_ANSWER = 30.0  # seconds to wait for a whole answer


class People:
    """Members of one guild who scan."""

    def __init__(self, server: DiscordServer) -> None:
        self._server, self._names = server, list[str]()
        self._random = random.Random(7)

    async def join(self, count: int) -> Json:
        """So many people in the guild."""
        world = self._server.world
        guild = next(iter(world.guilds.values()))
        while len(self._names) < count:
            self._names.append(world.add_user(f"user{len(self._names)}", guild=guild).name)
        return {}

    async def steadily(self, users: int, seconds: float, pause: float, products: list[str]) -> Json:
        """Each scans, reads for `pause` seconds on average, and scans again. Milliseconds of each first answer."""
        end, took = time.monotonic() + seconds, list[float]()

        async def person(name: str) -> None:
            await asyncio.sleep(self._random.uniform(0, pause))
            while time.monotonic() < end:
                took.append(await self._scan(name, self._random.choice(products)))
                await asyncio.sleep(self._random.uniform(0.5, 1.5) * pause)

        began, cpu = time.monotonic(), time.process_time()
        await asyncio.gather(*(person(name) for name in self._names[:users]))
        return {"took": took, "seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}

    async def at_once(self, users: int, products: list[str]) -> Json:
        """Everybody presses Enter in the same moment."""
        names = self._names[:users]
        took = await asyncio.gather(*(self._scan(name, products[n % len(products)]) for n, name in enumerate(names)))
        return {"took": took}

    async def _scan(self, name: str, product: str) -> float:
        """Milliseconds until the first answer; infinite without one."""
        began, first = time.perf_counter(), list[float]()
        run = await self._server.slash(name, "general", "scan", {"product": product}, wait=False)
        told = run.on_change

        def changed(each: Run) -> None:
            if not first and each.is_acknowledged:
                first.append((time.perf_counter() - began) * 1000)
            if told:
                told(each)

        run.on_change = changed
        try:
            await run.answered(_ANSWER)
        except (NoAnswer, TimeoutError) as exc:
            print(f"{type(exc).__name__}: {exc}", file=sys.stderr)
        return first[0] if first else 1e9


async def _obey(does: dict[str, Callable[..., Awaitable[Json]]]) -> None:
    """Do what comes in until the other side hangs up."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        name, with_ = json.loads(line)
        print(json.dumps(await does[name](**with_)), flush=True)


async def main() -> None:
    """Serve until stdin ends."""
    async with DiscordServer() as server:
        people = People(server)
        print(json.dumps({"port": server.port}), flush=True)
        await _obey({"join": people.join, "steadily": people.steadily, "at_once": people.at_once})


if __name__ == "__main__":
    asyncio.run(main())
