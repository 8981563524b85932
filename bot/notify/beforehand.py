"""What can be seen before anything is sent: each refused request counts towards Discord's ban."""

from __future__ import annotations

import discord

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from alerts.domain.said import say
from bot.ui.permissions import missing_in, place_of

_MISSING_ACCESS, _MISSING_PERMISSIONS = 50001, 50013


def refuse_in_vain(client: discord.Client, letter: Letter) -> None:
    """DeliveryError when the gateway has told us that the bot may not post there. What is not known is tried."""
    guild = client.get_guild(letter.guild)
    place = place_of(guild, letter.target) if guild else None
    missing = missing_in(place) if place else ()
    if missing:
        code = _MISSING_ACCESS if "View Channel" in missing else _MISSING_PERMISSIONS
        raise DeliveryError(
            say("the bot lacks {permissions} there", permissions=", ".join(missing)), remedy=Remedy.PAUSE, code=code
        )
