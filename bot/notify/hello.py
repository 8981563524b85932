"""A few words to one person, who has just asked for them. Nothing is repeated: whoever is waiting sees how it went."""

from __future__ import annotations

import discord

from bot.notify.troubles import in_our_words


class Hello:
    """See alerts.direct.Say."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def __call__(self, user: int, text: str) -> None:
        async with in_our_words():
            channel = await self._client.create_dm(discord.Object(user))
            await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
