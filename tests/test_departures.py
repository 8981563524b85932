"""A guild that removed the bot is forgotten after a week; no outage, restart or stranger's process forgets one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alerts.catalogue import Catalogue
from alerts.departures import Departures
from alerts.domain.departures import KEPT_AFTER_LEAVING, missing
from alerts.domain.guild import GuildSettings
from alerts.domain.shards import Shards, shard_of
from alerts.erasure import Erasure
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock

OURS, ANOTHERS = 71, 72
CHOICE = GuildSettings(timezone="Europe/Berlin")
DAY = 24 * 3600


def on(shard: int, number: int) -> int:
    """A guild of a shard, of two."""
    found = ((number << 1) | shard) << 22
    assert shard_of(found, 2) == shard
    return found


A, B, C = on(0, 1), on(0, 2), on(1, 3)


class Discord:
    """Says who is where: `guilds` are those that the bot is in, None while it says nothing."""

    def __init__(self, *guilds: int, application: int | None = OURS) -> None:
        self.application, self.guilds, self.asked = application, set[int](guilds), list[int]()
        self.is_away = False

    async def is_in(self, guild: int) -> bool | None:
        self.asked.append(guild)
        return None if self.is_away else guild in self.guilds


class World:
    """A store, and one process after another over it."""

    def __init__(self, *guilds: int) -> None:
        self.clock = FakeClock()
        self.store, self.discord = MemoryStore(clock=self.clock), Discord(*guilds)
        self.erasure = Erasure(store=self.store, catalogue=Catalogue([], store=self.store), clock=self.clock)
        self.process = self.another("a")

    def another(self, name: str, discord: Discord | None = None) -> Departures:
        return Departures(
            store=self.store,
            erasure=self.erasure,
            membership=discord or self.discord,
            clock=self.clock,
            name=name,
        )

    async def live(self, *guilds: int) -> None:
        """They are here and have chosen something."""
        for guild in guilds:
            await self.store.put_guild_settings(guild, CHOICE)
        for shard in (0, 1):
            self.process.listed(shard, 2, [each for each in guilds if shard_of(each, 2) == shard])
        await self.process.turn()

    async def days(self, count: float) -> None:
        await self.clock.advance(count * DAY)
        await self.process.turn()

    async def kept(self, *guilds: int) -> list[bool]:
        return [await self.store.guild_settings(each) == CHOICE for each in guilds]


async def test_a_guild_that_removed_the_bot_is_forgotten_after_a_week_and_not_before() -> None:
    world = World(B)
    await world.live(A, B)

    world.process.left(A)
    await world.process.turn()
    await world.days(6.9)
    assert await world.kept(A, B) == [True, True]
    await world.days(0.2)

    assert await world.kept(A, B) == [False, True]
    assert world.discord.asked == [A]


async def test_joining_again_within_the_week_finds_everything_as_it_was() -> None:
    world = World(A)
    await world.live(A)
    world.process.left(A)
    await world.days(6)

    world.process.joined(A)
    await world.days(30)

    assert await world.kept(A) == [True]
    assert world.discord.asked == []


async def test_a_guild_that_left_while_the_bot_was_down_is_found_missing_and_forgotten() -> None:
    world = World(B)
    await world.live(A, B)

    world.process = world.another("restarted")
    world.process.listed(0, 2, [B])
    await world.process.turn()
    assert await world.store.departure(A) == world.clock.now() + KEPT_AFTER_LEAVING
    await world.days(7.1)

    assert await world.kept(A, B) == [False, True]


async def test_a_shard_says_nothing_about_the_guilds_of_other_shards() -> None:
    """A process of another range, or a shard that never comes up."""
    world = World(A, C)
    await world.live(A, C)

    world.process = world.another("shard 0 alone")
    for _ in range(5):
        world.process.listed(0, 2, [A])
        await world.days(30)

    assert await world.kept(A, C) == [True, True]
    assert await world.store.departure(C) is None


async def test_a_ready_that_lists_too_few_forgets_nobody_who_is_still_there() -> None:
    world = World(A, B, C)
    await world.live(A, B, C)

    world.process.listed(0, 2, [])  # a defect of Discord's
    await world.process.turn()
    await world.days(30)

    assert await world.kept(A, B, C) == [True, True, True]
    assert await world.store.departure(A) is None, "Discord was asked, and said that we are there"


async def test_while_discord_does_not_answer_nobody_is_forgotten() -> None:
    world = World()
    await world.live(A)
    world.process.left(A)
    await world.process.turn()
    world.discord.is_away = True

    await world.days(30)
    assert await world.kept(A) == [True]
    world.discord.is_away = False
    await world.days(1)

    assert await world.kept(A) == [False]


async def test_an_outage_is_heard_by_nobody_here_and_lists_its_guilds_as_before() -> None:
    """GUILD_DELETE with `unavailable` is another event (tests/sim/test_departures.py); READY lists those guilds."""
    world = World()  # and over REST such a guild may be unknown, too
    await world.live(A)

    for _ in range(10):
        world.process.listed(0, 2, [A])
        await world.days(3)

    assert await world.kept(A) == [True]
    assert world.discord.asked == []


async def test_another_bots_token_forgets_nobody_that_it_never_was_with() -> None:
    world = World()
    await world.live(A, B)
    world.process.left(B)
    await world.process.turn()

    world.process = world.another("test bot", Discord(application=ANOTHERS))
    for shard in (0, 1):
        world.process.listed(shard, 2, [])
    await world.days(30)

    assert await world.kept(A, B) == [True, True]


async def test_a_guild_that_the_bot_was_never_seen_in_is_left_alone() -> None:
    """The operator may keep keys for programs under any id."""
    world = World()
    await world.store.put_guild_settings(A, CHOICE)

    world.process.listed(0, 2, [])
    await world.days(30)

    assert await world.kept(A) == [True]


async def test_before_discord_has_said_who_we_are_nothing_is_written_or_lost() -> None:
    world = World()
    await world.live(A)
    nobody = Discord(application=None)
    world.process = world.another("starting", nobody)

    world.process.left(A)
    await world.process.turn()
    assert await world.store.departure(A) is None
    nobody.application = OURS
    await world.process.turn()

    assert await world.store.departure(A) is not None


async def test_the_first_of_two_notes_of_one_departure_counts() -> None:
    world = World()
    await world.live(A)
    world.process.left(A)
    await world.process.turn()
    first = await world.store.departure(A)

    await world.clock.advance(DAY)
    world.process.listed(0, 2, [])
    world.process.left(A)
    await world.process.turn()

    assert await world.store.departure(A) == first


async def test_one_process_forgets_for_all() -> None:
    world = World()
    await world.live(A)
    world.process.left(A)
    await world.process.turn()
    other = world.another("b")

    await world.clock.advance(8 * DAY)
    await world.process.turn()
    await other.turn()

    assert world.discord.asked == [A]


async def test_who_is_invited_again_in_the_middle_of_being_forgotten_begins_anew_and_keeps_it() -> None:
    world = World(A)
    await world.live(A)
    await world.erasure.erase(A)
    world.process.left(A)
    await world.process.turn()

    world.process.joined(A)
    await world.process.turn()
    await world.store.put_guild_settings(A, CHOICE)
    await world.clock.advance(timedelta(hours=1).total_seconds())
    await world.erasure.sweep()

    assert await world.kept(A) == [True]
    assert await world.store.departure(A) is None


async def test_what_was_heard_while_the_store_was_away_is_not_lost() -> None:
    class Away(MemoryStore):
        is_away = True

        async def note_departures(self, *args: Any) -> int:
            if self.is_away:
                raise ConnectionError("away")
            return await super().note_departures(*args)

    world = World()
    world.store = Away(clock=world.clock)
    world.process = world.another("a")
    world.process.left(A)

    try:
        await world.process.turn()
    except ConnectionError:
        world.store.is_away = False
    await world.process.turn()

    assert await world.store.departure(A) is not None


@given(st.sets(st.integers(1, 2**63)), st.sets(st.integers(1, 2**63)), st.integers(1, 64), st.data())
def test_only_known_guilds_of_the_same_shard_are_ever_missed(
    known: set[int], there: set[int], count: int, data: st.DataObject
) -> None:
    shard = data.draw(st.integers(0, count - 1))

    found = set(missing(known | there, there, shard=shard, count=count))

    assert found == {each for each in known - there if Shards(shard, shard, count).has(each)}
