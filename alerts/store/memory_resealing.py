"""Everything that is sealed, in dictionaries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from alerts.domain.api_keys import ApiKey
from alerts.domain.wishes import Target, TargetKind
from alerts.store.memory_api_keys import MemoryApiKeys
from alerts.store.memory_sealed import MemorySealed
from alerts.store.memory_webhooks import MemoryWebhooks
from alerts.store.promises.resealing import SealedText


@dataclass
class MemoryResealing(MemoryWebhooks, MemoryApiKeys, MemorySealed):
    """See promises.resealing."""

    async def everything_sealed(self) -> AsyncIterator[SealedText]:
        for (guild, name), text in list(self._sealed.items()):
            kind, _, number = name.partition(":")
            yield SealedText(guild, Target(type=TargetKind(kind), id=int(number)), text)
        for (guild, webhook), text in list(self._hook_secrets.items()):
            yield SealedText(guild, webhook, text)

    async def swap_sealed(self, before: SealedText, after: str) -> bool:
        kept = self._sealed if isinstance(before.of, Target) else self._hook_secrets
        there = kept.get((before.guild, str(before.of)))
        if there not in (before.text, after):
            return False
        kept[before.guild, str(before.of)] = after
        return True

    async def every_api_key(self) -> AsyncIterator[ApiKey]:
        for name in list(self._api_keys):
            if found := await self.api_key(name):
                yield found
