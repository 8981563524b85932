"""The whole program against the loopback Discord and the demo shop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from alerts.settings.model import Settings
from alerts.store import keys
from alerts.store.embedded import Embedded
from bot.app import Role, serve
from bot.playground.play import Grounds
from tests.waiting import eventually

ALL_BUT_WEB = frozenset({Role.BOT, Role.SCHEDULER, Role.WORKER})


@asynccontextmanager
async def bot(grounds: Grounds, roles: frozenset[Role] = ALL_BUT_WEB) -> AsyncIterator[Settings]:
    """The bot, connected; told to stop at the end, and its own errors raised."""
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(grounds.settings, roles, stop=stop))
    try:
        there = asyncio.create_task(grounds.bot_is_there())
        await asyncio.wait({serving, there}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        await there
        yield grounds.settings
    finally:
        stop.set()
        await serving


async def all_is_told(data_dir: Path) -> None:
    """Return when no change waits to be spread and no delivery to be sent."""
    async with Redis.from_url(Embedded(data_dir).url, decode_responses=True) as redis:

        async def nothing_waits() -> bool:
            return not await redis.xlen(keys.CHANGES) and not await redis.xlen(keys.QUEUE)

        await eventually(nothing_waits)


async def next_slot_was_scanned(data_dir: Path, sku: str) -> None:
    """Return when the scheduler has had the product looked at once more."""
    async with Redis.from_url(Embedded(data_dir).url, decode_responses=True) as redis:
        before = await redis.hget(keys.snapshot(sku), "rev")

        async def scanned() -> bool:
            return bool(await redis.hget(keys.snapshot(sku), "rev") != before)

        await eventually(scanned)
