"""The websocket side: hello, identify, events, heartbeats, resume, and the ways a connection ends."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from .session import GUILDS, PRIVILEGED, Session
from .shapes import Json
from .world import PAGE_ONLY, Event, World

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, MEMBERS = 1, 2, 3, 4, 6, 8
RECONNECT, INVALID_SESSION, HELLO, ACK = 7, 9, 10, 11
UNKNOWN_OP, BAD_DATA, NOT_IDENTIFIED, BAD_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
BAD_SHARD, BAD_INTENTS, NOT_ALLOWED_INTENTS = 4010, 4013, 4014
MAX_PAYLOAD = 4096


class Closing(Exception):
    """The connection must end with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gateway:
    """All sessions of the bot, connected or waiting to be resumed."""

    def __init__(self, world: World, *, token: str, privileged_intents: bool = False) -> None:
        self._world = world
        self._token = token
        self._privileged = privileged_intents
        self._sessions: dict[str, Session] = {}
        self._changed = asyncio.Event()
        self.refusals = 0
        self.identifies = 0
        self.shards = 1  # what GET /gateway/bot proposes
        self.max_concurrency = 1
        self.identify_every = 0.0  # seconds between two identifies of a lane, as Discord counts them; 0: any time
        self.identified: list[tuple[float, int]] = []  # when, and which shard, too early or not
        self.too_early = 0
        self.resumes = 0
        self.url = ""
        self.on_status: Callable[[], None] | None = None
        self.on_event: Callable[[str, Json], None] | None = None
        world.listeners.append(self._hear)

    # --- for tests and the page ---------------------------------------------------------------------------------

    @property
    def is_connected(self) -> bool:
        """Whether a bot is here."""
        return any(session.is_connected for session in self._sessions.values())

    @property
    def connected_shards(self) -> set[int]:
        """The shards that a bot is here with."""
        return {session.shard[0] for session in self._sessions.values() if session.is_connected}

    async def until(self, done: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait for something to become true of the connections."""
        async with asyncio.timeout(seconds):
            while not done():
                await self._changed.wait()

    async def connected(self, seconds: float = 10.0) -> None:
        """Wait until a bot has identified (or resumed)."""
        await self.until(lambda: self.is_connected, seconds)

    async def reconnect(self) -> None:
        """Ask every client to come back and resume (op 7)."""
        await self._send_all({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is invalid (op 9); unless resumable, it is forgotten."""
        payload = {"op": INVALID_SESSION, "d": resumable}
        connected = [session for session in self._sessions.values() if session.is_connected]
        if not resumable:
            self._sessions.clear()
        for session in connected:
            await session.send(payload)

    async def close(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Close every connection with this code."""
        for session in list(self._sessions.values()):
            if session.socket is not None:
                await session.socket.close(code=code)

    # --- events -------------------------------------------------------------------------------------------------

    def dispatch(self, kind: str, data: Json, guild_id: str | None) -> bool:
        """Give an event to the session whose shard has the guild; False when there is none, not even one to resume."""
        sessions = [session for session in self._sessions.values() if session.has(guild_id)]
        for session in sessions:
            session.dispatch(kind, data)
        if sessions:
            self._told(kind, data)
        return bool(sessions)

    def _hear(self, event: Event) -> None:
        if event.viewer is not None or event.kind in PAGE_ONLY:
            return
        hears = [
            session
            for session in self._sessions.values()
            if session.has(event.guild_id) and session.wants(event.kind, is_direct=event.guild_id is None)
        ]
        for session in hears:
            session.dispatch(event.kind, session.visible(event.kind, event.data, self._world.bot.id))
        if hears:
            self._told(event.kind, event.data)

    def _told(self, kind: str, data: Json) -> None:
        if self.on_event is not None:
            self.on_event(kind, data)

    # --- one connection -----------------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One websocket from hello to its end."""
        if self.refusals:
            self.refusals -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=1 << 16)
        await socket.prepare(request)
        session: Session | None = None
        try:
            await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    session = await self._receive(socket, session, message.data)
        except Closing as closing:
            await socket.close(code=closing.code, message=closing.reason.encode())
        except ConnectionError:
            pass  # the client went away in the middle of a send; its session waits for a resume
        finally:
            if session is not None and session.socket is socket:
                self._detached(session, clean=socket.close_code in (1000, 1001))
        return socket

    def _detached(self, session: Session, *, clean: bool) -> None:
        session.detach()
        if clean:
            self._sessions.pop(session.id, None)
        self._tell()

    async def _receive(self, socket: web.WebSocketResponse, session: Session | None, raw: str) -> Session | None:
        payload = _decode(raw)
        op, data = payload.get("op"), payload.get("d")
        if op == HEARTBEAT:
            await socket.send_json({"op": ACK})
        elif op == IDENTIFY:
            if session is not None:
                raise Closing(TWICE, "Already authenticated.")
            return await self._identify(socket, data or {})
        elif op == RESUME:
            return await self._resume(socket, data or {})
        elif session is None:
            raise Closing(NOT_IDENTIFIED, "Not authenticated.")
        elif op == MEMBERS:
            session.dispatch("GUILD_MEMBERS_CHUNK", self._chunk(data or {}))
        elif op not in (PRESENCE, VOICE):
            raise Closing(UNKNOWN_OP, "Unknown opcode.")
        return session

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        if data.get("token") != self._token:
            raise Closing(BAD_TOKEN, "Authentication failed.")
        intents, shard = data.get("intents"), data.get("shard") or [0, 1]
        if not isinstance(intents, int) or intents < 0 or intents >= 1 << 26:
            raise Closing(BAD_INTENTS, "Invalid intent(s).")
        if intents & PRIVILEGED and not self._privileged:
            raise Closing(NOT_ALLOWED_INTENTS, "Disallowed intent(s).")
        if not 0 <= shard[0] < shard[1]:
            raise Closing(BAD_SHARD, "Invalid shard.")
        self.identifies += 1
        if self._is_too_early(shard[0]):
            self.too_early += 1
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return None
        self._forget(shard)
        session = Session(secrets.token_hex(16), intents, (shard[0], shard[1]))
        self._sessions[session.id] = session
        session.attach(socket)
        self._greet(session)
        self._tell()
        return session

    def _is_too_early(self, shard: int) -> bool:
        """Whether another shard of its lane, its number modulo `max_concurrency`, has identified a moment ago."""
        now, lane = time.monotonic(), shard % self.max_concurrency
        lately = [at for at, each in self.identified if each % self.max_concurrency == lane]
        self.identified.append((now, shard))
        return bool(lately) and now - lately[-1] < self.identify_every

    def _forget(self, shard: list[int]) -> None:
        # A shard that starts anew will not resume what it left behind.
        for session in list(self._sessions.values()):
            if list(session.shard) == shard and not session.is_connected:
                del self._sessions[session.id]

    def _greet(self, session: Session) -> None:
        bot = self._world.bot
        guilds = [guild for guild in self._world.guilds.values() if session.has(guild.id)]
        ready = {
            "v": 10,
            "user": {**bot.json(), "verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": bot.id, "flags": 0},
            "private_channels": [],
            "relationships": [],
        }
        session.dispatch("READY", ready)
        if session.intents & GUILDS:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", guild.json(viewer_id=bot.id))

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        if data.get("token") != self._token:
            raise Closing(BAD_TOKEN, "Authentication failed.")
        session = self._sessions.get(str(data.get("session_id")))
        seq = data.get("seq")
        if session is None or not isinstance(seq, int) or not session.can_replay(seq):
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return None
        self.resumes += 1
        session.attach(socket)
        session.replay(seq)
        session.dispatch("RESUMED", {})
        self._tell()
        return session

    def _chunk(self, data: Json) -> Json:
        guild = self._world.guilds.get(str(data.get("guild_id")))
        members = [member.json() for member in guild.members.values()] if guild is not None else []
        wanted = {str(user_id) for user_id in data.get("user_ids") or []}
        shown = [member for member in members if not wanted or member["user"]["id"] in wanted]
        chunk = {"guild_id": data.get("guild_id"), "members": shown, "chunk_index": 0, "chunk_count": 1}
        return {**chunk, "nonce": data.get("nonce")}

    async def _send_all(self, payload: Json) -> None:
        for session in list(self._sessions.values()):
            await session.send(payload)

    def _tell(self) -> None:
        happened, self._changed = self._changed, asyncio.Event()
        happened.set()
        if self.on_status is not None:
            self.on_status()


def _decode(raw: str) -> dict[str, Any]:
    if len(raw.encode()) > MAX_PAYLOAD:
        raise Closing(BAD_DATA, "Payload too large.")
    try:
        payload = json.loads(raw)
    except ValueError:
        raise Closing(BAD_DATA, "Error while decoding payload.") from None
    if not isinstance(payload, dict):
        raise Closing(BAD_DATA, "Error while decoding payload.")
    return payload
