"""The chat page: its files, its live events, and what a person's clicks and lines become."""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from .body import answer
from .chat_state import page_event, snapshot
from .compose import Files, Upload
from .errors import ApiError, Refused
from .gateway import Gateway
from .people import People
from .resolve import ATTACHMENT
from .runs import NoAnswer, Run
from .shapes import Json
from .slash import Slash
from .world import Event, World

STATIC = Path(__file__).parent / "static"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
AUTOCOMPLETE_WAIT = 4.0

Action = Callable[[Json], Awaitable[Any]]
RUNS = 200


class Chat:
    """Serves the page to browsers on this machine, and acts for the two people in it."""

    def __init__(
        self, world: World, people: People, slash: Slash, gateway: Gateway, files: Files, *, links: Mapping[str, str]
    ) -> None:
        self._world = world
        self._people = people
        self._slash = slash
        self._gateway = gateway
        self._files = files
        self._links = dict(links)
        self._viewers: dict[asyncio.Queue[Json | None], str] = {}
        self._modals: dict[str, Run] = {}
        self._actions: dict[str, Action] = {
            "say": self._say,
            "line": self._line,
            "command": self._command,
            "autocomplete": self._autocomplete,
            "press": self._press,
            "modal": self._modal,
            "menu": self._menu,
        }
        world.listeners.append(self._hear)
        gateway.on_status = lambda: self._broadcast({"type": "status", "connected": gateway.is_connected})

    def routes(self) -> list[web.RouteDef]:
        """The page, its files, its events and its actions."""
        return [
            web.get("/", self._file),
            web.get("/static/{name}", self._file),
            web.get("/favicon.ico", self._no_icon),
            web.get("/play/events", self._events),
            web.post("/play/{action}", self._act),
            web.get("/attachments/{channel}/{id}/{name}", self._attachment),
        ]

    def close(self) -> None:
        """End every event stream."""
        for queue in self._viewers:
            queue.put_nowait(None)

    # --- who may come in ----------------------------------------------------------------------------------------

    def guard(self) -> Any:
        """The aiohttp middleware: only this machine's own pages may act, and pages load nothing from elsewhere."""

        @web.middleware
        async def guarded(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            # A foreign page could reach 127.0.0.1 under a name of its own (DNS rebinding), or post blindly.
            origin = request.headers.get("Origin")
            if not _is_local(request.host) or origin not in (None, f"http://{request.host}"):
                raise web.HTTPForbidden(text="This page is for this machine only.")
            return await handler(request)

        return guarded

    def _headers(self) -> dict[str, str]:
        shops = " ".join(sorted({f"{p.scheme}://{p.netloc}" for p in map(urlsplit, self._links.values()) if p.netloc}))
        policy = f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' {shops}"
        return {
            "Content-Security-Policy": policy.strip() + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }

    # --- files --------------------------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "chat.html")
        path = STATIC / name
        # Only names that are really there: nothing a request says becomes part of a path.
        if name not in {known.name for known in STATIC.iterdir()} or path.suffix not in KINDS:
            raise web.HTTPNotFound
        headers = {**self._headers(), "Content-Type": f"{KINDS[path.suffix]}; charset=utf-8"}
        return web.Response(body=path.read_bytes(), headers=headers)

    async def _no_icon(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _attachment(self, request: web.Request) -> web.Response:
        upload = self._files.find(request.match_info["id"], request.match_info["name"])
        if upload is None:
            raise web.HTTPNotFound
        is_image = upload.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
        headers = {**self._headers(), "Content-Security-Policy": "default-src 'none'; sandbox"}
        headers["Content-Type"] = upload.content_type if is_image else "application/octet-stream"
        headers["Content-Disposition"] = f'{"inline" if is_image else "attachment"}; filename="{upload.name}"'
        return web.Response(body=upload.data, headers=headers)

    # --- live events --------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            user = self._world.user(request.query.get("user", "admin"))
        except ApiError:
            raise web.HTTPNotFound from None
        response = web.StreamResponse(headers={**self._headers(), "Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._viewers[queue] = user.id
        queue.put_nowait(self._snapshot(user.id))
        try:
            while (event := await queue.get()) is not None:
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        except ConnectionError:
            pass  # the tab was closed
        finally:
            del self._viewers[queue]
        return response

    def _snapshot(self, user_id: str) -> Json:
        user = self._world.users[user_id]
        found = snapshot(self._world, self._slash, user)
        return {**found, "links": self._links, "connected": self._gateway.is_connected}

    def _hear(self, event: Event) -> None:
        for queue, user_id in self._viewers.items():
            if event.viewer not in (None, user_id):
                continue
            translated = page_event(self._world, event, self._world.users[user_id])
            if translated is not None:
                queue.put_nowait(self._snapshot(user_id) if translated["type"] == "state" else translated)

    def _broadcast(self, event: Json) -> None:
        for queue in self._viewers:
            queue.put_nowait(event)

    # --- actions ------------------------------------------------------------------------------------------------

    async def _act(self, request: web.Request) -> web.Response:
        action = self._actions.get(request.match_info["action"])
        if action is None or request.content_type != "application/json":
            raise web.HTTPNotFound
        try:
            return answer(await action(await request.json()))
        except (Refused, NoAnswer) as refusal:
            # A person being told no is an ordinary answer; browsers would log another status as a fault of the page.
            return answer({"error": str(refusal)})
        except ApiError as refusal:
            return answer({"error": refusal.message})
        except (KeyError, TypeError, ValueError):
            return answer({"error": "The page sent something this server does not understand."}, status=400)

    async def _say(self, asked: Json) -> Json:
        user, channel = self._world.user(asked["user"]), self._world.channel(asked["channel"])
        return self._people.say(user, channel, str(asked["text"]))

    async def _line(self, asked: Json) -> Json:
        user, channel = self._world.user(asked["user"]), self._world.channel(asked["channel"])
        return self._started(self._people.line(user, channel, str(asked["text"])))

    async def _command(self, asked: Json) -> Json:
        user, channel = self._world.user(asked["user"]), self._world.channel(asked["channel"])
        leaf = self._slash.find(user, channel, asked["name"])
        files = {option["name"] for option in leaf.options if option["type"] == ATTACHMENT}
        values = {k: _upload(v) if k in files else v for k, v in asked.get("options", {}).items()}
        return self._started(self._people.slash(user, channel, asked["name"], values))

    async def _autocomplete(self, asked: Json) -> list[Json]:
        user, channel = self._world.user(asked["user"]), self._world.channel(asked["channel"])
        run = self._people.autocomplete(user, channel, asked["name"], asked.get("options", {}), asked["focused"])
        return (await run.acknowledged(AUTOCOMPLETE_WAIT)).choices

    async def _press(self, asked: Json) -> Json:
        user = self._world.user(asked["user"])
        return self._started(self._people.press(user, asked["message"], asked["custom_id"], asked.get("values")))

    async def _menu(self, asked: Json) -> Json:
        user = self._world.user(asked["user"])
        return self._started(self._people.message_menu(user, asked["message"], asked["name"]))

    async def _modal(self, asked: Json) -> Json:
        run = self._modals.get(asked["run"])
        if run is None or run.user.id != self._world.user(asked["user"]).id:
            raise Refused("This form is no longer open.")
        started = self._started(self._people.submit_modal(run, asked.get("values", {})))
        del self._modals[run.id]
        return started

    def _started(self, run: Run) -> Json:
        self._modals[run.id] = run
        while len(self._modals) > RUNS:
            del self._modals[next(iter(self._modals))]
        return run.json()


def _is_local(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


def _upload(value: Any) -> Upload:
    try:
        return Upload(str(value["name"]), str(value.get("type", "")), base64.b64decode(value["data"], validate=True))
    except binascii.Error as exc:
        raise ValueError("not base64") from exc
