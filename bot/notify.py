"""Target → message, through the bot's own connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta

import aiohttp
import discord

from alerts.domain.deliveries import Delivery
from alerts.domain.episodes import Episode
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.model import Snapshot
from bot.ui.alerts import alert_embeds, alert_text, episode_embed, episode_text

# Codes of Discord's that do not go away by trying again (reference: Discord's error code list).
_GONE = {10003, 10004, 10013}  # unknown channel, guild, user
_FORBIDDEN_FOR_NOW = timedelta(minutes=10)
_DELETED_MEANWHILE = 10008
_BAD_MESSAGE = (400, 413)  # what we wrote cannot be posted, ever
_DRAIN = 5.0  # with the rest of the end still within the ten seconds that Docker gives


class DiscordNotifier:
    """Post to channels and threads. The delivery's id is the nonce: Discord posts the same one once."""

    def __init__(self, client: discord.Client, *, patience: float = 4.0) -> None:
        """`patience`: seconds to wait for an answer before the others' turn; shorter than the deliverer's lease."""
        self._client, self._patience = client, patience
        self._in_flight: dict[str, asyncio.Task[int]] = {}

    async def send(self, delivery: Delivery, snapshot: Snapshot) -> int:
        """Post it and answer the message's id, or raise DeliveryError."""
        return await self._under_way(delivery.id, lambda: self._post(delivery, snapshot))

    async def edit(self, episode: Episode, snapshot: Snapshot) -> None:
        """Make the episode's message show how it stands, or raise DeliveryError."""
        await self._under_way(f"{episode.message_id}:{episode.revision}", lambda: self._change(episode, snapshot))

    async def _under_way(self, name: str, start: Callable[[], Coroutine[None, None, int]]) -> int:
        """Wait a while for a request. Asked again for one that is still under way, wait for that one."""
        # discord.py hangs for ever after a send is cancelled during a global limit: so none ever is.
        sending = self._in_flight.get(name)
        if sending is None:
            sending = self._in_flight[name] = asyncio.create_task(start(), name=f"send {name}")
        done, _ = await asyncio.wait({sending}, timeout=self._patience)
        if not done:
            raise DeliveryError(f"no answer from Discord within {self._patience:.0f} s")
        self._in_flight.pop(name, None)
        return sending.result()

    async def drain(self) -> None:
        """Return when nothing is on its way any more, or a Discord that hangs has had its time."""
        if self._in_flight:
            done, _ = await asyncio.wait(self._in_flight.values(), timeout=_DRAIN)
            await asyncio.gather(*done, return_exceptions=True)

    async def _post(self, delivery: Delivery, snapshot: Snapshot) -> int:
        channel = self._client.get_partial_messageable(delivery.target.id, guild_id=delivery.guild)
        roles = [discord.Object(delivery.mention_role)] if delivery.mention_role else False
        is_everyone = delivery.mention_role == delivery.guild
        mentions = discord.AllowedMentions(everyone=is_everyone, users=False, roles=roles)
        message: discord.Message | None = None
        with _in_our_words():
            message = await channel.send(
                alert_text(delivery),
                embeds=alert_embeds(delivery, snapshot),
                nonce=delivery.id,
                allowed_mentions=mentions,
            )
        return message.id if message else 0  # it was delivered, and somebody deleted it

    async def _change(self, episode: Episode, snapshot: Snapshot) -> int:
        assert episode.message_id
        channel = self._client.get_partial_messageable(episode.target.id, guild_id=episode.guild)
        with _in_our_words():
            message = channel.get_partial_message(episode.message_id)
            await message.edit(
                content=episode_text(episode),
                embed=episode_embed(episode, snapshot),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        return episode.message_id


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Discord's errors as DeliveryError; a message that somebody deleted is none."""
    try:
        yield
    except discord.RateLimited as exc:
        pause = timedelta(seconds=exc.retry_after)
        raise DeliveryError("Discord's limit", retry_after=pause) from exc
    except discord.HTTPException as exc:
        if exc.code != _DELETED_MEANWHILE:
            raise _classified(exc) from exc
    except (aiohttp.ClientError, OSError) as exc:
        raise DeliveryError(f"no answer from Discord ({type(exc).__name__})") from exc


def _classified(exc: discord.HTTPException) -> DeliveryError:
    text = f"Discord answered {exc.status} ({exc.code}): {exc.text or 'no reason given'}"
    if exc.status >= 500 or exc.status == 429:
        return DeliveryError(text)
    if exc.status == 403 and exc.code not in _GONE:
        return DeliveryError(text, retry_after=_FORBIDDEN_FOR_NOW)
    # Anything else, such as a token that is being replaced (401), is nothing the message can help.
    return DeliveryError(text, remedy=Remedy.BURY if exc.code in _GONE or exc.status in _BAD_MESSAGE else Remedy.RETRY)
