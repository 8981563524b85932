"""A channel that takes no messages: its admins are told elsewhere, once, and what waited arrives when it is mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord
import pytest

from alerts.deliver import Deliver
from alerts.delivery.notices import Notices
from alerts.domain.deliveries import delivery_for
from alerts.domain.errors import DeliveryError, Remedy, StoreUnavailable
from alerts.domain.letters import Letter
from alerts.domain.standing import PATIENCE, Notice, Standing, StandingState, after_failure
from alerts.domain.wishes import Target, TargetKind
from alerts.store.memory import MemoryStore
from bot.admins import GuildAdmins
from bot.client import Client
from bot.notify.channels import Channels
from bot.playground.discord.permissions import Permission
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import FORUM, Channel
from bot.returns import Returns
from bot.ui.permissions import missing_in
from tests.fakes import FakeClock
from tests.waiting import eventually
from tests.wire.bots import pointed_at
from tests.worlds import MINUTE, START, change, subscription

pytestmark = pytest.mark.wire


class Small:
    """The real connection, admins, notices and returns, and the real delivering into channels."""

    def __init__(self, server: DiscordServer, client: Client, store: MemoryStore, clock: FakeClock) -> None:
        self.server, self.client, self.store, self.clock = server, client, store, clock
        self.world, self.guild = server.world, int(server.world.guild.id)
        self.chosen: int | None = None
        self.rests = False
        self.tries = 0
        self.channels = Channels(client, clock=clock, observe=lambda _: None)
        self.notices = Notices(store=store, admins=self.admins(), clock=clock, name="a")

    def admins(self) -> GuildAdmins:
        async def chosen(_: int) -> int | None:
            return self.chosen

        return GuildAdmins(
            self.client, wishes=self.store, standings=self.store, notice_channel=chosen, is_resting=lambda: self.rests
        )

    def target(self, channel: str) -> Target:
        return Target(id=int(self.world.channel(channel).id))

    async def subscribe(self, *channels: str, **more: object) -> None:
        for channel in channels:
            await self.store.put_subscription(
                subscription(channel, guild=self.guild, **{"target": self.target(channel), **more})
            )

    async def news(self, channel: str = "deals", minute: int = 1) -> None:
        wish = subscription(guild=self.guild, target=self.target(channel))
        news = change(at=START + minute * MINUTE, since=START + minute * MINUTE)
        await self.store.enqueue(delivery_for(news, wish, product_name="Pi", now=START))

    async def deliver(self) -> None:
        """Try what is waiting where it may be tried, and tell the admins what came of it."""
        await Deliver(store=self.store, notifier=self, clock=self.clock, name="one")()
        await self.notices.look()

    async def post(self, letter: Letter) -> int:
        self.tries += 1
        return await self.channels.post(letter)

    async def edit(self, letter: Letter, message_id: int) -> None:
        await self.channels.edit(letter, message_id)

    def texts(self, channel: str = "general") -> list[str]:
        return [message["content"] for message in self.world.messages(channel)]

    async def stands(self, channel: str = "deals") -> StandingState:
        found = (await self.store.standings()).get(str(self.target(channel)))
        return found.state if found else StandingState.FINE

    async def becomes(self, state: StandingState, channel: str = "deals") -> None:
        async def is_so() -> bool:
            return await self.stands(channel) is state

        await eventually(is_so)

    async def heard(self, seen: Callable[[], Awaitable[bool]]) -> None:
        """Return when an event has arrived."""
        await eventually(seen)


@asynccontextmanager
async def connected(server: DiscordServer, store: MemoryStore, clock: FakeClock) -> AsyncIterator[Small]:
    with pointed_at(server):
        client = Client(api_base=server.api_base, notes=store, clock=clock, guild_ready_timeout=0.05)
        await client.add_cog(Returns(client, store=store, clock=clock))
        async with client:
            serving = asyncio.create_task(client.serve(server.token))
            await asyncio.wait_for(client.wait_until_ready(), 10)
            yield Small(server, client, store, clock)
            await client.close()
            await asyncio.gather(serving, return_exceptions=True)


@pytest.fixture
async def small(server: DiscordServer) -> AsyncIterator[Small]:
    clock = FakeClock(START)
    async with connected(server, MemoryStore(clock=clock), clock) as found:
        yield found


async def failing(small: Small, denied: int = Permission.SEND_MESSAGES) -> None:
    """#deals and #general hear of something, and the bot may not write in #deals."""
    await small.subscribe("general", "deals")
    small.world.deny("deals", small.world.bot, denied)

    async def known() -> bool:
        guild = small.client.get_guild(small.guild)
        deals = guild and guild.get_channel(small.target("deals").id)
        return bool(deals and missing_in(deals))

    await eventually(known)
    await small.news()
    await small.deliver()


