"""The dashboard served as the program serves it, beside a Discord that plays OAuth2, and browsers without a window."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientResponse, ClientSession, CookieJar, web

from alerts.limits import Limits
from alerts.sessions import Sessions
from alerts.settings.web import WebSection
from alerts.store.memory import MemoryStore
from bot.playground.discord.permissions import Permission
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.shapes import User
from bot.web.dashboard.discord_api import Discord, KnownPlaces
from bot.web.dashboard.door import RETURN, Door
from bot.web.dashboard.static_files import add_static
from bot.web.dashboard.visits import Dashboard, Visit
from bot.web.peers import Peers
from bot.web.server import application, serving
from tests.fakes import FakeClock


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class World:
    """What a test looks at and turns."""

    url: str
    discord: DiscordServer
    store: MemoryStore
    clock: FakeClock
    sessions: Sessions
    places: KnownPlaces
    dashboard: Dashboard
    done: list[tuple[int, str]]

    @property
    def guild(self) -> int:
        return int(self.discord.world.guild.id)

    def other_guild(self, *, owner: User) -> int:
        return int(self.discord.world.add_guild("Elsewhere", owner=owner).id)

    def manager(self) -> User:
        """A member who was given Manage Server and owns nothing."""
        world = self.discord.world
        user = world.add_user("manager", guild=world.guild)
        world.give(user, world.add_role("managers", permissions=int(Permission.MANAGE_GUILD)))
        return user


class Browser:
    """One person's browser: keeps cookies, follows nothing by itself, says where its forms come from."""

    def __init__(self, world: World, session: ClientSession) -> None:
        self.world, self.session = world, session

    async def get(self, path: str, **more: Any) -> ClientResponse:
        return await self.session.get(self._at(path), allow_redirects=False, **more)

    async def post(self, path: str, form: Any = None, *, origin: str | None = "", **more: Any) -> ClientResponse:
        """`origin` None: a browser that does not say."""
        headers = {} if origin is None else {"Origin": origin or self.world.url}
        headers |= more.pop("headers", {})
        return await self.session.post(self._at(path), data=form, headers=headers, allow_redirects=False, **more)

    async def text(self, path: str) -> str:
        async with await self.get(path) as answer:
            return await answer.text()

    async def leave_for_discord(self, further: str = "/") -> dict[str, str]:
        """Press "Sign in"; what Discord is asked."""
        answer = await self.post("/sign-in", {"next": further})
        assert answer.status == 303, await answer.text()
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    async def agree(self, asked: dict[str, str], user: User) -> str:
        """On Discord's page; the address that leads back."""
        async with ClientSession() as session:
            form = {**asked, "user": user.id, "decision": "authorize"}
            answer = await session.post(
                f"{self.world.discord.url}/oauth2/authorize", data=form, allow_redirects=False
            )  # fmt: skip
        return answer.headers["Location"]

    async def sign_in(self, user: User, *, further: str = "/") -> ClientResponse:
        """All of it; the answer that has the session's cookie."""
        return await self.get(await self.agree(await self.leave_for_discord(further), user))

    async def csrf(self) -> str:
        """The token of this session's forms."""
        found = re.search(r'name="csrf" value="([^"]+)"', await self.text(f"/g/{self.world.guild}/"))
        assert found
        return found[1]

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}

    def _at(self, path: str) -> str:
        return path if path.startswith("http") else self.world.url + path


async def _show(visit: Visit) -> web.StreamResponse:
    text = f'{visit.who} {visit.guild_name} {visit.guild} <input name="csrf" value="{visit.csrf}">'
    return web.Response(text=text, content_type="text/html")


@asynccontextmanager
async def dashboard_world(*, has_client: bool = True, public_url: str | None = None) -> AsyncIterator[World]:
    """Two pages and a form of the test's own behind the real door."""
    async with DiscordServer() as server:
        port = free_port()
        here = f"http://127.0.0.1:{port}"
        url = public_url or here
        server.oauth.redirects = frozenset({url + RETURN})
        clock = FakeClock()
        store = MemoryStore(clock)
        discord = Discord(api_base=server.api_base, bot_token=server.token)
        places, sessions = KnownPlaces(discord, clock), Sessions(store=store, clock=clock)
        door = Door(
            sessions=sessions,
            discord=discord,
            places=places,
            limits=Limits(store=store, clock=clock),
            peers=Peers(),
            public_url=url,
            client_secret=server.oauth.secret if has_client else None,
        )
        dashboard = Dashboard(enter=door.enter, clock=clock, public_url=url)
        door.open(dashboard)
        add_static(dashboard)
        done: list[tuple[int, str]] = []

        async def do(visit: Visit) -> web.StreamResponse:
            done.append((visit.guild, str((await visit.request.post())["what"])))
            return web.Response(text="done")

        async def fail(visit: Visit) -> web.StreamResponse:
            raise RuntimeError("a secret")

        dashboard.page("/g/{guild}/", _show, title="Overview")
        dashboard.page("/g/{guild}/broken", fail)
        dashboard.act("/g/{guild}/act", do)
        app = application([], gate=_no_gate, clock=clock, pages=dashboard.routes())
        async with serving(app, WebSection(port=port)):
            yield World(here, server, store, clock, sessions, places, dashboard, done)


async def _no_gate(*_: object) -> Any:
    raise AssertionError("there are no endpoints here")


@asynccontextmanager
async def browser(world: World) -> AsyncIterator[Browser]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Browser(world, session)
