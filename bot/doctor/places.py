"""Every channel that alerts name: is it there, may the bot post in it, and may it mention who should be told.

A bot in thousands of servers has thousands of channels, and shares Discord's limits with the running bot. So it goes
slowly, for a minute at most, says how far it came, and puts alike troubles in one line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.domain.text import plain
from alerts.domain.wishes import Subscription, TargetKind
from alerts.ports import Clock
from bot.doctor.findings import Finding, fail, fine, warn
from bot.doctor.granted import THREADS, Membership, lacking, may_mention
from bot.doctor.identity import Identity
from bot.doctor.rest import DiscordAway, Rest

LIMIT = 60.0  # seconds
_PER_PAGE = 200
_SHOWN = 5
_PATIENCE = 3  # servers that Discord tells nothing of, before the others are left alone, too
_IN_A_GUILD = frozenset({TargetKind.CHANNEL, TargetKind.FORUM})
_HIDDEN = frozenset({403, 404})
Wishes = Callable[[int], Awaitable[Sequence[Subscription]]]


@dataclass(frozen=True, slots=True)
class Guild:
    """A guild as Discord tells it."""

    name: str
    membership: Membership
    channels: Mapping[int, Any]


class Places:
    """`wishes`: a guild's subscriptions. `limit`: seconds for all of it."""

    def __init__(self, rest: Rest, identity: Identity, *, wishes: Wishes, clock: Clock, limit: float = LIMIT) -> None:
        self._rest, self._identity, self._wishes = rest, identity, wishes
        self._clock, self._limit = clock, limit
        self._troubles: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._mute: list[str] = []
        self._untold: list[str] = []
        self._seen = 0

    async def look(self) -> Sequence[Finding]:
        """Each guild that has alerts in channels, in turn."""
        until = self._clock.monotonic() + self._limit
        guilds, looked = await self._guilds(), 0
        for guild, name in guilds.items():
            if self._clock.monotonic() > until or len(self._untold) > _PATIENCE:
                break
            try:
                await self._look_at(guild, name)
            except DiscordAway:  # one that the bot has just left, or that is not there at the moment
                self._untold.append(name)
            looked += 1
        return [*self._told(), *self._left(looked, len(guilds))]

    async def operators(self, channel: int) -> Sequence[Finding]:
        """The channel in which the bot tells of its own troubles."""
        answer = await self._rest.get(f"/channels/{channel}")
        if answer.status in _HIDDEN:
            return [fail(f"operator.channel {channel} is gone or hidden from the bot", "name one that the bot can see")]
        if not answer.is_fine:
            raise DiscordAway(f"Discord answers {answer.status} to GET /channels/{channel}: try again later.")
        guild = await self._guild(int(answer.body["guild_id"]), "")
        missing = await self._lacking(guild, answer.body)
        if missing:
            return [fail(f"the bot lacks {', '.join(missing)} in operator.channel", "grant it there")]
        return [fine(f"operator.channel takes messages: #{plain(str(answer.body.get('name')), 60)}")]

    async def _guilds(self) -> dict[int, str]:
        found: dict[int, str] = {}
        while True:
            page = await self._rest.wanted(f"/users/@me/guilds?limit={_PER_PAGE}&after={max(found, default=0)}")
            fresh = {int(each["id"]): plain(str(each["name"]), 60) for each in page}
            is_last = len(page) < _PER_PAGE or fresh.keys() <= found.keys()
            found |= fresh
            if is_last:
                return found

    async def _guild(self, guild: int, name: str) -> Guild:
        facts = await self._rest.wanted(f"/guilds/{guild}")
        member = await self._rest.wanted(f"/guilds/{guild}/members/{self._identity.id}")
        channels = await self._rest.wanted(f"/guilds/{guild}/channels")
        membership = Membership(
            guild=guild,
            bot=self._identity.id,
            own=[int(role) for role in member["roles"]],
            roles={int(role["id"]): role for role in facts["roles"]},
            is_owner=str(facts.get("owner_id")) == str(self._identity.id),
        )
        return Guild(name or plain(str(facts["name"]), 60), membership, {int(each["id"]): each for each in channels})

    async def _look_at(self, guild_id: int, name: str) -> None:
        wishes = [each for each in await self._wishes(guild_id) if each.target.type in _IN_A_GUILD and not each.paused]
        if not wishes:
            return
        guild = await self._guild(guild_id, name)
        by_channel: dict[int, list[Subscription]] = defaultdict(list)
        for each in wishes:
            by_channel[each.target.id].append(each)
        for number, named_by in by_channel.items():
            channel = guild.channels.get(number) or await self._thread(number)
            if channel is None:
                self._troubles["gone or hidden from the bot", ""].append(f"{number} ({name})")
                continue
            self._seen += 1
            where = f"#{plain(str(channel.get('name')), 60)} ({name})"
            for missing in await self._lacking(guild, channel):
                self._troubles["lacks", missing].append(where)
            self._mute += self._unheard(guild, channel, where, named_by)

    async def _thread(self, number: int) -> Any:
        """A thread is in no list of channels."""
        answer = await self._rest.get(f"/channels/{number}")
        if not answer.is_fine and answer.status not in _HIDDEN:
            raise DiscordAway(f"Discord answers {answer.status} to GET /channels/{number}: try again later.")
        return answer.body if answer.is_fine else None

    async def _lacking(self, guild: Guild, channel: Mapping[str, Any]) -> Sequence[str]:
        parent = guild.channels.get(int(channel["parent_id"] or 0)) if int(channel.get("type", 0)) in THREADS else None
        return lacking(guild.membership, channel, parent=parent)

    def _unheard(
        self, guild: Guild, channel: Mapping[str, Any], where: str, wishes: Sequence[Subscription]
    ) -> Iterator[str]:
        for role in sorted({each.mention_role for each in wishes if each.mention_role}):
            may = may_mention(guild.membership, role, channel)
            if not may:
                known = guild.membership.roles.get(role, {})
                yield f"@{plain(str(known.get('name', role)), 60)}{' (gone)' if may is None else ''} in {where}"

    def _told(self) -> Iterator[Finding]:
        for (what, missing), where in self._troubles.items():
            if missing:
                yield fail(f"the bot lacks {missing} in {_some(where)}", "grant it in that channel's permissions")
            else:
                yield fail(
                    f"channels that alerts name are {what}: {_some(where)}", "point the alerts elsewhere: /alerts edit"
                )
        if self._mute:
            cure = "let anyone @mention the role, or grant the bot Mention Everyone there"
            yield warn(f"alerts mention roles that hear nothing of it: {_some(self._mute)}", cure)
        if self._untold:
            yield warn(f"Discord told nothing of {_some(self._untold)}", "try again later")
        if not self._troubles:
            yield fine(f"{self._seen} channel{'s' if self._seen != 1 else ''} that alerts name take messages")

    def _left(self, looked: int, there: int) -> Iterator[Finding]:
        if looked < there:
            said = f"{looked} of {there} servers were looked at within {self._limit:.0f} s"
            yield warn(said, "the others tell their own admins when a channel takes no message (/alerts list)")


def _some(places: Sequence[str]) -> str:
    more = len(places) - _SHOWN
    return ", ".join(places[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
