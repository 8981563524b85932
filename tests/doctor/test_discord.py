"""What the doctor hears from Discord: a wrong token, intents, clocks, and every channel that alerts name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import pytest

from alerts.clock import SystemClock
from alerts.domain.wishes import Subscription, Target, TargetKind
from bot.doctor.findings import Check, Finding, Level, examine
from bot.doctor.granted import Membership, lacking
from bot.doctor.identity import Identity
from bot.doctor.places import Places
from bot.doctor.rest import Rest
from bot.playground.discord.permissions import Permission
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import FORUM
from tests.fakes import FakeClock

pytestmark = pytest.mark.wire
EMBED, SEND, VIEW = Permission.EMBED_LINKS, Permission.SEND_MESSAGES, Permission.VIEW_CHANNEL


class Off(SystemClock):
    """A machine whose time is wrong."""

    def __init__(self, by: float) -> None:
        self._by = timedelta(seconds=by)

    def now(self) -> datetime:
        return super().now() + self._by


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as running:
        yield running


@pytest.fixture
async def rest(server: DiscordServer) -> AsyncIterator[Rest]:
    async with Rest(api_base=server.api_base, token=server.token, clock=SystemClock(), pace=0) as asked:
        yield asked


def wish(guild: str, channel: str, *, kind: TargetKind = TargetKind.CHANNEL, role: str | None = None) -> Subscription:
    target = Target(type=kind, id=int(channel))
    at = FakeClock().now()
    return Subscription(id=f"s{channel}", guild=int(guild), sku="pi5", target=target, added_by=1, added_at=at,
                        mention_role=int(role) if role else None)  # fmt: skip


async def looked_at(server: DiscordServer, rest: Rest, *wishes: Subscription, limit: float = 60.0) -> list[Finding]:
    async def wishes_of(guild: int) -> Sequence[Subscription]:
        return [each for each in wishes if each.guild == guild]

    identity = Identity(rest, redirect=None)
    await identity.token()
    return list(await Places(rest, identity, wishes=wishes_of, clock=SystemClock(), limit=limit).look())


async def alone(look: Check) -> list[Finding]:
    return [each async for each in examine([look])]


async def test_a_good_token_is_told_by_the_bots_name(rest: Rest) -> None:
    [found] = await Identity(rest, redirect=None).token()

    assert (found.level, "Discord takes it" in found.seen) == (Level.FINE, True)


async def test_a_wrong_token_fails_with_the_place_of_a_new_one(server: DiscordServer) -> None:
    async with Rest(api_base=server.api_base, token=f"{server.token}x", clock=SystemClock(), pace=0) as rest:
        [found] = await Identity(rest, redirect=None).token()

    assert (found.level, found.seen) == (Level.FAIL, "Discord refuses the token")
    assert "Reset Token" in found.cure


async def test_a_discord_that_is_away_is_one_sentence() -> None:
    async with Rest(api_base="http://127.0.0.1:1/api/v10", token="none", clock=SystemClock(), pace=0) as rest:
        [found] = await alone(Check("token", Identity(rest, redirect=None).token))

    assert found.level is Level.FAIL
    assert "cannot be asked at http://127.0.0.1:1" in found.seen


@pytest.mark.parametrize(
    ("facts", "level", "said"),
    [
        ({"flags": 0}, Level.FINE, "no privileged intent"),
        ({"flags": 1 << 14}, Level.WARN, "Server Members"),
        ({"flags": 1 << 13 | 1 << 19}, Level.WARN, "Presence, Message Content"),
        ({"interactions_endpoint_url": "https://example.com"}, Level.FAIL, "Interactions Endpoint"),
        ({"bot_require_code_grant": True}, Level.FAIL, "nobody can invite it"),
        ({"redirect_uris": []}, Level.FAIL, "none of the application's redirects"),
        ({"redirect_uris": ["https://sentry.example.com/sign-in/return"]}, Level.FINE, "no privileged intent"),
    ],
)
async def test_an_application_is_told_by_what_is_set_in_the_portal(
    facts: dict[str, object], level: Level, said: str, server: DiscordServer, rest: Rest
) -> None:
    server.faults.add("GET", "/applications/@me", status=200, body={"id": "1", **facts})

    found = await Identity(rest, redirect="https://sentry.example.com/sign-in/return").application()

    worst = found[-1]
    assert (worst.level, said in worst.seen) == (level, True)


@pytest.mark.parametrize(("by", "level"), [(0, Level.FINE), (-30, Level.WARN), (30, Level.WARN), (600, Level.FAIL)])
async def test_a_clock_that_differs_from_discords_is_told(by: float, level: Level, server: DiscordServer) -> None:
    async with Rest(api_base=server.api_base, token=server.token, clock=Off(by), pace=0) as rest:
        [found] = await Identity(rest, redirect=None).clock()

    assert found.level is level


async def test_a_bot_that_restarts_all_day_is_warned_before_its_token_is_reset(
    server: DiscordServer, rest: Rest
) -> None:
    limit = {"total": 1000, "remaining": 3, "reset_after": 1, "max_concurrency": 1}
    server.faults.add("GET", "/gateway/bot", status=200, body={"url": "", "shards": 1, "session_start_limit": limit})

    assert [each.level for each in await Identity(rest, redirect=None).gateway()] == [Level.WARN]
    assert [each.level for each in await Identity(rest, redirect=None).gateway()] == [Level.FINE]


async def test_channels_that_take_messages_are_fine(server: DiscordServer, rest: Rest) -> None:
    world = server.world
    forum, deals = world.add_channel("posts", kind=FORUM), world.channel("deals")
    thread = world.add_thread("a thread", parent=deals, owner=world.admin)
    guild = world.guild.id

    found = await looked_at(server, rest, wish(guild, deals.id), wish(guild, thread.id), wish(guild, forum.id,
                            kind=TargetKind.FORUM))  # fmt: skip

    assert [(each.level, each.seen) for each in found] == [(Level.FINE, "3 channels that alerts name take messages")]


@pytest.mark.parametrize(
    ("denied", "names"),
    [
        (SEND, ["Send Messages"]),
        (VIEW, ["View Channel"]),
        (EMBED, ["Embed Links"]),
        (VIEW | SEND, ["View Channel", "Send Messages"]),
    ],
)
async def test_a_channel_without_a_permission_fails_by_its_name(
    denied: int, names: list[str], server: DiscordServer, rest: Rest
) -> None:
    deals = server.world.channel("deals")
    server.world.deny(deals, server.world.bot, int(denied))

    found = await looked_at(server, rest, wish(server.world.guild.id, deals.id))

    assert [each.level for each in found] == [Level.FAIL] * len(names)
    assert [name in each.seen and "#deals" in each.seen for name, each in zip(names, found, strict=True)] == [
        True
    ] * len(names)


async def test_a_thread_has_its_channels_permissions(server: DiscordServer, rest: Rest) -> None:
    world, deals = server.world, server.world.channel("deals")
    thread = world.add_thread("a thread", parent=deals, owner=world.admin)
    world.deny(deals, world.bot, int(Permission.SEND_MESSAGES_IN_THREADS))

    found = await looked_at(server, rest, wish(world.guild.id, thread.id), wish(world.guild.id, deals.id))

    assert [each.seen for each in found] == [
        f"the bot lacks Send Messages in Threads in #a thread ({world.guild.name})"
    ]


async def test_a_deleted_channel_fails_by_its_number(server: DiscordServer, rest: Rest) -> None:
    deals = server.world.channel("deals")
    server.world.delete_channel(deals)

    [found] = await looked_at(server, rest, wish(server.world.guild.id, deals.id))

    assert found.level is Level.FAIL
    assert f"gone or hidden from the bot: {deals.id}" in found.seen
    assert "/alerts edit" in found.cure


async def test_a_role_that_nobody_may_mention_is_a_warning(server: DiscordServer, rest: Rest) -> None:
    world, deals = server.world, server.world.channel("deals")
    quiet, loud = world.add_role("quiet"), world.add_role("loud", mentionable=True)
    wishes = [wish(world.guild.id, deals.id, role=each) for each in (quiet.id, loud.id, "1")]

    found = await looked_at(server, rest, *wishes)

    assert [each.level for each in found] == [Level.WARN, Level.FINE]
    assert "@1 (gone) in #deals" in found[0].seen
    assert "@quiet in #deals" in found[0].seen
    assert "loud" not in found[0].seen


async def test_alike_troubles_of_many_servers_are_one_line(server: DiscordServer, rest: Rest) -> None:
    world, wishes = server.world, []
    for number in range(8):
        guild = world.add_guild(f"server {number}", channels=("alerts",))
        channel = next(iter(guild.channels.values()))
        world.deny(channel, world.bot, int(SEND))
        wishes.append(wish(guild.id, channel.id))

    [found] = await looked_at(server, rest, *wishes)

    assert found.level is Level.FAIL
    assert "and 3 more" in found.seen


async def test_when_time_is_up_it_says_how_far_it_came(server: DiscordServer, rest: Rest) -> None:
    deals = server.world.channel("deals")

    found = await looked_at(server, rest, wish(server.world.guild.id, deals.id), limit=-1.0)

    assert [each.level for each in found] == [Level.FINE, Level.WARN]
    assert found[1].seen.startswith("0 of 1 servers")


async def test_a_server_that_discord_tells_nothing_of_hides_no_other(server: DiscordServer, rest: Rest) -> None:
    world = server.world
    away, there = (world.add_guild(name, channels=(name,)) for name in ("away", "there"))
    wishes = [wish(each.id, next(iter(each.channels))) for each in (away, there)]
    world.deny(next(iter(there.channels)), world.bot, int(SEND))
    server.faults.add("GET", f"/guilds/{away.id}", status=404, times=None)

    found = await looked_at(server, rest, *wishes)

    assert [(each.level, each.seen) for each in found] == [
        (Level.FAIL, "the bot lacks Send Messages in #there (there)"),
        (Level.WARN, "Discord told nothing of away"),
    ]


async def test_a_channel_that_discord_cannot_tell_of_just_now_is_not_gone(server: DiscordServer, rest: Rest) -> None:
    world = server.world
    thread = world.add_thread("a thread", parent=world.channel("deals"), owner=world.admin)
    server.faults.add("GET", f"/channels/{thread.id}", status=503)

    found = await looked_at(server, rest, wish(world.guild.id, thread.id))

    assert [each.level for each in found] == [Level.WARN, Level.FINE]
    assert "gone" not in found[0].seen


async def test_an_address_that_is_shut_out_is_said_so(server: DiscordServer, rest: Rest) -> None:
    server.faults.add("GET", "/users/@me", status=429, body="error code: 1015")
    [found] = await alone(Check("token", Identity(rest, redirect=None).token))

    assert found.seen.startswith("Discord has shut this machine's address out")


async def test_servers_without_alerts_cost_no_question(server: DiscordServer, rest: Rest) -> None:
    for number in range(5):
        server.world.add_guild(f"server {number}")

    await looked_at(server, rest)

    assert [each.path for each in server.requests] == ["/users/@me", "/users/@me/guilds"]


async def test_a_short_limit_of_discords_is_waited_for_and_a_long_one_is_said(
    server: DiscordServer, rest: Rest
) -> None:
    server.faults.rate_limit("GET", "/users/@me", retry_after=0.01)
    [found] = await Identity(rest, redirect=None).token()
    assert found.level is Level.FINE

    server.faults.rate_limit("GET", "/users/@me", retry_after=300.0, is_global=True)
    [found] = await alone(Check("token", Identity(rest, redirect=None).token))
    assert found.seen == "Discord limits this bot for 300 s: try again after that."


async def test_the_operators_channel_is_looked_at_by_itself(server: DiscordServer, rest: Rest) -> None:
    identity, deals = Identity(rest, redirect=None), server.world.channel("deals")
    await identity.token()

    async def none(_: int) -> Sequence[Subscription]:
        return []

    places = Places(rest, identity, wishes=none, clock=SystemClock())
    assert [each.level for each in await places.operators(int(deals.id))] == [Level.FINE]
    server.world.deny(deals, server.world.bot, int(SEND))
    assert [each.level for each in await places.operators(int(deals.id))] == [Level.FAIL]
    server.world.delete_channel(deals)
    assert [each.level for each in await places.operators(int(deals.id))] == [Level.FAIL]


def test_an_administrator_and_an_owner_lack_nothing() -> None:
    channel = {"type": 0, "permission_overwrites": [{"id": "1", "allow": "0", "deny": str((1 << 51) - 1)}]}
    admin = Membership(guild=1, bot=2, own=[3], roles={3: {"permissions": "8"}})
    owner = Membership(guild=1, bot=2, own=[], roles={}, is_owner=True)

    assert [*lacking(admin, channel), *lacking(owner, channel)] == []
