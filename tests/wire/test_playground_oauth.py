"""The playground's OAuth2 is as strict as Discord's: who is careless there would fail with the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession

from bot.playground.discord.oauth import CODE_LASTS
from bot.playground.discord.server import DiscordServer

pytestmark = pytest.mark.wire
BACK = "http://127.0.0.1:9/back"
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class Client:
    """An application that lets people sign in."""

    def __init__(self, server: DiscordServer, session: ClientSession, time: list[float]) -> None:
        self.server, self.session, self.time = server, session, time
        self.asked = {
            "client_id": server.world.bot.id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "identify guilds",
            "state": "s&t=ate",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }

    async def page(self, **changes: str) -> tuple[int, str]:
        answer = await self.session.get(f"{self.server.url}/oauth2/authorize", params={**self.asked, **changes})
        return answer.status, await answer.text()

    async def decide(self, decision: str = "authorize", user: str = "admin") -> dict[str, list[str]]:
        form = {**self.asked, "user": self.server.world.user(user).id, "decision": decision}
        url = f"{self.server.url}/oauth2/authorize"
        answer = await self.session.post(url, data=form, allow_redirects=False)
        assert answer.status == 302
        assert answer.headers["Location"].startswith(f"{BACK}?")
        return parse_qs(urlsplit(answer.headers["Location"]).query)

    async def exchange(self, code: str, /, **changes: str) -> tuple[int, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
            "client_id": self.server.world.bot.id,
            "client_secret": self.server.oauth.secret,
            **changes,
        }
        answer = await self.session.post(f"{self.server.api_base}/oauth2/token", data=form)
        return answer.status, await answer.json()

    async def token(self, user: str = "admin") -> str:
        status, said = await self.exchange((await self.decide(user=user))["code"][0])
        assert status == 200
        return str(said["access_token"])

    async def ask(self, path: str, token: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self.session.get(self.server.api_base + path, headers=headers)
        return answer.status, await answer.json()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    time = [1_800_000_000.0]
    async with DiscordServer(now=lambda: time[0]) as server, ClientSession() as session:
        server.oauth.redirects = frozenset({BACK})
        yield Client(server, session, time)


async def test_a_person_agrees_and_the_client_learns_who_they_are_and_where(client: Client) -> None:
    back = await client.decide(user="member")
    assert back["state"] == ["s&t=ate"]
    _, said = await client.exchange(back["code"][0])

    assert (said["token_type"], said["scope"]) == ("Bearer", "guilds identify")
    _, me = await client.ask("/users/@me", said["access_token"])
    _, guilds = await client.ask("/users/@me/guilds", said["access_token"])
    assert (me["username"], me["global_name"]) == ("member", "Member")
    assert [(each["name"], each["owner"]) for each in guilds] == [("Playground", False)]
    assert not int(guilds[0]["permissions"]) & 0x28


async def test_an_owner_may_do_everything_in_their_guild(client: Client) -> None:
    _, guilds = await client.ask("/users/@me/guilds", await client.token())

    assert guilds[0]["owner"]
    assert int(guilds[0]["permissions"]) & 0x28 == 0x28


async def test_who_cancels_is_led_back_without_a_code(client: Client) -> None:
    back = await client.decide("cancel")

    assert (back["error"], back["state"], "code" in back) == (["access_denied"], ["s&t=ate"], False)


@pytest.mark.parametrize(
    "change",
    [{"client_id": "1"}, {"redirect_uri": "http://127.0.0.1:9/back/"}, {"redirect_uri": "https://evil.example"},
     {"response_type": "token"}, {"scope": ""}, {"scope": "identify bot"}, {"code_challenge_method": "plain"}],
)  # fmt: skip
async def test_a_client_that_asks_wrongly_is_shown_an_error_and_nobody_is_led_away(
    client: Client, change: dict[str, str]
) -> None:
    status, text = await client.page(**change)

    assert (status, "<form" in text) == (400, False)


async def test_what_a_client_writes_is_text_on_the_page(client: Client) -> None:
    status, text = await client.page(state='"><script>alert(1)</script>')

    assert status == 200
    assert "<script" not in text


@pytest.mark.parametrize(
    ("change", "error"),
    [({"client_secret": "x"}, "invalid_client"), ({"client_id": "1"}, "invalid_client"),
     ({"grant_type": "password"}, "unsupported_grant_type"), ({"code": "x"}, "invalid_grant"),
     ({"redirect_uri": BACK + "/"}, "invalid_grant"), ({"code_verifier": "x" * 43}, "invalid_grant"),
     ({"code_verifier": ""}, "invalid_grant")],
)  # fmt: skip
async def test_a_token_is_given_for_what_was_agreed_to_and_nothing_else(
    client: Client, change: dict[str, str], error: str
) -> None:
    status, said = await client.exchange((await client.decide())["code"][0], **change)

    assert (status, said["error"]) == (401 if error == "invalid_client" else 400, error)
    assert client.server.oauth.tokens == 0


async def test_a_code_is_good_once_even_after_a_wrong_try(client: Client) -> None:
    code = (await client.decide())["code"][0]
    assert (await client.exchange(code))[0] == 200
    assert (await client.exchange(code))[0] == 400

    other = (await client.decide())["code"][0]
    assert (await client.exchange(other, code_verifier="x" * 43))[0] == 400
    assert (await client.exchange(other))[0] == 400


async def test_a_code_is_over_after_a_minute(client: Client) -> None:
    code = (await client.decide())["code"][0]
    client.time[0] += CODE_LASTS

    assert (await client.exchange(code))[0] == 400


async def test_a_token_that_was_given_back_opens_nothing(client: Client) -> None:
    token = await client.token()
    assert (await client.ask("/users/@me", token))[0] == 200
    form = {"token": token, "client_id": client.server.world.bot.id, "client_secret": client.server.oauth.secret}
    answer = await client.session.post(f"{client.server.api_base}/oauth2/token/revoke", data=form)

    assert answer.status == 200
    assert (await client.ask("/users/@me", token))[0] == 401


async def test_a_persons_token_is_not_the_bots(client: Client) -> None:
    token = await client.token()

    assert (await client.ask(f"/guilds/{client.server.world.guild.id}", token))[0] == 401
    assert (await client.ask("/users/@me/guilds", "made-up"))[0] == 401
