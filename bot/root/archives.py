"""A store as a whole, for backups and moving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from alerts.backups.folder import Rhythm
from alerts.backups.schedule import Backups
from alerts.clock import SystemClock
from alerts.domain.errors import BadInput, StoreError
from alerts.ports import Clock
from alerts.runner import Runner
from alerts.settings.model import Settings
from alerts.store import address
from alerts.store.embedded import Embedded
from alerts.store.promises.archive import Archive, Cipher
from alerts.store.redis.archive import RedisArchive
from alerts.store.sealed_file import FileKeys
from bot.parts import running
from bot.root.common import this_process, version_of_ours
from bot.root.engine import Engine


@asynccontextmanager
async def archive_of(settings: Settings, url: str | None = None) -> AsyncIterator[Archive]:
    """The store of the settings, or the one at this address. StoreError when it is away."""
    where = url or settings.store.url
    try:
        address.parse(where)
    except ValueError as exc:
        raise BadInput(f"An address {exc}.") from None
    async with AsyncExitStack() as closing:
        if where.startswith("embedded://"):
            where = (await closing.enter_async_context(Embedded(settings.store.data_dir))).url
        yield await closing.enter_async_context(RedisArchive(where))


def cipher_of(settings: Settings) -> Cipher | None:
    """What backups are encrypted with; None when no key is set."""
    key = settings.backup.key
    return FileKeys(key.get_secret_value()) if key else None


@asynccontextmanager
async def backing_up(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """In every scheduler, if there is a folder for backups; the one with the seat writes."""
    own = parts.settings.backup
    if own.folder is None:
        yield
        return
    backups = Backups(
        store=parts.store,
        archive=lambda: RedisArchive(parts.jobs_url),
        folder=own.folder,
        rhythm=Rhythm(own.every, own.increments, own.keep),
        clock=parts.clock,
        name=this_process(),
        version=version_of_ours(),
        cipher=cipher_of(parts.settings),
    )
    turns = Runner("backups", backups.turn, clock=parts.clock)
    async with running(turns.run(), tasks, "backups", end=turns.stop):
        yield
    with suppress(StoreError):
        await backups.leave()


def version_and_clock() -> tuple[str, Clock]:
    """Who writes a backup, and when."""
    return version_of_ours(), SystemClock()
