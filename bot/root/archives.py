"""A store as a whole, for backups and moving."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from alerts.clock import SystemClock
from alerts.ports import Clock
from alerts.settings.model import Settings
from alerts.store.embedded import Embedded
from alerts.store.promises.archive import Archive, Cipher
from alerts.store.redis.archive import RedisArchive
from alerts.store.sealed_file import FileKeys
from bot.root.common import version_of_ours


@asynccontextmanager
async def archive_of(settings: Settings, url: str | None = None) -> AsyncIterator[Archive]:
    """The store of the settings, or the one at this address. StoreError when it is away."""
    async with AsyncExitStack() as closing:
        where = url or settings.store.url
        if where.startswith("embedded://"):
            where = (await closing.enter_async_context(Embedded(settings.store.data_dir))).url
        yield await closing.enter_async_context(RedisArchive(where))


def cipher_of(settings: Settings) -> Cipher | None:
    """What backups are encrypted with; None when no key is set."""
    key = settings.backup.key
    return FileKeys(key.get_secret_value()) if key else None


def version_and_clock() -> tuple[str, Clock]:
    """Who writes a backup, and when."""
    return version_of_ours(), SystemClock()
