"""The door of the dashboard: in by Discord or by an operator's link, who is in, and out again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import NoReturn

import structlog
from aiohttp import web

from alerts.domain.limits import Allowance
from alerts.domain.wishes import OPERATOR
from alerts.limits import Limits
from alerts.sessions import LASTS, PATIENCE, Sessions, SignIn, fresh_secret
from bot.web.dashboard.cookies import Cookie, Cookies
from bot.web.dashboard.discord_api import Client, CodeRefused, Discord, DiscordAway, Person, Places
from bot.web.dashboard.guards import go, own_path, policy
from bot.web.dashboard.pages import write
from bot.web.dashboard.visits import Dashboard, Visitor
from bot.web.peers import Peers
from bot.web.problems import Code, Problem

OPERATOR_NAME, OPERATOR_GUILD = "Operator", "Operator's own list"
RETURN = "/sign-in/return"
_ATTEMPTS = Allowance(limit=20, period=timedelta(minutes=1))
log = structlog.get_logger()


class Door:
    """Signs people in and out, and says who asks.

    Without a client's secret only the operator's link opens it. Without its id it is the bot's own application.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        discord: Discord,
        places: Places,
        limits: Limits,
        peers: Peers,
        public_url: str,
        client_secret: str | None,
        client_id: str | None = None,
    ) -> None:
        self._sessions, self._discord, self._places = sessions, discord, places
        self._limits, self._peers = limits, peers
        self._client_secret, self._client_id = client_secret, client_id
        self._redirect = public_url + RETURN
        self._cookies = Cookies(public_url)

    async def enter(self, request: web.Request) -> Visitor | None:
        """Who asks, and what they may see: what they managed at sign-in, wherever the bot still is."""
        session = await self._sessions.find(self._cookies.read(request, Cookie.SESSION))
        if session is None:
            return None
        guilds = await self._operators() if session.is_operator else await self._among(session.guilds)
        return Visitor(session.who, session.user, guilds, session.is_operator, session.csrf)

    def open(self, dashboard: Dashboard) -> None:
        """Add the pages that everybody may ask for."""

        async def sign_out(request: web.Request) -> web.StreamResponse:
            visitor = await self.enter(request)
            if visitor is None:
                raise Problem(Code.FORBIDDEN, "You are not signed in.")
            async with dashboard.form(request, visitor.csrf):
                await self._sessions.close(self._cookies.read(request, Cookie.SESSION))
            response = go("/sign-in")
            self._cookies.drop(response, Cookie.SESSION)
            return response

        async def begin(request: web.Request) -> web.StreamResponse:
            async with dashboard.form(request, None) as read:
                return await self._begin(read)

        async def follow(request: web.Request) -> web.StreamResponse:
            async with dashboard.form(request, None) as read:
                return await self._follow(read)

        dashboard.open("GET", "/", self._home)
        dashboard.open("GET", "/sign-in", self._sign_in)
        dashboard.open("POST", "/sign-in", begin)
        dashboard.open("GET", RETURN, self._return)
        dashboard.open("POST", "/sign-out", sign_out)
        dashboard.open("GET", "/operator/{secret}", self._link)
        dashboard.open("POST", "/operator/{secret}", follow)

    # Pages

    async def _home(self, request: web.Request) -> web.StreamResponse:
        visitor = await self.enter(request)
        if visitor is None:
            return go("/sign-in")
        if len(visitor.guilds) == 1:
            return go(f"/g/{next(iter(visitor.guilds))}/")
        return write("home.html", visit=None, navigation=(), visitor=visitor)

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        further = own_path(request.query.get("next"))
        if await self.enter(request):
            return go(further)
        return self._sign_in_page(further)

    def _sign_in_page(self, further: str, said: str = "") -> web.Response:
        response = write(
            "sign_in.html",
            visit=None,
            navigation=(),
            next=further,
            has_discord=self._client_secret is not None,
            said=said,
        )
        # A form's way is checked to its end, and this one leads on to Discord.
        response.headers["Content-Security-Policy"] = policy(self._discord.origin)
        return response

    async def _link(self, request: web.Request) -> web.StreamResponse:
        # Only the button uses it up: what looks at links ahead of people (chats, browsers) presses none.
        return write("operator.html", visit=None, navigation=())

    # In

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        await self._count(request)
        client = await self._as_client()
        further = (await request.post()).get("next")
        sign_in = SignIn(verifier=fresh_secret(), next=own_path(further if isinstance(further, str) else None))
        state, browser = fresh_secret(), fresh_secret()
        await self._sessions.begin_sign_in(state, browser, sign_in)
        address = self._discord.authorize_address(
            client_id=client.id, redirect=self._redirect, state=state, verifier=sign_in.verifier
        )
        response = go(address)
        self._cookies.put(response, Cookie.SIGN_IN, browser, lasts=PATIENCE)
        return response

    async def _return(self, request: web.Request) -> web.StreamResponse:
        """Discord leads back here. The session is a new one, whatever the browser had before."""
        await self._count(request)
        browser = self._cookies.read(request, Cookie.SIGN_IN)
        sign_in = await self._sessions.end_sign_in(request.query.get("state", ""), browser)
        if sign_in is None:
            raise Problem(
                Code.FORBIDDEN, "This sign-in took too long, was begun in another browser, or has come back before."
            )
        code = request.query.get("code", "")
        if not code:
            return self._sign_in_page(sign_in.next, "Discord says that you have not allowed it. Nothing was changed.")
        person = await self._person(code, sign_in.verifier)
        guilds = await self._among(person.guilds)
        response = await self._in(request, user=person.id, who=person.name, guilds=guilds, further=sign_in.next)
        self._cookies.drop(response, Cookie.SIGN_IN)
        return response

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        await self._count(request)
        if not await self._sessions.use_link(request.match_info["secret"]):
            raise Problem(
                Code.FORBIDDEN,
                "This link is too old, or was used before. The command “hardware-sentry dashboard” makes a new one.",
            )
        log.info("the operator signed in to the dashboard with a link")
        return await self._in(request, user=OPERATOR, who=OPERATOR_NAME, guilds={}, further="/")

    async def _in(
        self, request: web.Request, *, user: int, who: str, guilds: Mapping[int, str], further: str
    ) -> web.StreamResponse:
        await self._sessions.close(self._cookies.read(request, Cookie.SESSION))
        secret = await self._sessions.open(user=user, who=who, guilds=guilds)
        response = go(further)
        self._cookies.put(response, Cookie.SESSION, secret, lasts=LASTS)
        return response

    # Asking

    async def _person(self, code: str, verifier: str) -> Person:
        client = await self._as_client()
        try:
            return await self._discord.person(client=client, code=code, verifier=verifier, redirect=self._redirect)
        except CodeRefused:
            raise Problem(Code.FORBIDDEN, "Discord does not know this sign-in, or no longer.") from None
        except DiscordAway as exc:
            _away(exc)

    async def _as_client(self) -> Client:
        if self._client_secret is None:
            raise Problem(Code.FORBIDDEN, "Signing in with Discord is not set up here.")
        try:
            return Client(self._client_id or await self._discord.application_id(), self._client_secret)
        except DiscordAway as exc:
            _away(exc)

    async def _among(self, guilds: Mapping[int, str]) -> Mapping[int, str]:
        if not guilds:
            return {}
        try:
            here = await self._places.guilds()
        except DiscordAway as exc:
            _away(exc)
        return {guild: here[guild] for guild in guilds if guild in here}

    async def _operators(self) -> Mapping[int, str]:
        """Every guild there is. While Discord is away the operator still has their own list."""
        try:
            here = await self._places.guilds()
        except DiscordAway:
            here = {}
        return {OPERATOR: OPERATOR_GUILD, **here}

    async def _count(self, request: web.Request) -> None:
        headers = request.headers
        peer = self._peers.of(
            request.remote, headers.getall("X-Forwarded-For", []), headers.getall("Forwarded", [])
        )  # fmt: skip
        taken = await self._limits.take(f"door:{peer}", _ATTEMPTS)
        if not taken.is_allowed:
            raise Problem(Code.RATE_LIMITED, retry_after=taken.retry_after.total_seconds())


def _away(exc: DiscordAway) -> NoReturn:
    raise Problem(Code.NOT_READY, f"{exc} Without Discord nobody can be signed in.", retry_after=30) from None
