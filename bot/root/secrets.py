"""What changes the secret key of everything that is sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from alerts.resealing import Resealing
from alerts.settings.model import Settings
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from bot.root.engine import key_ring_of


@asynccontextmanager
async def resealing(settings: Settings) -> AsyncIterator[Resealing]:
    """Over the store that is configured; StoreError when it is away, BadInput for a key that is none."""
    keys, url = key_ring_of(settings), settings.store.url
    async with AsyncExitStack() as closing:
        if url.startswith("embedded://"):
            url = (await closing.enter_async_context(Embedded(settings.store.data_dir))).url
        yield Resealing(store=await closing.enter_async_context(RedisStore(url)), keys=keys)
