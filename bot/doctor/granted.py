"""What the bot lacks in a channel, by Discord's own permission arithmetic over what REST tells. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ADMINISTRATOR, VIEW, SEND, EMBED = 1 << 3, 1 << 10, 1 << 11, 1 << 14
MENTION, IN_THREADS = 1 << 17, 1 << 38
THREADS = frozenset({10, 11, 12})
FORUMS = frozenset({15, 16})

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot in one guild: its roles there, and those of the guild by their ids."""

    guild: int
    bot: int
    own: Collection[int]
    roles: Mapping[int, Json]
    is_owner: bool = False

    def in_guild(self) -> int:
        """What its roles grant, before any channel has its say."""
        granted = self._of(self.guild)
        for role in self.own:
            granted |= self._of(role)
        return -1 if self.is_owner or granted & ADMINISTRATOR else granted

    def in_channel(self, channel: Json) -> int:
        """With the channel's own: @everyone's first, then the roles' together, then the bot's.

        Without what Discord concludes from one that is missing: granting View Channel may be enough.
        """
        granted = self.in_guild()
        if granted == -1:
            return granted
        own = {int(each["id"]): each for each in channel.get("permission_overwrites", ())}
        for layer in ([self.guild], list(self.own), [self.bot]):
            there = [own[each] for each in layer if each in own]
            for each in there:
                granted &= ~int(each["deny"])
            for each in there:
                granted |= int(each["allow"])
        return granted

    def _of(self, role: int) -> int:
        return int(self.roles.get(role, {}).get("permissions", 0))


def lacking(it: Membership, channel: Json, *, parent: Json | None = None) -> Sequence[str]:
    """The permissions to grant before an alert can be posted; a thread has its parent's."""
    granted = it.in_channel(parent or channel)
    kind = int(channel.get("type", 0))
    if kind in THREADS:
        write = ("Send Messages in Threads", IN_THREADS)
    else:
        write = ("Create Posts" if kind in FORUMS else "Send Messages", SEND)
    needs = (("View Channel", VIEW), write, ("Embed Links", EMBED))
    return [name for name, bit in needs if not granted & bit]


def may_mention(it: Membership, role: int, channel: Json) -> bool | None:
    """Whether a mention of the role there pings it; None when there is no such role."""
    if role == it.guild:  # @everyone
        return bool(it.in_channel(channel) & MENTION)
    found = it.roles.get(role)
    if found is None:
        return None
    return bool(found.get("mentionable")) or bool(it.in_channel(channel) & MENTION)
