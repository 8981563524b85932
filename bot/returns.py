"""A target comes back when its permission does, and ends when its channel is deleted. The `guilds` intent tells."""

from __future__ import annotations

from typing import Protocol

import discord
import structlog
from discord.abc import GuildChannel
from discord.ext import commands

from alerts.domain.errors import StoreError
from alerts.domain.standing import FIRST_PAUSE, Notice, Standing, StandingState, gone
from alerts.domain.wishes import TargetKind
from alerts.ports import Clock
from alerts.store.ports import Standings, Wishes
from bot.ui.permissions import missing_in, place_of
from bot.ui.standing import NO_ACCESS, NO_PERMISSION

_DELETED = 10003
_IN_A_GUILD = frozenset({TargetKind.CHANNEL, TargetKind.FORUM})
_STORE_AWAY = 1.0
log = structlog.get_logger()


class ReturnStore(Standings, Wishes, Protocol):
    """The parts of memory that this needs."""


class Returns(commands.Cog):
    """Listens to what may have mended or ended a target, and looks once however many events there are."""

    def __init__(self, client: discord.Client, *, store: ReturnStore, clock: Clock) -> None:
        self._client, self._store, self._clock = client, store, clock
        self._changed = set[int]()
        self._deleted = set[tuple[int, int]]()
        self._left = set[int]()
        self._is_looking = False
        self._probed = dict[str, float]()

    # What may have given a permission back. GUILD_MEMBER_UPDATE comes without its intent for the bot itself alone.

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """At the start, too: nobody told us what happened while we were away."""
        await self._look_at(guild)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._look_at(guild)

    @commands.Cog.listener()
    async def on_guild_update(self, _: discord.Guild, guild: discord.Guild) -> None:
        await self._look_at(guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        await self._look_at(role.guild)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        await self._look_at(role.guild)

    @commands.Cog.listener()
    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        if member == member.guild.me:
            await self._look_at(member.guild)

    @commands.Cog.listener()
    async def on_guild_channel_update(self, _: GuildChannel, channel: GuildChannel) -> None:
        await self._look_at(channel.guild)

    @commands.Cog.listener()
    async def on_thread_update(self, _: discord.Thread, thread: discord.Thread) -> None:
        await self._look_at(thread.guild)

    @commands.Cog.listener()
    async def on_thread_join(self, thread: discord.Thread) -> None:
        """Seen again: it was opened again, or its channel is no longer hidden."""
        await self._look_at(thread.guild)

    # What ends a target.

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: GuildChannel) -> None:
        await self._ended(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        await self._ended(thread.guild_id, thread.thread_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self._left.add(guild.id)
        await self._work()

    # What follows from it.

    async def _look_at(self, guild: discord.Guild) -> None:
        self._changed.add(guild.id)
        await self._work()

    async def _ended(self, guild: int, channel: int) -> None:
        self._deleted.add((guild, channel))
        await self._work()

    async def _work(self) -> None:
        """Look until nothing is left to look at; what happens meanwhile is seen by the same."""
        if self._is_looking:
            return
        self._is_looking = True
        try:
            while (self._changed or self._deleted or self._left) and not self._client.is_closed():
                try:
                    await self._turn()
                except StoreError as exc:
                    log.warning("returning targets wait for the store", reason=str(exc))
                    await self._clock.sleep(_STORE_AWAY)
        finally:
            self._is_looking = False

    async def _turn(self) -> None:
        left, deleted, changed = set(self._left), set(self._deleted), set(self._changed)
        for guild in left:
            await self._forget(guild)
        self._left -= left
        for guild, channel in deleted:
            await self._disable(guild, channel)
        self._deleted -= deleted
        # Those that arrive from here on are looked at in the next turn.
        self._changed -= changed
        try:
            standings = (await self._store.standings()).values()
            mine = [each for each in standings if each.guild in changed and not each.is_fine]
            notices = await self._store.notices() if mine else {}
            for each in mine:
                await self._mend(each, notices.get(str(each.target)))
        except StoreError:
            self._changed |= changed
            raise

    async def _disable(self, guild: int, channel: int) -> None:
        subscribed = {each.target for each in await self._store.subscriptions(guild)}
        for target in subscribed:
            if target.id == channel and target.type in _IN_A_GUILD:
                why = "its channel was deleted"
                await self._store.put_standing(gone(target, guild, reason=why, code=_DELETED, now=self._clock.now()))
                log.info("target disabled", target=str(target), guild=guild, reason=why)

    async def _forget(self, guild: int) -> None:
        """Nobody is there to be told, and another invitation starts anew."""
        for each in (await self._store.standings()).values():
            if each.guild == guild:
                await self._store.clear_standing(each.target)
        for notice in (await self._store.notices()).values():
            if notice.standing.guild == guild:
                await self._store.clear_notice(notice.standing.target)

    async def _mend(self, standing: Standing, notice: Notice | None) -> None:
        guild = self._client.get_guild(standing.guild)
        place = place_of(guild, standing.target) if guild else None
        if place is None or missing_in(place):
            return
        if standing.code in (NO_ACCESS, NO_PERMISSION) and _was_missing(standing, notice):
            await self._store.clear_standing(standing.target)
            log.info("target is back", target=str(standing.target), guild=standing.guild)
        elif standing.state is StandingState.PAUSED and not (isinstance(place, discord.Thread) and place.locked):
            await self._try_now(standing)

    async def _try_now(self, standing: Standing) -> None:
        """What kept us out cannot be seen from here, so a message has to find out; not at every event."""
        name, now = str(standing.target), self._clock.monotonic()
        if now < self._probed.get(name, 0.0) or standing.may_be_tried(self._clock.now()):
            return
        pause = FIRST_PAUSE.total_seconds()
        self._probed = {each: at for each, at in self._probed.items() if at > now} | {name: now + pause}
        await self._store.put_standing(standing.model_copy(update={"until": self._clock.now()}))
        log.info("target is tried early", target=name, guild=standing.guild)


def _was_missing(standing: Standing, notice: Notice | None) -> bool:
    """Whether a permission was seen to be missing in this outage."""
    return notice is not None and bool(notice.missing) and notice.standing.since == standing.since
