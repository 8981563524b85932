"""The operator's own channel: plain words, nobody is mentioned."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord
import structlog

_DELETED_MEANWHILE = 10008
_LONGEST = 2_000
log = structlog.get_logger()


class OperatorChannel:
    """See alerts.watchdog.Tell."""

    def __init__(self, client: discord.Client, channel: int) -> None:
        self._client, self._channel = client, channel

    async def __call__(self, text: str, *, nonce: str, answers: int | None = None) -> int | None:
        if self._client.user is None or self._client.is_closed():
            return None
        place = self._client.get_partial_messageable(self._channel)
        # What it answers may be gone by now: then it stands for itself.
        reference = discord.MessageReference(
            message_id=answers or 0, channel_id=self._channel, fail_if_not_exists=False
        )
        more: dict[str, Any] = {"reference": reference} if answers else {}
        try:
            message = await place.send(
                discord.utils.escape_mentions(text)[:_LONGEST],
                nonce=nonce,
                allowed_mentions=discord.AllowedMentions.none(),
                suppress_embeds=True,
                **more,
            )
        except discord.HTTPException as exc:
            if exc.code == _DELETED_MEANWHILE:
                return answers or 1  # it was said, and somebody deleted it
            log.warning("cannot tell the operator", channel=self._channel, status=exc.status, code=exc.code)
            return None
        except (discord.RateLimited, aiohttp.ClientError, OSError) as exc:
            log.info("cannot tell the operator now", channel=self._channel, reason=type(exc).__name__)
            return None
        return message.id
