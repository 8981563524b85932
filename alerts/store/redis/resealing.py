"""Everything that is sealed, found by walking through all keys: nobody needs it but who changes the secret key."""

from __future__ import annotations

from collections.abc import AsyncIterator

from alerts.domain.api_keys import ApiKey
from alerts.domain.wishes import Target, TargetKind
from alerts.store import keys
from alerts.store.promises.resealing import SealedText
from alerts.store.redis.api_keys import RedisApiKeys
from alerts.store.redis.link import PAGE, Link


class RedisResealing:
    """See promises.resealing."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def everything_sealed(self) -> AsyncIterator[SealedText]:
        async for name in self._names(keys.OF_ALL_GUILDS):
            guild = keys.guild_of(name)
            if guild is None or name not in (keys.sealed(guild), keys.hook_secrets(guild)):
                continue
            async with self._link.trouble():
                found = await self._link.redis.hgetall(name)
            is_hook = name == keys.hook_secrets(guild)
            for field, text in found.items():
                yield SealedText(guild, field if is_hook else _target(field), text)

    async def swap_sealed(self, before: SealedText, after: str) -> bool:
        is_target = isinstance(before.of, Target)
        name = keys.sealed(before.guild) if is_target else keys.hook_secrets(before.guild)
        return bool(await self._link.run("sealed_swap", [name], [str(before.of), before.text, after]))

    async def every_api_key(self) -> AsyncIterator[ApiKey]:
        kept = RedisApiKeys(self._link)
        async for name in self._names(keys.OF_ALL_API_KEYS):
            if found := await kept.api_key(keys.tag(name)[1:]):
                yield found

    async def _names(self, pattern: str) -> AsyncIterator[str]:
        walking = self._link.redis.scan_iter(match=pattern, count=PAGE)
        while True:
            async with self._link.trouble():
                name = await anext(walking, None)
            if name is None:
                return
            yield name


def _target(field: str) -> Target:
    kind, _, number = field.partition(":")
    return Target(type=TargetKind(kind), id=int(number))
