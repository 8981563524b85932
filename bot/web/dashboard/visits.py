"""A visit: who looks at which guild's page. Every page is made here, so none can forget to ask whose it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aiohttp import web

from alerts.ports import Clock
from bot.web.dashboard.guards import HEADERS, MOST_BYTES, comes_from_here, go, is_same
from bot.web.dashboard.pages import NAVIGATION, NavigationLink, error_page, write
from bot.web.errors import problem_of
from bot.web.problems import Code, Problem

_ID = re.compile(r"0|[1-9][0-9]{0,19}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in. `guilds`: the names of those that they may see, by id."""

    who: str
    user: int  # 0 for the operator
    guilds: Mapping[int, str]
    is_operator: bool
    csrf: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor at a page of one guild. Everything that a page shows or does is that guild's."""

    request: web.Request
    who: str
    user: int
    guild: int
    guild_name: str
    guilds: Mapping[int, str]
    is_operator: bool
    csrf: str


Page = Callable[[Visit], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Enter = Callable[[web.Request], Awaitable[Visitor | None]]  # who asks; None for somebody who has not signed in


def render(visit: Visit | None, template: str, *, status: int = 200, **facts: object) -> web.Response:
    """A page from its template. `visit` is None on pages for everybody."""
    links = visit.request.get(NAVIGATION, ()) if visit else ()
    return write(template, status=status, visit=visit, navigation=links, **facts)


class Dashboard:
    """The pages and what they can do, each behind the same door."""

    def __init__(self, *, enter: Enter, clock: Clock, public_url: str) -> None:
        self._enter, self._clock, self._public_url = enter, clock, public_url
        self._routes: list[web.RouteDef] = []
        self._links: list[NavigationLink] = []

    def page(self, path: str, handler: Page, *, title: str = "") -> None:
        """Show this at GET. `path` is `/g/{guild}/…`; with a title it is linked on every page, in the order given."""
        if title:
            self._links.append(NavigationLink(path, title))
        self._routes.append(web.get(_checked(path), self.guarded(self._shown(handler))))

    def act(self, path: str, handler: Page) -> None:
        """Do this at POST, once it is sure that one of our own pages sent it in the visitor's name.

        The form is read already: `await visit.request.post()`.
        """
        self._routes.append(web.post(_checked(path), self.guarded(self._done(handler))))

    def open(self, method: str, path: str, handler: Handler) -> None:
        """A page for everybody. It sees for itself who asks."""
        self._routes.append(web.route(method, path, self.guarded(handler)))

    def routes(self) -> list[web.RouteDef]:
        """All of them, for `application(pages=…)`."""
        return [*self._routes, web.get("/g/{rest:.*}", self.guarded(self._nowhere))]

    def guarded(self, handler: Handler) -> Handler:
        """A handler whose every answer has our headers, and whose errors are pages."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                response = await handler(request)
            except web.HTTPRedirection as exc:
                response = go(exc.headers["Location"])  # the exception itself is no answer
            except Exception as exc:  # noqa: BLE001 - the bulkhead of a page: whatever it was, there is one answer
                response = error_page(problem_of(exc, request, self._clock))
            if not response.prepared:
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
            return response

        return handle

    @asynccontextmanager
    async def form(self, request: web.Request, csrf: str | None) -> AsyncIterator[web.Request]:
        """The request with its form read. Problem when it is too large or not one of ours; `csrf` None asks no token.

        Without a session there is no token: then what the browser says of the form's origin must do.
        """
        if not comes_from_here(request, self._public_url):
            raise Problem(Code.FORBIDDEN, "This form was not sent by one of our pages.")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Problem(Code.UNSUPPORTED_MEDIA_TYPE, "A form is sent as it is, not compressed.")
        small = request.clone(client_max_size=MOST_BYTES)
        if (request.content_length or 0) > MOST_BYTES:
            raise Problem(Code.TOO_LARGE, "That is larger than 64 KB.")
        try:
            form = await small.post()
        except ValueError:
            raise Problem(Code.MALFORMED_REQUEST, "The form could not be read.") from None
        try:
            token = form.get("csrf", "")
            if csrf is not None and not (isinstance(token, str) and is_same(token, csrf)):
                raise Problem(
                    Code.FORBIDDEN, "This form is too old, or was not sent by one of our pages. Open it again."
                )
            yield small
        finally:
            for value in form.values():
                if isinstance(value, web.FileField):
                    value.file.close()

    def _shown(self, handler: Page) -> Handler:
        async def show(request: web.Request) -> web.StreamResponse:
            visitor = await self._enter(request)
            if visitor is None:
                return _sign_in_first(request)
            return await handler(self._visit(request, visitor))

        return show

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        if await self._enter(request) is None:
            return _sign_in_first(request)
        raise Problem(Code.NOT_FOUND)

    def _done(self, handler: Page) -> Handler:
        async def do(request: web.Request) -> web.StreamResponse:
            visitor = await self._enter(request)
            if visitor is None:
                raise Problem(Code.FORBIDDEN, "You are not signed in, or no longer. Sign in and do it again.")
            async with self.form(request, visitor.csrf) as read:
                return await handler(self._visit(read, visitor))

        return do

    def _visit(self, request: web.Request, visitor: Visitor) -> Visit:
        text = request.match_info["guild"]
        guild = int(text) if _ID.fullmatch(text) else -1
        if guild not in visitor.guilds:
            raise Problem(Code.NOT_FOUND)  # the same for one that does not exist
        request[NAVIGATION] = [link.of(guild) for link in self._links]
        return Visit(
            request=request,
            who=visitor.who,
            user=visitor.user,
            guild=guild,
            guild_name=visitor.guilds[guild],
            guilds=visitor.guilds,
            is_operator=visitor.is_operator,
            csrf=visitor.csrf,
        )


def _sign_in_first(request: web.Request) -> web.Response:
    return go(f"/sign-in?next={quote(request.path_qs, safe='')}")


_PREFIX: Final = "/g/{guild}/"


def _checked(path: str) -> str:
    if not path.startswith(_PREFIX):
        raise ValueError(f"{path}: a page of a guild is under {_PREFIX}")
    return path