async def test_the_admins_are_told_once_elsewhere_and_the_alert_arrives_once_when_it_is_mended(small: Small) -> None:
    await failing(small)
    for _ in range(3):
        await small.deliver()
    (told,) = small.texts()
    paused = await small.stands()
    small.world.allow("deals", small.world.bot, Permission.SEND_MESSAGES)
    await small.becomes(StandingState.FINE)
    for _ in range(3):
        await small.deliver()

    assert paused is StandingState.PAUSED
    assert f"⚠️ I cannot post alerts in <#{small.target('deals').id}>: I lack **Send Messages**. Grant it" in told
    assert small.texts()[1:] == [f"✅ I can post alerts in <#{small.target('deals').id}> again."]
    assert len(small.world.messages("deals")) == 1
    assert small.tries == 2


@pytest.mark.parametrize(
    ("denied", "names"),
    [
        (Permission.VIEW_CHANNEL, "I lack **View Channel**."),
        (Permission.EMBED_LINKS, "I lack **Embed Links**."),
        (Permission.SEND_MESSAGES | Permission.EMBED_LINKS, "I lack **Send Messages** and **Embed Links**."),
    ],
)
async def test_only_what_is_really_missing_is_named(denied: int, names: str, small: Small) -> None:
    await failing(small, denied)

    assert names in small.texts()[0]


async def test_a_thread_and_a_forum_need_permissions_of_their_own_name(small: Small) -> None:
    world = small.world
    world.add_thread("pi", parent=world.channel("deals"), owner=world.admin)
    world.add_channel("finds", kind=FORUM)
    for name, denied in (("deals", Permission.SEND_MESSAGES_IN_THREADS), ("finds", Permission.SEND_MESSAGES)):
        world.deny(name, world.bot, denied)

    async def missing() -> bool:
        guild = small.client.get_guild(small.guild)
        assert guild
        places = [guild.get_channel_or_thread(small.target(name).id) for name in ("pi", "finds")]
        return [place and missing_in(place) for place in places] == [["Send Messages in Threads"], ["Create Posts"]]

    assert await eventually(missing)


async def test_a_permission_can_come_back_by_a_role(small: Small) -> None:
    await failing(small)
    role = small.world.add_role("Callers")
    small.world.allow("deals", role, Permission.SEND_MESSAGES)
    small.world.channel("deals").overwrites.pop(small.world.bot.id)
    small.world.deny("deals", small.world.guild.roles[small.world.guild.id], Permission.SEND_MESSAGES)
    assert await small.stands() is StandingState.PAUSED
    small.world.give(small.world.bot, role)

    await small.becomes(StandingState.FINE)


async def test_a_permission_can_come_back_in_a_role_the_bot_has(small: Small) -> None:
    everyone, own = small.world.guild.roles[small.world.guild.id], small.world.guild.members[small.world.bot.id].roles
    roles = [everyone, small.world.guild.roles[own[0]]]
    for role in roles:
        role.permissions &= ~Permission.EMBED_LINKS
        small.world.update_role(role)

    async def known() -> bool:
        guild = small.client.get_guild(small.guild)
        return bool(guild and not guild.me.guild_permissions.embed_links)

    await eventually(known)
    await small.subscribe("general", "deals")
    await small.news()
    await small.deliver()
    assert "I lack **Embed Links**" in small.texts()[0]
    everyone.permissions |= Permission.EMBED_LINKS
    small.world.update_role(everyone)

    await small.becomes(StandingState.FINE)


