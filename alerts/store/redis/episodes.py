"""Living alerts: which message tells of a restock, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from alerts.domain.episodes import Episode
from alerts.domain.wishes import Target
from alerts.store import keys
from alerts.store.redis.link import Link

# An episode that nothing has happened to for so long is left as its message shows it.
REMEMBERED = timedelta(days=90)


class RedisEpisodes:
    """See ports.Episodes."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def episode(self, target: Target, sku: str) -> Episode | None:
        async with self._link.trouble():
            found = await self._link.redis.get(keys.episode(str(target), sku))
        return Episode.model_validate_json(found) if found else None

    async def episodes(self, wanted: Sequence[tuple[Target, str]]) -> Sequence[Episode | None]:
        if not wanted:
            return []
        async with self._link.trouble():
            found = await self._link.redis.mget([keys.episode(str(target), sku) for target, sku in wanted])
        return [Episode.model_validate_json(raw) if raw else None for raw in found]

    async def put_episode(self, episode: Episode) -> None:
        async with self._link.trouble():
            await self._link.redis.set(
                keys.episode(str(episode.target), episode.sku),
                episode.model_dump_json(exclude_defaults=True),
                ex=REMEMBERED,
            )
