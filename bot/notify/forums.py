"""Into a forum: each letter a post of its own. Discord knows no nonce there, so this is at least once."""

from __future__ import annotations

from datetime import timedelta

import discord

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from bot.notify.beforehand import refuse_in_vain
from bot.notify.channels import change, own_id
from bot.notify.marker import Observe, is_it
from bot.notify.troubles import in_our_words
from bot.ui.language import N_
from bot.ui.letters import allowed_mentions, letter_embeds, letter_text, letter_title
from bot.ui.own import letter_view

_MOST_LOOKED_AT = 10
_CLOCKS_DIFFER = timedelta(minutes=1)


class Forums:
    """See alerts.delivery.notifier.Notifier. A post and its first message share their id."""

    def __init__(self, client: discord.Client, *, observe: Observe) -> None:
        self._client, self._observe = client, observe

    async def post(self, letter: Letter) -> int:
        refuse_in_vain(self._client, letter)
        async with in_our_words():
            if letter.tried_at:
                self._observe("ambiguous")
                if found := await self._standing(letter):
                    return found
            forum = await self._forum(letter.target.id)
            made = await forum.create_thread(
                name=letter_title(letter),
                content=letter_text(letter),
                embeds=letter_embeds(letter),
                applied_tags=[tag for tag in forum.available_tags if tag.id in letter.target.tags],
                allowed_mentions=allowed_mentions(letter),
                view=letter_view(letter) or discord.utils.MISSING,
            )
            return made.message.id

    async def edit(self, letter: Letter, message_id: int) -> None:
        async with in_our_words():
            post = self._client.get_partial_messageable(message_id, guild_id=letter.guild)
            await change(self._client, post, letter, message_id, mentions=True)

    async def _forum(self, forum: int) -> discord.ForumChannel:
        found = self._client.get_channel(forum) or await self._client.fetch_channel(forum)
        if not isinstance(found, discord.ForumChannel):
            raise DeliveryError(N_("the target is no forum any more"), remedy=Remedy.PAUSE)
        return found

    async def _standing(self, letter: Letter) -> int | None:
        """Our post among the newest of the forum, since the first attempt; None too when we may not read them."""
        me, forum, tried_at = own_id(self._client), letter.target.id, letter.tried_at
        guild = self._client.get_guild(letter.guild) or await self._client.fetch_guild(letter.guild)
        ours = [
            thread
            for thread in await guild.active_threads()
            if thread.parent_id == forum and thread.owner_id == me
            if tried_at is None or discord.utils.snowflake_time(thread.id) >= tried_at - _CLOCKS_DIFFER
        ]
        for thread in sorted(ours, key=lambda thread: thread.id, reverse=True)[:_MOST_LOOKED_AT]:
            try:
                first = await thread.fetch_message(thread.id)
            except (discord.Forbidden, discord.NotFound):
                continue
            if is_it(first, letter, me):
                return first.id
        return None
