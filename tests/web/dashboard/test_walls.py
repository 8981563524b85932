"""No page without a session, none of another guild, and no form but our own."""

from __future__ import annotations

import pytest
from aiohttp import FormData

from alerts.domain.errors import StoreUnavailable
from bot.web.dashboard.guards import HEADERS
from tests.web.dashboard.world import Browser, World, browser

pytestmark = pytest.mark.wire
PUBLIC = {
    ("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/sign-in/return"), ("GET", "/static/{name}"),
    ("GET", "/operator/{secret}"), ("POST", "/operator/{secret}"),
}  # fmt: skip


async def test_every_page_but_the_public_ones_is_closed_to_who_has_not_signed_in(
    world: World, visitor: Browser
) -> None:
    closed = [each for each in world.dashboard.routes() if (each.method, each.path) not in PUBLIC]
    assert len(closed) >= 4
    for route in closed:
        path = route.path.replace("{guild}", str(world.guild)).replace("{rest:.*}", "x/y")
        answer = await (visitor.get(path) if route.method == "GET" else visitor.post(path))
        if route.method == "GET":
            assert (answer.status, answer.headers["Location"][:13]) == (303, "/sign-in?next"), route
        else:
            assert answer.status == 403, route
    assert world.done == []


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in/return", "/static/dashboard.css", "/static/nothing",
                                  "/g/1/", "/operator/x"])  # fmt: skip
async def test_every_answer_says_what_a_browser_may_do_with_it(visitor: Browser, path: str) -> None:
    headers = (await visitor.get(path)).headers

    for name, value in HEADERS.items():
        if name == "Content-Security-Policy":
            assert headers[name].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in headers[name]
            assert "frame-ancestors 'none'" in headers[name]
        elif path != "/static/dashboard.css" or name != "Cache-Control":
            assert headers[name] == value, name


async def test_a_form_may_lead_to_discord_from_the_sign_in_page_alone(world: World, visitor: Browser) -> None:
    assert (
        f"form-action 'self' {world.discord.url};" in (await visitor.get("/sign-in")).headers["Content-Security-Policy"]
    )
    assert "form-action 'self';" in (await visitor.get("/operator/x")).headers["Content-Security-Policy"]


async def test_another_guild_is_the_same_as_none(world: World, visitor: Browser) -> None:
    other = world.other_guild(owner=world.discord.world.member)
    await visitor.sign_in(world.discord.world.admin)

    pages = [await visitor.text(f"/g/{guild}/") for guild in (other, 12345, 0, "x", f"0{world.guild}", "9" * 400)]
    found = {(await visitor.get(f"/g/{guild}/")).status for guild in (other, 12345, 0)}

    assert found == {404}
    assert (await visitor.get(f"/g/{world.guild}/nothing")).status == 404
    assert len({page.partition("Request ")[0] for page in pages}) == 1


async def test_a_form_of_another_guild_does_nothing(world: World, visitor: Browser) -> None:
    other = world.other_guild(owner=world.discord.world.member)
    await visitor.sign_in(world.discord.world.admin)
    csrf = await visitor.csrf()

    assert (await visitor.post(f"/g/{other}/act", {"csrf": csrf, "what": "steal"})).status == 404
    assert (await visitor.post(f"/g/{world.guild}/act", {"csrf": csrf, "what": "mine"})).status == 200
    assert world.done == [(world.guild, "mine")]


async def test_a_form_without_the_sessions_own_token_does_nothing(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)
    own = await visitor.csrf()
    async with browser(world) as another:
        await another.sign_in(world.discord.world.admin)
        foreign = await another.csrf()
    place = f"/g/{world.guild}/act"

    for token in ("", "x", own[:-1], own + "x", own.swapcase(), foreign, "é\udcff".encode("utf-8", "ignore").decode()):
        assert (await visitor.post(place, {"csrf": token, "what": "x"})).status == 403, token
    assert (await visitor.post(place, {"what": "x"})).status == 403
    assert (await visitor.post(place, {"what": "x"}, headers={"X-CSRF": own})).status == 403
    assert (await visitor.post(f"{place}?csrf={own}", {"what": "x"})).status == 403
    as_file = FormData({"what": "x"})
    as_file.add_field("csrf", own.encode(), filename="csrf")
    assert (await visitor.post(place, as_file)).status == 403
    assert world.done == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
     {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, {}],
)  # fmt: skip
async def test_a_form_of_another_site_does_nothing_even_with_the_token(
    world: World, visitor: Browser, headers: dict[str, str]
) -> None:
    await visitor.sign_in(world.discord.world.admin)
    form = {"csrf": await visitor.csrf(), "what": "x"}

    assert (await visitor.post(f"/g/{world.guild}/act", form, origin=None, headers=headers)).status == 403
    assert world.done == []


async def test_a_form_that_is_too_large_is_refused(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)
    form = {"csrf": await visitor.csrf(), "what": "x" * 70_000}

    async def in_pieces():  # type: ignore[no-untyped-def]
        for _ in range(80):
            yield b"x" * 1024

    assert (await visitor.post(f"/g/{world.guild}/act", form)).status == 413
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await visitor.post(f"/g/{world.guild}/act", in_pieces(), headers=kind)).status == 413
    assert world.done == []


async def test_a_defect_is_told_by_its_number_and_nothing_leaks(world: World, visitor: Browser) -> None:
    await visitor.sign_in(world.discord.world.admin)

    answer = await visitor.get(f"/g/{world.guild}/broken", headers={"X-Request-ID": "abcd-1234"})
    text = await answer.text()

    assert (answer.status, answer.content_type) == (500, "text/html")
    assert "abcd-1234" in text
    assert "secret" not in text


class Away:
    """A memory that does not answer."""

    async def pending(self, guild: int, name: str) -> str | None:
        raise StoreUnavailable("redis://secret@host is away")


async def test_while_memory_is_away_nobody_is_let_in_and_nobody_is_told_where_it_is(
    world: World, visitor: Browser
) -> None:
    await visitor.sign_in(world.discord.world.admin)
    world.sessions._store = Away()  # type: ignore[assignment]

    for answer in (await visitor.get(f"/g/{world.guild}/"), await visitor.post(f"/g/{world.guild}/act")):
        assert (answer.status, answer.content_type) == (503, "text/html")
        assert "secret" not in await answer.text()
    assert world.done == []


async def test_a_name_from_discord_is_text_and_never_markup(world: World, visitor: Browser) -> None:
    discord = world.discord.world
    evil = discord.add_user("evil", display="<script>alert(1)</script>")
    discord.add_guild('"><img src=x onerror=alert(1)>', owner=evil)
    discord.add_guild("Second", owner=evil)
    await visitor.sign_in(evil)

    page = await visitor.text("/")

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


async def test_a_page_outside_a_guild_cannot_be_added(world: World) -> None:
    async def show(_: object) -> None: ...

    with pytest.raises(ValueError, match="is under"):
        world.dashboard.page("/secrets", show)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["..%2fvisits.py", "..%2F..%2Fserver.py", "%2e%2e/visits.py", "dashboard.css%00", ""])
async def test_no_file_is_served_but_those_that_are_meant_to_be(visitor: Browser, name: str) -> None:
    assert (await visitor.get(f"/static/{name}")).status == 404
