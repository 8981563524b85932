"""Whether alerts can be sent to a channel: the bot may post there, and whoever asks may see it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from alerts.domain.errors import BadInput
from alerts.domain.wishes import Subscription, Target, TargetKind
from bot.ui.language import t
from bot.ui.panel import PLACES
from bot.ui.permissions import Place, missing_in, named, place_of

_KINDS = (discord.TextChannel, discord.Thread, discord.ForumChannel)


class PlaceOption(app_commands.Transformer):
    """A channel option that answers the channel's id, also of one that the bot cannot see."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return PLACES

    async def transform(self, _: discord.Interaction[Any], value: Any, /) -> int:
        return int(value.id)


async def chosen_place(interaction: discord.Interaction[Any], channel: int) -> Target:
    """The channel, thread or forum as a target; BadInput for what is none here, or not to the asker's eyes."""
    found = interaction.guild.get_channel_or_thread(channel) if interaction.guild else None
    if not isinstance(found, _KINDS):
        raise BadInput(t("Alerts need a text channel, a thread or a forum that I can see: choose one as the channel."))
    if not await _is_seen(interaction, found):
        raise BadInput(t("You cannot see that channel yourself: choose one that you can see."))
    is_forum = isinstance(found, discord.ForumChannel)
    return Target(type=TargetKind.FORUM if is_forum else TargetKind.CHANNEL, id=found.id)


def check_place(interaction: discord.Interaction[Any], target: Target) -> None:
    """BadInput names what keeps the bot from posting there."""
    if target.type not in (TargetKind.CHANNEL, TargetKind.FORUM):
        return
    place = place_here(interaction, target)
    if place is None:
        raise BadInput(t("Alerts need a text channel, a thread or a forum that I can see: choose one as the channel."))
    if missing := missing_in(place):
        names = ", ".join(named(missing))
        raise BadInput(
            t("I lack {names} in {place}: grant it there, then try again.", names=names, place=place.mention)
        )
    if isinstance(place, discord.ForumChannel) and place.flags.require_tag and not target.tags:
        raise BadInput(t("The forum {place} wants a tag on each post: choose one in the panel.", place=place.mention))


def check_role(interaction: discord.Interaction[Any], wish: Subscription, before: Subscription | None = None) -> None:
    """Mentioning everybody is for those who may do it themselves; an alert that did already may stay as it is."""
    if wish.mention_role != wish.guild or interaction.permissions.mention_everyone:
        return
    if before is None or before.mention_role != wish.mention_role or before.target != wish.target:
        raise BadInput(
            t(
                "Mentioning everyone needs the permission **Mention @everyone, @here, and All Roles**, which you"
                " lack here."
            )
        )


def place_here(interaction: discord.Interaction[Any], target: Target) -> Place | None:
    """The channel of a target in the guild that was asked from; None for one that is gone, hidden or elsewhere."""
    return place_of(interaction.guild, target) if interaction.guild else None


def missing_here(interaction: discord.Interaction[Any], target: Target) -> list[str]:
    """What the bot lacks there; nothing where that cannot be known."""
    place = place_here(interaction, target)
    return list(missing_in(place)) if place else []


async def _is_seen(interaction: discord.Interaction[Any], place: Place) -> bool:
    """Whether the asker may see it. Of a private thread only Discord knows its people."""
    asker = interaction.user
    if not isinstance(asker, discord.Member) or place.id == interaction.channel_id:
        return isinstance(asker, discord.Member)
    granted = place.permissions_for(asker)
    if not granted.view_channel:
        return False
    if not isinstance(place, discord.Thread) or not place.is_private() or granted.manage_threads:
        return True
    try:
        return await place.fetch_member(asker.id) is not None
    except discord.HTTPException:
        return False
