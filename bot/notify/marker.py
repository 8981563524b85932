"""Whether a message of ours stands already, told by the footer of its first embed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import discord

from alerts.domain.letters import Letter
from alerts.ports import Clock
from bot.notify.failures import NO_READING
from bot.ui.letters import bears_mark

# Discord speaks of "the past few minutes" and promises no number.
NONCE_LASTS = timedelta(minutes=2)
_LOOK_BACK = 50

Observe = Callable[[str], None]
"""Told of each `ambiguous` attempt: one whose answer was lost, too long ago for its nonce."""


def is_stale(letter: Letter, clock: Clock) -> bool:
    """Whether the nonce of an earlier attempt may be forgotten by now."""
    return letter.tried_at is not None and clock.now() - letter.tried_at > NONCE_LASTS


def is_it(message: discord.Message, letter: Letter, me: int) -> bool:
    """Whether this is the letter as we posted it, or edited since."""
    footers = (embed.footer.text or "" for embed in message.embeds[:1])
    return message.author.id == me and any(bears_mark(footer, letter) for footer in footers)


async def standing(channel: discord.PartialMessageable, letter: Letter, me: int) -> int | None:
    """The id of our message among the channel's last ones; None when it is not there, or we may not read."""
    try:
        async for message in channel.history(limit=_LOOK_BACK):
            if is_it(message, letter, me):
                return message.id
    except discord.Forbidden as exc:
        if exc.code not in NO_READING:
            raise
    return None
