"""In by Discord or by a link, and by nothing else: every way round it that we know of is tried."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from alerts.sessions import LASTS, PATIENCE
from bot.web.dashboard.discord_api import challenge
from tests.web.dashboard.world import Browser, World, browser, dashboard_world

pytestmark = pytest.mark.wire


async def test_an_admin_signs_in_with_discord_and_sees_their_guild(world: World, visitor: Browser) -> None:
    answer = await visitor.sign_in(world.discord.world.admin, further=f"/g/{world.guild}/")

    assert (answer.status, answer.headers["Location"]) == (303, f"/g/{world.guild}/")
    assert "Admin Playground" in await visitor.text(f"/g/{world.guild}/")
    assert (await visitor.get("/")).headers["Location"] == f"/g/{world.guild}/"


async def test_a_member_who_manages_nothing_is_told_so_and_sees_nothing(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.member)

    assert "No server to show" in await visitor.text("/")
    assert (await visitor.get(f"/g/{world.guild}/")).status == 404


async def test_who_may_manage_the_server_may_see_it_without_owning_it(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.manager())

    assert (await visitor.get(f"/g/{world.guild}/")).status == 200


async def test_a_guild_that_the_bot_has_left_is_not_shown_any_more(world: World, visitor: Browser) -> None:
    admin = world.discord.world.admin
    other = world.other_guild(owner=admin)
    await visitor.sign_in(admin)
    assert (await visitor.get(f"/g/{other}/")).status == 200

    world.discord.world.remove_guild(world.discord.world.guilds[str(other)])
    await world.clock.advance(61)

    assert (await visitor.get(f"/g/{other}/")).status == 404
    assert (await visitor.get(f"/g/{world.guild}/")).status == 200


async def test_discord_is_asked_with_a_fresh_state_and_the_hash_of_a_fresh_verifier(visitor: Browser) -> None:
    first, second = await visitor.leave_for_discord(), await visitor.leave_for_discord()

    assert first["scope"] == "identify guilds"
    assert first["code_challenge_method"] == "S256"
    assert len(first["state"]) >= 43
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_the_token_of_a_person_opens_nothing_once_they_are_in(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)

    assert world.discord.oauth.tokens == 0
    assert any(each.path == "/oauth2/token/revoke" for each in world.discord.requests)


async def test_a_token_is_given_back_even_if_discord_fails_in_between(world: World, visitor: Browser) -> None:
    asked = await visitor.leave_for_discord()
    back = await visitor.agree(asked, world.discord.world.admin)
    world.discord.faults.add("GET", "/users/@me/guilds", status=503)

    assert (await visitor.get(back)).status == 503
    assert world.discord.oauth.tokens == 0


async def test_an_answer_of_discord_opens_once(world: World, visitor: Browser) -> None:
    back = await visitor.agree(await visitor.leave_for_discord(), world.discord.world.admin)
    first = await visitor.get(back)
    cookies = dict(first.cookies)

    again = await visitor.get(back)

    assert first.status == 303
    assert cookies
    assert again.status == 403
    assert "hs" not in again.cookies


async def test_a_stolen_answer_opens_no_other_browser(world: World, visitor: Browser) -> None:
    back = await visitor.agree(await visitor.leave_for_discord(), world.discord.world.admin)

    async with browser(world) as thief:
        assert (await thief.get(back)).status == 403
        await thief.leave_for_discord()
        assert (await thief.get(back)).status == 403
        assert "hs" not in thief.cookies()

    assert (await visitor.get(back)).status == 303  # and the owner was not locked out by that


async def test_nobody_is_signed_in_as_somebody_elses_account(world: World, visitor: Browser) -> None:
    """A foreign answer with the visitor's own state: the code was made for another verifier."""
    async with browser(world) as attacker:
        planted = await attacker.agree(await attacker.leave_for_discord(), world.discord.world.member)
    code = parse_qs(urlsplit(planted).query)["code"][0]
    own = await visitor.leave_for_discord()

    answer = await visitor.get(f"/sign-in/return?code={code}&state={own['state']}")

    assert answer.status == 403
    assert "hs" not in visitor.cookies()


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied"])
async def test_an_answer_that_nobody_asked_for_opens_nothing(visitor: Browser, query: str) -> None:
    answer = await visitor.get(f"/sign-in/return{query}")

    assert answer.status == 403
    assert "hs" not in answer.cookies


async def test_who_cancels_is_back_at_the_start_without_a_session(visitor: Browser) -> None:
    asked = await visitor.leave_for_discord()

    answer = await visitor.get(f"/sign-in/return?error=access_denied&state={asked['state']}")

    assert answer.status == 200
    assert "you have not allowed it" in await answer.text()
    assert "hs" not in answer.cookies


async def test_a_sign_in_that_took_too_long_opens_nothing(world: World, visitor: Browser) -> None:
    back = await visitor.agree(await visitor.leave_for_discord(), world.discord.world.admin)
    await world.clock.advance(PATIENCE.total_seconds() + 1)

    assert (await visitor.get(back)).status == 403