async def test_a_deleted_channel_is_disabled_before_anything_is_sent_there(small: Small) -> None:
    await small.subscribe("general", "deals")
    deals = small.target("deals")
    await small.news()
    small.world.delete_channel("deals")

    async def noticed() -> bool:
        return bool(await small.store.standings())

    await eventually(noticed)
    await small.deliver()

    (standing,) = (await small.store.standings()).values()
    assert (standing.state, standing.code, standing.target) == (StandingState.DISABLED, 10003, deals)
    assert small.tries == 0
    assert "it was deleted. Choose another place" in small.texts()[0]


async def test_a_deleted_thread_is_disabled_and_a_stranger_is_not(small: Small) -> None:
    thread = small.world.add_thread("pi", parent=small.world.channel("deals"), owner=small.world.admin)
    other = small.world.add_thread("other", parent=small.world.channel("deals"), owner=small.world.admin)
    await small.subscribe("pi")
    small.world.delete_channel(other)
    small.world.delete_channel(thread)

    async def noticed() -> bool:
        return list(await small.store.standings()) == [f"channel:{thread.id}"]

    await eventually(noticed)


async def test_a_guild_that_threw_the_bot_out_is_forgotten(small: Small) -> None:
    await failing(small)
    other = Standing(target=Target(id=5), guild=2, state=StandingState.PAUSED, since=START)
    await small.store.put_standing(other)
    small.world.remove_guild(small.world.guild)

    async def forgotten() -> bool:
        return not await small.store.notices()

    await eventually(forgotten)
    assert await small.store.standings() == {"channel:5": other}


async def test_what_was_mended_while_the_bot_was_away_is_seen_at_the_start(server: DiscordServer) -> None:
    clock = FakeClock(START)
    store = MemoryStore(clock=clock)
    async with connected(server, store, clock) as before:
        await failing(before)
        assert await before.stands() is StandingState.PAUSED
    server.world.allow("deals", server.world.bot, Permission.SEND_MESSAGES)
    async with connected(server, store, clock) as after:
        await after.becomes(StandingState.FINE)
        await after.deliver()

    assert len(server.world.messages("deals")) == 1


async def test_a_target_given_up_after_days_comes_back_with_its_permission(small: Small) -> None:
    await failing(small)
    (standing,) = (await small.store.standings()).values()
    error = DeliveryError("Missing Permissions", remedy=Remedy.PAUSE, code=50013)
    again = after_failure(standing, error, START + PATIENCE / 2)
    await small.store.put_standing(after_failure(again, error, START + PATIENCE))
    await small.deliver()
    small.world.allow("deals", small.world.bot, Permission.SEND_MESSAGES)

    await small.becomes(StandingState.FINE)
    assert "⛔ I post no more alerts" in small.texts()[1]


async def test_trouble_that_cannot_be_seen_is_tried_early_but_not_at_every_event(small: Small) -> None:
    known = Standing(target=small.target("deals"), guild=small.guild)
    error = DeliveryError("verification level", remedy=Remedy.PAUSE, code=50009)
    paused = after_failure(known, error, START)
    await small.store.put_standing(paused)
    await small.clock.advance(5)
    small.world.update_guild()

    async def may_be_tried() -> bool:
        return (await small.store.standings())[str(known.target)].may_be_tried(small.clock.now())

    await eventually(may_be_tried)
    again = after_failure((await small.store.standings())[str(known.target)], error, small.clock.now())
    await small.store.put_standing(again)
    small.world.guild.locale = "de"
    small.world.update_guild()

    async def heard() -> bool:
        guild = small.client.get_guild(small.guild)
        return bool(guild and guild.preferred_locale is discord.Locale.german)

    await eventually(heard)
    assert (await small.store.standings())[str(known.target)] == again
    assert again.strikes == 2


async def test_events_wait_for_a_store_that_is_away(small: Small) -> None:
    await failing(small)
    kept, calls = small.store.standings, 0

    async def away() -> object:
        nonlocal calls
        calls += 1
        raise StoreUnavailable("The store does not answer.")

    small.store.standings = away  # type: ignore[method-assign, assignment]
    small.world.allow("deals", small.world.bot, Permission.SEND_MESSAGES)

    async def asked() -> bool:
        return calls > 0

    await eventually(asked)
    small.store.standings = kept  # type: ignore[method-assign]
    await small.clock.advance(1)

    await small.becomes(StandingState.FINE)


# Where the admins are told


