"""How the targets stand, and what their admins were told: a hash each, by the target's own text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerts.domain.standing import Notice, Standing
from alerts.domain.wishes import Target
from alerts.store import keys
from alerts.store.redis.link import Link


class RedisStandings:
    """See ports.Standings."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def standing(self, target: Target) -> Standing | None:
        async with self._link.trouble():
            raw = await self._link.redis.hget(keys.TARGETS, str(target))
        return Standing.model_validate_json(raw) if raw else None

    async def standings(self) -> Mapping[str, Standing]:
        async with self._link.trouble():
            found = await self._link.redis.hgetall(keys.TARGETS)
        return {name: Standing.model_validate_json(raw) for name, raw in found.items()}

    async def put_standing(self, standing: Standing) -> None:
        body = standing.model_dump_json(exclude_defaults=True)
        async with self._link.trouble():
            await self._link.redis.hset(keys.TARGETS, str(standing.target), body)

    async def clear_standing(self, target: Target) -> None:
        async with self._link.trouble():
            await self._link.redis.hdel(keys.TARGETS, str(target))

    async def notices(self) -> Mapping[str, Notice]:
        async with self._link.trouble():
            found = await self._link.redis.hgetall(keys.NOTICES)
        return {name: Notice.model_validate_json(raw) for name, raw in found.items()}

    async def put_notices(self, notices: Sequence[Notice]) -> None:
        if not notices:
            return
        bodies = {str(each.standing.target): each.model_dump_json(exclude_defaults=True) for each in notices}
        async with self._link.trouble():
            await self._link.redis.hset(keys.NOTICES, mapping=bodies)

    async def clear_notice(self, target: Target) -> None:
        async with self._link.trouble():
            await self._link.redis.hdel(keys.NOTICES, str(target))
