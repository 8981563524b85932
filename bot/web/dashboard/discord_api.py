"""What the door asks of Discord over REST: who somebody is, what they manage, and where the bot is."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlencode

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth

from alerts.domain.errors import SentryError
from alerts.domain.text import plain
from alerts.ports import Clock
from bot.web.dashboard.guards import origin_of

_TIMEOUT = ClientTimeout(total=10)
_KEPT = 60.0  # seconds that the list of the bot's guilds is not asked for again
_PER_PAGE = 200
_MANAGES = 0x8 | 0x20  # Administrator, Manage Server
_LONGEST = 100
log = structlog.get_logger()


class DiscordAway(SentryError):
    """Discord does not answer, or not as it should."""


class CodeRefused(SentryError):
    """Discord does not know the code that somebody brought."""


@dataclass(frozen=True, slots=True)
class Client:
    """Ourselves, as Discord's OAuth2 knows us."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in at Discord, and the guilds that they manage, wherever the bot is."""

    id: int
    name: str
    guilds: Mapping[int, str]


class Places(Protocol):
    """Where the bot is."""

    async def guilds(self) -> Mapping[int, str]:
        """The names of its guilds by id. DiscordAway when that cannot be known."""


class Discord:
    """The few requests, each with a time limit. Tokens of people are used at once and never kept."""

    def __init__(self, *, api_base: str, bot_token: str | None) -> None:
        self._base, self._bot_token = api_base, bot_token
        self._application: str | None = None

    @property
    def origin(self) -> str:
        """The host that people are sent to."""
        return origin_of(self._base)

    def authorize_address(self, *, client_id: str, redirect: str, state: str, verifier: str) -> str:
        """Where somebody says that we may know who they are and which guilds they are in."""
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "scope": "identify guilds",
            "redirect_uri": redirect,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.origin}/oauth2/authorize?{urlencode(asked)}"

    async def application_id(self) -> str:
        """The bot's own application, which is the client of its OAuth2."""
        if self._application is None:
            found = await self._ask("GET", "/oauth2/applications/@me", token=self._own_token())
            with _understood():
                self._application = str(found["id"])
        return self._application

    async def person(self, *, client: Client, code: str, verifier: str, redirect: str) -> Person:
        """Whose code this is. Their token is given back before this returns."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        answer = await self._ask("POST", "/oauth2/token", form=form, client=client)
        with _understood():
            token = str(answer["access_token"])
        try:
            me = await self._ask("GET", "/users/@me", token=f"Bearer {token}")
            theirs = await self._ask("GET", "/users/@me/guilds", token=f"Bearer {token}")
        finally:
            await self._give_back(token, client)
        with _understood():
            name = plain(str(me.get("global_name") or me["username"]), _LONGEST)
            return Person(int(me["id"]), name, {int(each["id"]): _name(each) for each in theirs if _manages(each)})

    async def own_guilds(self) -> Mapping[int, str]:
        """Where the bot is, page after page."""
        found: dict[int, str] = {}
        while True:
            path = f"/users/@me/guilds?limit={_PER_PAGE}&after={max(found, default=0)}"
            answer = await self._ask("GET", path, token=self._own_token())
            with _understood():
                page = {int(each["id"]): _name(each) for each in answer}
            is_last = len(page) < _PER_PAGE or page.keys() <= found.keys()
            found |= page
            if is_last:
                return found

    def _own_token(self) -> str:
        if self._bot_token is None:
            raise DiscordAway("This process has no bot token, so it does not know where the bot is.")
        return f"Bot {self._bot_token}"

    async def _give_back(self, token: str, client: Client) -> None:
        try:
            await self._ask("POST", "/oauth2/token/revoke", form={"token": token}, client=client)
        except (DiscordAway, CodeRefused):
            log.warning("a person's token could not be given back to Discord; it is forgotten here")

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        form: Mapping[str, str] | None = None,
        client: Client | None = None,
    ) -> Any:
        own = encode_basic_auth(client.id, client.secret) if client else None
        headers = {"Authorization": token or own or ""}
        try:
            # A connection for each question: sign-ins are rare, and nothing of one person's is left for the next.
            async with (
                ClientSession(timeout=_TIMEOUT) as session,
                session.request(method, self._base + path, headers=headers, data=form, allow_redirects=False) as answer,
            ):
                if answer.status == 400 and form is not None:
                    raise CodeRefused("Discord does not know this sign-in.")
                if answer.status != 200:
                    raise DiscordAway(f"Discord answers {answer.status} to {path.partition('?')[0]}.")
                return await answer.json(content_type=None)
        except (ClientError, TimeoutError, ValueError) as exc:
            raise DiscordAway(f"Discord cannot be asked ({type(exc).__name__}).") from exc


class KnownPlaces:
    """Where the bot is: as its own connection says, if it is in this process, else asked for at most once a minute."""

    def __init__(self, discord: Discord, clock: Clock) -> None:
        self._discord, self._clock = discord, clock
        self.live: Callable[[], Mapping[int, str] | None] = lambda: None
        self._found: Mapping[int, str] = {}
        self._until = float("-inf")
        self._asking = asyncio.Lock()

    async def guilds(self) -> Mapping[int, str]:
        """See `Places`."""
        live = self.live()
        if live is not None:
            return {guild: plain(name, _LONGEST) for guild, name in live.items()}
        async with self._asking:
            if self._clock.monotonic() >= self._until:
                await self._look()
        return self._found

    async def _look(self) -> None:
        try:
            self._found = await self._discord.own_guilds()
        except DiscordAway:
            if not self._found:
                raise
            log.warning("Discord does not say where the bot is; what it said before still holds")
        self._until = self._clock.monotonic() + _KEPT


def challenge(verifier: str) -> str:
    """PKCE's S256: what the verifier is checked against later (RFC 7636)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _manages(guild: Mapping[str, Any]) -> bool:
    return bool(guild.get("owner")) or bool(int(guild.get("permissions", 0)) & _MANAGES)


def _name(guild: Mapping[str, Any]) -> str:
    return plain(str(guild["name"]), _LONGEST)


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as exc:
        raise DiscordAway("Discord's answer is not as it should be.") from exc
