"""The whole server: REST, gateway and chat page on one port of 127.0.0.1, and the levers a test pulls."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .chat import Chat
from .compose import Files
from .errors import ApiError
from .events import EventLog
from .faults import Faults
from .gateway import Gateway
from .ids import Time
from .interactions import Interactions
from .lab import Lab
from .limits import Limits
from .oauth import OAuth
from .pages import guard
from .people import People
from .posting import Posting
from .rest import BASE, Door, Recorded, build
from .rest_channels import Channels
from .rest_interactions import InteractionRoutes
from .rest_world import WorldRoutes
from .runs import Run, State
from .shapes import Channel, Json, User
from .slash import Slash
from .webhooks import Webhooks
from .world import Event, World

HOST = "127.0.0.1"


class DiscordServer:
    """A Discord for one machine: `async with DiscordServer() as server:`, then point the bot at `server.api_base`."""

    def __init__(
        self,
        *,
        port: int = 0,
        token: str = "playground",  # noqa: S107 - a word for loopback, no secret
        links: Mapping[str, str] | None = None,
        now: Time = time.time,
        deadline: float = 3.0,
        nonce_window: float = 180.0,
        bot_name: str = "Hardware Sentry",
        privileged_intents: bool = False,
    ) -> None:
        self._port = port
        self._deadline = deadline
        self._runner: web.AppRunner | None = None
        self.token = token
        self.world = World(now, bot_name=bot_name, nonce_window=nonce_window)
        self.faults = Faults()
        self.limits = Limits(now)
        self.gateway = Gateway(self.world, token=token, privileged_intents=privileged_intents)
        self._files = Files(self.world)
        posting = Posting(self.world, self._files)
        webhooks = Webhooks(posting)
        interactions = Interactions(posting, self.gateway.dispatch, deadline=deadline)
        self._people = People(posting, interactions, slash := Slash(self.world, self._files))
        self._door = Door(token=token, now=now, faults=self.faults, limits=self.limits)
        self.log = EventLog()
        self._door.on_request, self.gateway.on_event = self.log.asked, self.log.told
        self.lab = Lab(self.world, limits=self.limits, faults=self.faults)
        self._chat = Chat(
            self.world, self._people, slash, self.gateway, self._files, lab=self.lab, log=self.log, links=links or {}
        )
        self.oauth = OAuth(self.world, now=now)
        self._rest = build(
            self._door,
            WorldRoutes(self.world, self.gateway, self.oauth).routes(),
            self.oauth.routes(),
            Channels(posting, webhooks).routes(),
            InteractionRoutes(interactions, webhooks, application_id=self.world.bot.id).routes(),
        )

    # --- life ---------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[guard()], client_max_size=26 << 20)
        app.add_routes([web.get("/gateway", self.gateway.handle), web.get("/gateway/", self.gateway.handle)])
        app.add_routes([*self._chat.routes(), *self.oauth.pages()])
        app.add_subapp(BASE, self._rest)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, HOST, self._port).start()
        self._runner = runner
        self._port = runner.addresses[0][1]
        self.gateway.url = f"ws://{HOST}:{self._port}/gateway"
        self._files.base = self.url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._chat.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- addresses ----------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """The chat page."""
        return f"http://{HOST}:{self._port}"

    @property
    def api_base(self) -> str:
        """What `discord.api_base` is set to."""
        return self.url + BASE

    @property
    def gateway_url(self) -> str:
        """The websocket address, as GET /gateway/bot tells it."""
        return self.gateway.url

    @property
    def requests(self) -> deque[Recorded]:
        """The REST requests so far, the oldest dropped after ten thousand."""
        return self._door.requests

    # --- people -------------------------------------------------------------------------------------------------

    async def slash(
        self,
        user: User | str,
        channel: Channel | str,
        name: str,
        values: Mapping[str, Any] | None = None,
        *,
        wait: bool = True,
    ) -> Run:
        """Send a command by its words; returns once the bot has reacted (or failed to), or at once with wait=False."""
        world = self.world
        run = self._people.slash(world.user(user), world.channel(channel), name, values or {})
        return await self._reacted(run, wait=wait)

    async def line(self, user: User | str, channel: Channel | str, line: str, *, wait: bool = True) -> Run:
        """Send a command as it is typed, e.g. `/scan jetson`."""
        run = self._people.line(self.world.user(user), self.world.channel(channel), line)
        return await self._reacted(run, wait=wait)

    async def autocomplete(
        self, user: User | str, channel: Channel | str, name: str, values: Mapping[str, Any], *, focused: str
    ) -> list[Json]:
        """The choices the bot offers while somebody types in the focused option."""
        world = self.world
        run = self._people.autocomplete(world.user(user), world.channel(channel), name, values, focused)
        return (await run.acknowledged(self._deadline + 1)).choices

    async def press(
        self,
        user: User | str,
        message: Json | str,
        custom_id: str,
        values: Sequence[str] | None = None,
        *,
        wait: bool = True,
    ) -> Run:
        """Press a button, or choose values in a select."""
        return await self._reacted(self._people.press(self.world.user(user), message, custom_id, values), wait=wait)

    async def submit_modal(self, run: Run, values: Mapping[str, Any], *, wait: bool = True) -> Run:
        """Fill in the modal that `run` was answered with; values are by custom_id."""
        return await self._reacted(self._people.submit_modal(run, values), wait=wait)

    async def message_command(self, user: User | str, message: Json | str, name: str, *, wait: bool = True) -> Run:
        """Use a command from a message's context menu."""
        return await self._reacted(self._people.message_menu(self.world.user(user), message, name), wait=wait)

    async def user_command(
        self, user: User | str, channel: Channel | str, target: User | str, name: str, *, wait: bool = True
    ) -> Run:
        """Use a command from a person's context menu."""
        world = self.world
        run = self._people.user_menu(world.user(user), world.channel(channel), world.user(target), name)
        return await self._reacted(run, wait=wait)

    def say(self, user: User | str, channel: Channel | str, text: str) -> Json:
        """Write an ordinary message."""
        return self._people.say(self.world.user(user), self.world.channel(channel), text)

    async def message_in(
        self,
        channel: Channel | str,
        timeout: float = 10.0,  # noqa: ASYNC109 - callers read better so
        matching: Callable[[Json], bool] = lambda _: True,
        *,
        viewer: User | str | None = None,
    ) -> Json:
        """The newest message of a channel that matches, waiting for one (or for an edit that makes one match)."""
        wanted = self.world.channel(channel).id
        changed = asyncio.Event()

        def hear(event: Event) -> None:
            if event.kind.startswith("MESSAGE_") and event.data.get("channel_id") == wanted:
                changed.set()

        self.world.listeners.append(hear)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    changed.clear()
                    for message in reversed(self._messages(wanted, viewer)):
                        if matching(message):
                            return message
                    await changed.wait()
        finally:
            self.world.listeners.remove(hear)

    async def requested(self, method: str, path: str, seconds: float = 10.0) -> Recorded:
        """Wait until the bot has made a REST request, and return the first one; `path` is below /api/v10."""
        async with asyncio.timeout(seconds):
            return await self._door.seen(method, path)

    async def connected(self, seconds: float = 10.0) -> None:
        """Wait until a bot is connected to the gateway."""
        await self.gateway.connected(seconds)

    # --- inside -------------------------------------------------------------------------------------------------

    def _messages(self, channel_id: str, viewer: User | str | None) -> list[Json]:
        try:
            return self.world.messages(channel_id, viewer=viewer)
        except ApiError:
            return []

    async def _reacted(self, run: Run, *, wait: bool) -> Run:
        if wait:
            await run.until(lambda: run.state is not State.SENT, self._deadline + 1)
        return run
