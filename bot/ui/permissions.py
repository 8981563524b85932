"""What the bot lacks in a place, in Discord's own words. No I/O: it asks what discord.py keeps of the guild."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import discord
from discord.abc import GuildChannel

from alerts.domain.wishes import Target, TargetKind
from bot.ui.language import N_, t

Place: TypeAlias = GuildChannel | discord.Thread
_IN_A_GUILD = frozenset({TargetKind.CHANNEL, TargetKind.FORUM})


def place_of(guild: discord.Guild, target: Target) -> Place | None:
    """The channel, forum or thread; None when it is gone, hidden, or no place in a guild."""
    return guild.get_channel_or_thread(target.id) if target.type in _IN_A_GUILD else None


def missing_in(place: Place, *, embeds: bool = True) -> Sequence[str]:
    """Every permission to grant before an alert can be posted there, each only if it is really missing itself."""
    granted = _granted(place)
    if granted is None:
        return []
    needs = {N_("View Channel"): granted.view_channel}
    if isinstance(place, discord.Thread):
        needs[N_("Send Messages in Threads")] = granted.send_messages_in_threads
    else:
        write = N_("Create Posts") if isinstance(place, discord.ForumChannel) else N_("Send Messages")
        needs[write] = granted.send_messages
    if embeds:
        needs[N_("Embed Links")] = granted.embed_links
    return [name for name, is_there in needs.items() if not is_there]


def named(missing: Sequence[str]) -> list[str]:
    """Permissions as Discord calls them in the language of the moment; `missing_in` and memory know the English."""
    return [t(name) for name in missing]


def _granted(place: Place) -> discord.Permissions | None:
    """The roles' and the channel's own grants, without what Discord concludes from one that is missing.

    `permissions_for` says that who cannot see a channel cannot write in it; but then granting View Channel is enough.
    """
    channel = place.parent if isinstance(place, discord.Thread) else place
    me = place.guild.me
    if channel is None or me is None:
        return None
    base = me.guild_permissions
    if base.administrator:
        return base
    value = base.value
    everyone, *own = me.roles
    layers: list[list[discord.Role] | list[discord.Member]] = [[everyone], own, [me]]
    for layer in layers:
        pairs = [channel.overwrites_for(each).pair() for each in layer]
        for _, denied in pairs:
            value &= ~denied.value
        for allowed, _ in pairs:
            value |= allowed.value
    return discord.Permissions(value)
