"""The operator's link: once, for ten minutes, and it shows everything."""

from __future__ import annotations

import asyncio

import pytest

from alerts.sessions import PATIENCE
from tests.web.dashboard.world import Browser, World, browser

pytestmark = pytest.mark.wire


async def test_the_operator_sees_every_guild_and_their_own_list(world: World, visitor: Browser) -> None:
    other = world.other_guild(owner=world.discord.world.member)

    answer = await visitor.post(f"/operator/{await world.sessions.make_link()}")

    assert answer.headers["Location"] == "/"
    page = await visitor.text("/")
    assert [f'href="/g/{guild}/"' in page for guild in (0, world.guild, other)] == [True] * 3
    assert (await visitor.get("/g/0/")).status == 200


async def test_a_link_opens_once_even_for_two_at_the_same_time(world: World) -> None:
    link = f"/operator/{await world.sessions.make_link()}"
    async with browser(world) as one, browser(world) as two:
        both = await asyncio.gather(one.post(link), two.post(link))

    assert sorted(answer.status for answer in both) == [303, 403]


async def test_looking_at_a_link_does_not_use_it_up(world: World, visitor: Browser) -> None:
    """Chats and browsers look at links ahead of people."""
    link = f"/operator/{await world.sessions.make_link()}"
    for _ in range(3):
        looked = await visitor.get(link)
        assert (looked.status, "hs" in looked.cookies) == (200, False)

    assert (await visitor.post(link)).status == 303


async def test_a_link_is_over_after_ten_minutes(world: World, visitor: Browser) -> None:
    link = f"/operator/{await world.sessions.make_link()}"
    await world.clock.advance(PATIENCE.total_seconds() + 1)

    assert (await visitor.post(link)).status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_another_sites_form_uses_no_link_up(world: World, visitor: Browser, origin: str | None) -> None:
    link = f"/operator/{await world.sessions.make_link()}"

    assert (await visitor.post(link, origin=origin)).status == 403
    assert (await visitor.post(link)).status == 303


async def test_all_sessions_can_be_ended_at_once(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)
    await world.clock.advance(1)
    await world.sessions.end_all()
    assert (await visitor.get("/")).headers["Location"] == "/sign-in"

    await world.clock.advance(1)
    await visitor.sign_in(world.discord.world.admin)
    assert (await visitor.get(f"/g/{world.guild}/")).status == 200


async def test_while_discord_is_away_the_operator_still_has_their_own_list(world: World, visitor: Browser) -> None:
    world.discord.token = "changed"
    await world.discord.__aexit__(None, None, None)

    await visitor.post(f"/operator/{await world.sessions.make_link()}")

    assert (await visitor.get("/")).headers["Location"] == "/g/0/"