def about(channel: Channel) -> Notice:
    target = Target(id=int(channel.id))
    error = DeliveryError("Missing Permissions", remedy=Remedy.PAUSE, code=50013)
    standing = after_failure(Standing(target=target, guild=int(channel.guild_id or 0)), error, START)
    return Notice(standing=standing, batch="abc", missing=("Send Messages",))


@pytest.fixture
async def rooms(small: Small) -> Small:
    """A guild with a channel for each purpose; #deals fails."""
    for name in ("chosen", "system", "updates"):
        small.world.add_channel(name)
    guild = small.world.guild
    guild.system_channel_id = small.world.channel("system").id
    guild.public_updates_channel_id = small.world.channel("updates").id
    small.world.update_guild()
    small.chosen = small.target("chosen").id
    await small.subscribe("deals", "general")
    await small.store.put_standing(about(small.world.channel("deals")).standing)

    async def known() -> bool:
        found = small.client.get_guild(small.guild)
        return bool(found and found.public_updates_channel)

    await eventually(known)
    return small


@pytest.mark.parametrize(
    ("closed", "told_in"),
    [
        ((), "chosen"),
        (("chosen",), "system"),
        (("chosen", "system"), "updates"),
        (("chosen", "system", "updates"), "general"),
        (("chosen", "system", "updates", "general"), None),
    ],
)
async def test_the_best_place_that_may_be_written_in_is_taken(
    closed: tuple[str, ...], told_in: str | None, rooms: Small
) -> None:
    for name in closed:
        rooms.world.deny(name, rooms.world.bot, Permission.SEND_MESSAGES)

    async def known() -> bool:
        guild = rooms.client.get_guild(rooms.guild)
        assert guild
        places = [guild.get_channel(rooms.target(name).id) for name in closed]
        return all(place is not None and missing_in(place) for place in places)

    await eventually(known)

    assert await rooms.admins().tell(rooms.guild, "abc", [about(rooms.world.channel("deals"))]) is bool(told_in)
    every = ("deals", "general", "chosen", "system", "updates")
    assert [name for name in every if rooms.world.messages(name)] == ([told_in] if told_in else [])


async def test_telling_again_after_a_lost_answer_tells_once(rooms: Small) -> None:
    rooms.server.faults.add("POST", "/channels/*/messages", status=503, mode="created_then_status")
    notices = [about(rooms.world.channel("deals"))]

    first = await rooms.admins().tell(rooms.guild, "abc", notices)
    second = await rooms.admins().tell(rooms.guild, "abc", notices)

    assert (first, second) == (False, True)
    assert len(rooms.world.messages("chosen")) == 1


async def test_a_place_that_refuses_after_all_is_passed_over(rooms: Small) -> None:
    channel = rooms.target("chosen").id
    rooms.server.faults.add("POST", f"/channels/{channel}/messages", status=403, code=50013)

    assert await rooms.admins().tell(rooms.guild, "abc", [about(rooms.world.channel("deals"))])
    assert len(rooms.world.messages("system")) == 1


async def test_nobody_is_told_while_delivering_rests_or_in_a_guild_that_is_not_there(rooms: Small) -> None:
    notices = [about(rooms.world.channel("deals"))]
    rooms.rests = True
    resting = await rooms.admins().tell(rooms.guild, "abc", notices)
    rooms.rests = False

    assert not resting
    assert not await rooms.admins().tell(4711, "abc", notices)


async def test_nobody_is_mentioned_and_nobody_gets_a_direct_message(rooms: Small) -> None:
    webhook = Standing(target=Target(type=TargetKind.WEBHOOK, id=5), guild=rooms.guild)
    error = DeliveryError("@everyone <@1> https://evil.example", remedy=Remedy.DISABLE, code=1)
    notice = Notice(standing=after_failure(webhook, error, START), batch="abc")
    await rooms.admins().tell(rooms.guild, "abc", [notice])

    (message,) = rooms.world.messages("chosen")
    (sent,) = [each.payload for each in rooms.server.requests if each.method == "POST" and "messages" in each.path]
    assert sent["allowed_mentions"]["parse"] == []
    assert not message["mention_everyone"]
    assert not message["mentions"]
    assert "a webhook" in message["content"]
    assert not [each for each in rooms.server.requests if each.path == "/users/@me/channels"]
