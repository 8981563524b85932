"""What memory promises about API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerts.domain.api_keys import ApiKey


class ApiKeyStore(Protocol):
    """The keys of every guild. A record is found by the key's id alone; it names its guild."""

    async def add_api_key(self, key: ApiKey, *, most: int | None, ttl: timedelta | None) -> bool:
        """Keep it for so long; False when its guild has `most` already, or its id is taken."""

    async def api_key(self, key_id: str) -> ApiKey | None:
        """The key of this id, whoever has it."""

    async def api_keys(self, guild: int) -> Sequence[ApiKey]:
        """A guild's own, oldest first."""

    async def swap_api_key(self, before: ApiKey, after: ApiKey, *, ttl: timedelta | None) -> bool:
        """Keep it, for so long, instead of the one before; False when that has changed or is gone."""

    async def note_api_key_used(self, key_id: str, at: datetime) -> None:
        """Remember when it was last used; one that is gone stays gone."""

    async def remove_api_key(self, guild: int, key_id: str) -> None:
        """From now on it opens nothing; what is another guild's stays."""


class Derives(Protocol):
    """Makes keys for one purpose each out of the secret key that lies outside of memory."""

    def derive(self, purpose: str) -> bytes:
        """The one that is used now; BadInput when there is no secret key and no place to keep one."""

    def derivations(self, purpose: str) -> Sequence[bytes]:
        """The one that is used now and those of older secret keys; none when there is no secret key."""
