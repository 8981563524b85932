"""Through a channel's webhook. Discord knows no nonce there, so this is at least once."""

from __future__ import annotations

import re

import aiohttp
import discord

from alerts.addresses import Addresses
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from bot.notify.failures import DELETED_MEANWHILE
from bot.notify.troubles import in_our_words
from bot.ui.language import N_
from bot.ui.letters import allowed_mentions, letter_embeds, letter_text

_SECRET = re.compile(r"/webhooks/(\d+)/([\w.-]+)")


class Webhooks:
    """See alerts.delivery.notifier.Notifier."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._session: aiohttp.ClientSession | None = None

    async def post(self, letter: Letter) -> int:
        webhook = await self._webhook(letter)
        async with in_our_words(is_webhook=True):
            message = await webhook.send(
                letter_text(letter),
                embeds=letter_embeds(letter),
                allowed_mentions=allowed_mentions(letter),
                wait=True,  # else a message that was not kept looks like one that was
            )
            return message.id

    async def edit(self, letter: Letter, message_id: int) -> None:
        webhook = await self._webhook(letter)
        async with in_our_words(is_webhook=True):
            try:
                await webhook.edit_message(
                    message_id,
                    content=letter_text(letter),
                    embeds=letter_embeds(letter),
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            except discord.NotFound as exc:
                if exc.code != DELETED_MEANWHILE:
                    raise

    async def aclose(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _webhook(self, letter: Letter) -> discord.Webhook:
        found = _SECRET.search(await self._addresses.of(letter.guild, letter.target))
        if found is None:
            raise DeliveryError(N_("the webhook's address is malformed"), remedy=Remedy.DISABLE)
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
        return discord.Webhook.partial(int(found[1]), found[2], session=self._session)
