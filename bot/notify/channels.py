"""Into a channel or a thread, or to one person: the letter's id is the nonce, and Discord posts the same one once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from alerts.domain.said import say
from alerts.ports import Clock
from bot.notify.beforehand import refuse_in_vain
from bot.notify.failures import ARCHIVED, DELETED_MEANWHILE
from bot.notify.marker import Observe, is_stale, standing
from bot.notify.troubles import in_our_words
from bot.ui.letters import allowed_mentions, letter_embeds, letter_text
from bot.ui.own import letter_view

NOBODY = discord.AllowedMentions.none()


class Channels:
    """See alerts.delivery.notifier.Notifier."""

    mentions = True

    def __init__(self, client: discord.Client, *, clock: Clock, observe: Observe) -> None:
        self._client, self._clock, self._observe = client, clock, observe

    async def post(self, letter: Letter) -> int:
        refuse_in_vain(self._client, letter)
        async with in_our_words():
            place = await self._place(letter)
            if is_stale(letter, self._clock):
                self._observe("ambiguous")
                if found := await standing(place, letter, own_id(self._client)):
                    return found
            return await awake(self._client, place.id, lambda: self._send(place, letter))

    async def edit(self, letter: Letter, message_id: int) -> None:
        async with in_our_words():
            place = await self._place(letter)
            await change(self._client, place, letter, message_id, mentions=self.mentions)

    async def _place(self, letter: Letter) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(letter.target.id, guild_id=letter.guild)

    async def _send(self, place: discord.PartialMessageable, letter: Letter) -> int:
        try:
            message = await place.send(
                letter_text(letter, mentions=self.mentions),
                embeds=letter_embeds(letter),
                nonce=letter.id,
                view=letter_view(letter) or discord.utils.MISSING,
                allowed_mentions=allowed_mentions(letter) if self.mentions else NOBODY,
            )
        except discord.NotFound as exc:
            if exc.code != DELETED_MEANWHILE:
                raise
            return 0
        return message.id


class People(Channels):
    """Direct messages. Whom they are for is known, so nobody is mentioned."""

    mentions = False

    def __init__(self, client: discord.Client, *, clock: Clock, observe: Observe) -> None:
        super().__init__(client, clock=clock, observe=observe)
        self._channels: dict[int, int] = {}

    async def _place(self, letter: Letter) -> discord.PartialMessageable:
        person = letter.target.id
        if person not in self._channels:
            self._channels[person] = (await self._client.create_dm(discord.Object(person))).id
        return self._client.get_partial_messageable(self._channels[person], type=discord.ChannelType.private)


async def change(
    client: discord.Client, place: discord.PartialMessageable, letter: Letter, message_id: int, *, mentions: bool
) -> None:
    """Edit a message, without a ping; one that was deleted stays deleted."""
    text, embeds = letter_text(letter, mentions=mentions), letter_embeds(letter)

    async def write() -> int:
        message = place.get_partial_message(message_id)
        return (await message.edit(content=text, embeds=embeds, allowed_mentions=NOBODY)).id

    try:
        await awake(client, place.id, write)
    except discord.NotFound as exc:
        if exc.code != DELETED_MEANWHILE:
            raise


async def awake(client: discord.Client, place: int, write: Callable[[], Awaitable[int]]) -> int:
    """Write; into an archived thread once more, after waking it up."""
    try:
        return await write()
    except discord.HTTPException as exc:
        if exc.code != ARCHIVED:
            raise
    thread = await client.fetch_channel(place)
    if isinstance(thread, discord.Thread):
        await thread.edit(archived=False)
    return await write()


def own_id(client: discord.Client) -> int:
    """The bot's own id. Whoever is not logged in has none, and cannot send either."""
    if client.user is None:
        raise DeliveryError(say("not logged in to Discord"), remedy=Remedy.RETRY)
    return client.user.id
