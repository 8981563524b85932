"""The chat page: its live events, and what a person's clicks and lines become."""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from .body import answer
from .chat_state import page_event, snapshot
from .compose import Files, Upload
from .errors import ApiError, Refused
from .events import EventLog
from .gateway import Gateway
from .lab import Lab
from .pages import Pages
from .people import People
from .resolve import ATTACHMENT
from .runs import NoAnswer, Run
from .shapes import Json
from .slash import Slash
from .world import Event, World

AUTOCOMPLETE_WAIT = 4.0

Action = Callable[[Json], Awaitable[Any]]
RUNS = 200


class Chat:
    """Serves the page to browsers on this machine, and acts for the two people in it."""

    def __init__(
        self,
        world: World,
        people: People,
        slash: Slash,
        gateway: Gateway,
        files: Files,
        *,
        lab: Lab,
        log: EventLog,
        links: Mapping[str, str],
    ) -> None:
        self._world = world
        self._people = people
        self._slash = slash
        self._gateway = gateway
        self._lab = lab
        self._log = log
        self._pages = Pages(files, links=links)
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
            "direct": self._direct,
            "lab": self._turn,
        }
        world.listeners.append(self._hear)
        log.on_entry = lambda entry: self._broadcast({"type": "log", "entries": [entry]})
        gateway.on_status = lambda: self._broadcast({"type": "status", "connected": gateway.is_connected})

    def routes(self) -> list[web.RouteDef]:
        """The page with its files, its events and its actions."""
        return [
            *self._pages.routes(),
            web.get("/play/events", self._events),
            web.post("/play/{action}", self._act),
        ]

    def close(self) -> None:
        """End every event stream."""
        for queue in self._viewers:
            queue.put_nowait(None)

    # --- live events --------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            user = self._world.user(request.query.get("user", "admin"))
        except ApiError:
            raise web.HTTPNotFound from None
        response = web.StreamResponse(headers={**self._pages.headers(), "Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._viewers[queue] = user.id
        queue.put_nowait(self._snapshot(user.id))
        if self._log.entries:
            queue.put_nowait({"type": "log", "entries": list(self._log.entries)})
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
        found = snapshot(self._world, self._slash, self._lab, user)
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
        values = {key: _files_of(value) for key, value in asked.get("values", {}).items()}
        started = self._started(self._people.submit_modal(run, values))
        del self._modals[run.id]
        return started

    async def _direct(self, asked: Json) -> Json:
        return {"channel": self._world.open_dm(self._world.user(asked["user"])).id}

    async def _turn(self, asked: Json) -> Json:
        user, what = self._world.user(asked["user"]), asked["what"]
        if what == "permit":
            self._lab.permit(self._world.channel(asked["channel"]), asked["name"], granted=bool(asked["on"]))
        elif what == "slow":
            self._lab.slow(self._world.channel(asked["channel"]), int(asked["seconds"]))
        elif what == "direct":
            self._lab.take_direct(user, on=bool(asked["on"]))
        elif what == "locale":
            self._lab.speak(user, asked["locale"])
        else:
            self._lab.switch(what, on=bool(asked["on"]))
        self._broadcast({"type": "switches", "switches": self._lab.switches()})
        return self._lab.switches()

    def _started(self, run: Run) -> Json:
        self._modals[run.id] = run
        while len(self._modals) > RUNS:
            del self._modals[next(iter(self._modals))]
        return run.json()


def _files_of(value: Any) -> Any:
    """Files as they come from a form, everything else as it is."""
    is_files = isinstance(value, list) and all(isinstance(each, dict) for each in value)
    return [_upload(each) for each in value] if is_files else value


def _upload(value: Any) -> Upload:
    try:
        return Upload(str(value["name"]), str(value.get("type", "")), base64.b64decode(value["data"], validate=True))
    except binascii.Error as exc:
        raise ValueError("not base64") from exc
