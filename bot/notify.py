"""Target → message, through the bot's own connection."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import discord

from alerts.domain.deliveries import Delivery
from alerts.domain.errors import DeliveryError
from bot.ui.embeds import alert_embed, alert_text

# Codes of Discord's that do not go away by trying again (reference: Discord's error code list).
_GONE = {10003, 10004, 10013}  # unknown channel, guild, user
_FORBIDDEN_FOR_NOW = timedelta(minutes=10)
_DELETED_MEANWHILE = 10008


class DiscordNotifier:
    """Post to channels and threads. The delivery's id is the nonce: Discord posts the same one once."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._in_flight: set[asyncio.Task[int]] = set()

    async def send(self, delivery: Delivery) -> int:
        """Post it and answer the message's id, or raise DeliveryError."""
        # discord.py hangs for ever after a send is cancelled during a global limit: so none ever is.
        sending = asyncio.create_task(self._post(delivery), name=f"send {delivery.id}")
        self._in_flight.add(sending)
        sending.add_done_callback(self._in_flight.discard)
        return await asyncio.shield(sending)

    async def drain(self) -> None:
        """Return when nothing is on its way any more."""
        await asyncio.gather(*self._in_flight, return_exceptions=True)

    async def _post(self, delivery: Delivery) -> int:
        channel = self._client.get_partial_messageable(delivery.target.id, guild_id=delivery.guild)
        roles = [discord.Object(delivery.mention_role)] if delivery.mention_role else False
        try:
            message = await channel.send(
                alert_text(delivery),
                embed=alert_embed(delivery),
                nonce=delivery.id,
                allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=roles),
            )
        except discord.RateLimited as exc:
            raise DeliveryError(
                "Discord's limit", permanent=False, retry_after=timedelta(seconds=exc.retry_after)
            ) from exc
        except discord.HTTPException as exc:
            if exc.code == _DELETED_MEANWHILE:
                return 0  # it was delivered, and somebody deleted it
            raise _classified(exc) from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise DeliveryError(f"no answer from Discord ({type(exc).__name__})", permanent=False) from exc
        return message.id


def _classified(exc: discord.HTTPException) -> DeliveryError:
    text = f"Discord answered {exc.status} ({exc.code}): {exc.text or 'no reason given'}"
    if exc.status >= 500 or exc.status == 429:
        return DeliveryError(text, permanent=False)
    if exc.status == 403 and exc.code not in _GONE:
        return DeliveryError(text, permanent=False, retry_after=_FORBIDDEN_FOR_NOW)
    return DeliveryError(text, permanent=True)
