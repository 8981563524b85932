"""Whose channel is whose, as Discord says: for programs that name one by its number."""

from __future__ import annotations

import aiohttp
import structlog

from alerts.domain.errors import BadInput, StoreUnavailable

_PATIENCE = aiohttp.ClientTimeout(total=5)
_NOT_SEEN = frozenset({401, 403, 404})
log = structlog.get_logger()


class Channels:
    """Asks Discord each time: a process that only serves the web has no gateway to know it from."""

    def __init__(self, *, api_base: str, token: str | None) -> None:
        self._api_base, self._token = api_base, token

    async def has_channel(self, guild: int, channel: int) -> bool:
        """Whether the channel, thread or forum is the guild's and the bot sees it."""
        if self._token is None:
            raise BadInput("This process has no Discord token, so it cannot see whose channel that is.")
        headers = {"Authorization": f"Bot {self._token}"}
        address = f"{self._api_base.rstrip('/')}/channels/{channel}"
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as session,
                session.get(address, headers=headers) as said,
            ):
                if said.status in _NOT_SEEN:
                    return False
                said.raise_for_status()
                return str((await said.json()).get("guild_id")) == str(guild)
        except (aiohttp.ClientError, TimeoutError, ValueError) as exc:
            log.warning("Discord did not say whose channel it is", reason=type(exc).__name__)
            raise StoreUnavailable("Discord does not answer, so it is not known whose channel that is.") from None