async def test_a_session_that_somebody_planted_is_not_the_one_that_is_opened(world: World, visitor: Browser) -> None:
    visitor.session.cookie_jar.update_cookies({"hs": "planted"})

    await visitor.sign_in(world.discord.world.admin)

    assert visitor.cookies()["hs"] != "planted"
    assert await world.sessions.find("planted") is None


async def test_signing_in_anew_ends_the_session_before(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)
    first = visitor.cookies()["hs"]
    await visitor.sign_in(world.discord.world.member)

    assert visitor.cookies()["hs"] != first
    assert await world.sessions.find(first) is None


async def test_a_session_ends_after_eight_hours_however_much_it_is_used(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)
    for _ in range(8):
        assert (await visitor.get(f"/g/{world.guild}/")).status == 200
        await world.clock.advance(LASTS.total_seconds() / 8)

    assert (await visitor.get(f"/g/{world.guild}/")).status == 303


async def test_signing_out_ends_the_session_itself_and_not_only_its_cookie(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)
    secret = visitor.cookies()["hs"]

    answer = await visitor.post("/sign-out", {"csrf": await visitor.csrf()})

    assert answer.headers["Location"] == "/sign-in"
    assert answer.cookies["hs"]["max-age"] == "0"
    assert await world.sessions.find(secret) is None


@pytest.mark.parametrize(
    "further",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/\t/evil.example", " //evil.example", "/ /evil.example", "http:evil.example", "/a\r\nSet-Cookie: hs=1"],
)  # fmt: skip
async def test_nobody_is_led_to_another_host(world: World, visitor: Browser, further: str) -> None:
    page = await (await visitor.get("/sign-in", params={"next": further})).text()
    assert 'name="next" value="/"' in page

    answer = await visitor.sign_in(world.discord.world.admin, further=further)
    assert answer.headers["Location"] == "/"
    assert (await visitor.get("/sign-in", params={"next": further})).headers["Location"] == "/"


async def test_who_must_sign_in_first_comes_back_to_where_they_wanted_to(world: World, visitor: Browser) -> None:
    away = (await visitor.get(f"/g/{world.guild}/?range=30d&x=%26")).headers["Location"]
    further = parse_qs(urlsplit(away).query)["next"][0]

    assert further == f"/g/{world.guild}/?range=30d&x=%26"
    answer = await visitor.sign_in(world.discord.world.admin, further=further)
    assert answer.headers["Location"] == further


async def test_on_this_machine_the_cookie_is_out_of_reach_of_scripts_and_foreign_forms(
    world: World, visitor: Browser
) -> None:
    cookie = (await visitor.sign_in(world.discord.world.admin)).cookies["hs"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert (cookie["secure"], cookie["max-age"]) == ("", str(8 * 3600))
    assert len(cookie.value) >= 43


async def test_over_https_the_cookie_is_bound_to_the_host(world: World) -> None:
    async with dashboard_world(public_url="https://sentry.example.com") as served, browser(served) as visitor:
        link = f"/operator/{await served.sessions.make_link()}"
        cookie = (await visitor.post(link, origin="https://sentry.example.com")).cookies["__Host-hs"]
        begun = await visitor.post("/sign-in", origin="https://sentry.example.com")

    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert begun.cookies["__Host-hs-sign-in"]["secure"] is True
    assert "redirect_uri=https%3A%2F%2Fsentry.example.com%2Fsign-in%2Freturn" in begun.headers["Location"]


async def test_memory_holds_no_secret_that_opens_anything(world: World, visitor: Browser) -> None:
    asked = await visitor.leave_for_discord()
    link = await world.sessions.make_link()
    await visitor.sign_in(world.discord.world.admin)
    kept = repr(world.store._pending)

    for secret in (asked["state"], link, *visitor.cookies().values()):
        assert secret not in kept


async def test_without_a_secret_of_discord_the_page_names_the_operators_link() -> None:
    async with dashboard_world(has_client=False) as world, browser(world) as visitor:
        page = await visitor.text("/sign-in")
        assert "hardware-sentry dashboard" in page
        assert "DISCORD_CLIENT_SECRET" in page
        assert "Sign in with Discord" not in page
        assert (await visitor.post("/sign-in")).status == 403


async def test_while_discord_is_away_a_sign_in_says_so(world: World, visitor: Browser) -> None:
    back = await visitor.agree(await visitor.leave_for_discord(), world.discord.world.admin)
    world.discord.faults.add("POST", "/oauth2/token", status=500)

    answer = await visitor.get(back)

    assert answer.status == 503
    assert "Discord answers 500" in await answer.text()


async def test_trying_the_door_again_and_again_is_slowed_down(visitor: Browser) -> None:
    found = [(await visitor.post(f"/operator/{number}")).status for number in range(21)]
    last = await visitor.post("/sign-in")

    assert found == [403] * 20 + [429]
    assert last.status == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 60
