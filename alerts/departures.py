"""A guild that removed the bot is forgotten after a week. Whatever else keeps the bot from a guild forgets nothing.

Two things alone say that a guild was left: Discord tells so while we are connected, or a shard's READY does not name a
guild that this bot was in before. Either only makes a note with a time; joining again ends it. When the time has come
Discord is asked about that guild, and only its answer that the bot is no member lets it be forgotten.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

import structlog

from alerts.domain.departures import KEPT_AFTER_LEAVING, missing
from alerts.domain.shards import shard_of
from alerts.erasure import Erasure
from alerts.ports import Clock
from alerts.store.ports import Outbox
from alerts.store.promises.departures import Departures as Kept

_EVERY = 60.0
_LEASE = timedelta(minutes=5)
_ROLE = "departures"
_AT_ONCE = 20  # guilds to ask Discord about in a turn
_MOST = 10_000
log = structlog.get_logger()


class DepartureStore(Kept, Outbox, Protocol):
    """The parts of memory that this needs."""


class Membership(Protocol):
    """What Discord says of this bot."""

    @property
    def application(self) -> int | None:
        """This bot's application; None before Discord has said so."""

    async def is_in(self, guild: int) -> bool | None:
        """Whether the bot is a member there; None when Discord does not say now."""


class Departures:
    """Take in what the gateway says, at once and in memory; `turn` writes it down, and forgets what it is time for."""

    def __init__(
        self, *, store: DepartureStore, erasure: Erasure, membership: Membership, clock: Clock, name: str
    ) -> None:
        """`name` tells this process from the others."""
        self._store, self._erasure, self._membership = store, erasure, membership
        self._clock, self._name = clock, name
        self._listed: dict[int, tuple[int, frozenset[int]]] = {}
        self._is_in: dict[int, bool] = {}
        self._next, self._is_told = float("-inf"), False

    def listed(self, shard: int, count: int, guilds: Collection[int]) -> None:
        """A shard's READY: these are all of its guilds, those in an outage included."""
        self._listed[shard] = count, frozenset(guilds)
        for guild in [each for each in self._is_in if shard_of(each, count) == shard]:
            del self._is_in[guild]

    def joined(self, guild: int) -> None:
        """Discord has said that the bot is there now."""
        self._is_in[guild] = True

    def left(self, guild: int) -> None:
        """Discord has said that the bot was removed, and not that the guild is unavailable."""
        self._is_in[guild] = False

    async def turn(self) -> bool:
        """Write down what was heard; every minute one process for all forgets what it is time for."""
        application = self._membership.application
        if application is None:
            return False
        await self._take_in_lists(application)
        await self._take_in_changes(application)
        if self._clock.monotonic() >= self._next:
            self._next = self._clock.monotonic() + _EVERY
            if await self._store.lead(_ROLE, self._name, ttl=_LEASE):
                await self._forget(application)
        return False

    async def leave(self) -> None:
        """Let another process have the seat at once."""
        await self._store.resign(_ROLE, self._name)

    async def _take_in_lists(self, application: int) -> None:
        while self._listed:
            shard, (count, guilds) = next(iter(self._listed.items()))
            known = await self._store.guilds_of(application)
            await self._note(missing(known, guilds, shard=shard, count=count), how="not among its shard's guilds")
            await self._come(application, guilds)
            if self._listed.get(shard) == (count, guilds):  # or something newer was heard meanwhile
                del self._listed[shard]

    async def _take_in_changes(self, application: int) -> None:
        while self._is_in:
            guild, is_in = next(iter(self._is_in.items()))
            if is_in:
                # Before anything is made there anew.
                await self._erasure.finish(guild)
                await self._come(application, [guild])
            else:
                await self._note([guild], how="removed us")
            if self._is_in.get(guild) is is_in:
                del self._is_in[guild]

    async def _come(self, application: int, guilds: Collection[int]) -> None:
        if back := await self._store.note_guilds(application, guilds):
            log.info("servers are back", guilds=back)

    async def _note(self, guilds: Collection[int], *, how: str) -> None:
        until = self._clock.now() + KEPT_AFTER_LEAVING
        if guilds and (new := await self._store.note_departures(guilds, until)):
            log.info("servers left", guilds=new, how=how, kept_until=until.isoformat())

    async def _forget(self, application: int) -> None:
        due = await self._store.departures(self._clock.now(), limit=_MOST)
        mine = [guild for guild, last in due if last in (0, application)]
        if len(mine) < len(due) and not self._is_told:
            # Another bot's token: what Discord says of this bot says nothing about that one.
            self._is_told = True
            log.warning("left servers are another bot's and stay", guilds=len(due) - len(mine), ours=application,
                        cure="hardware-sentry privacy erase-guild, if they are to be forgotten")  # fmt: skip
        for guild in mine[:_AT_ONCE]:
            is_in = await self._membership.is_in(guild)
            if is_in is None:
                return  # Discord is away: later
            if is_in:
                await self._come(application, [guild])
            else:
                await self._erasure.erase(guild)
