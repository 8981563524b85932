"""A benchmark's Discord, or shop, in a process of its own, spoken to over its pipes; it ends when they close."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.playground.discord.rest import BASE

Json = dict[str, Any]


class Server:
    """The other process, spoken to over its pipes; it ends when they close."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self.port, self.api_base = 0, ""

    @classmethod
    @asynccontextmanager
    async def start(cls, module: str, *args: str) -> AsyncIterator[Server]:
        """Started, listening; ended at the end. `module` is what `python -m` runs."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *args,
            stdin=pipe, stdout=pipe, cwd=Path(__file__).parents[1], limit=1 << 26,
        )  # fmt: skip
        server = cls(process)
        try:
            server.port = (await server._said())["port"]
            server.api_base = f"http://127.0.0.1:{server.port}{BASE}"
            yield server
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def __call__(self, name: str, **with_: Any) -> Json:
        """Have something done."""
        async with self._turn:
            assert self._process.stdin
            self._process.stdin.write(json.dumps([name, with_]).encode() + b"\n")
            await self._process.stdin.drain()
            return await self._said()

    async def _said(self) -> Json:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the benchmark's other process ended: its reason stands above, on stderr")
        found: Json = json.loads(line)
        return found
