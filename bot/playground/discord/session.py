"""One gateway session: its shard, its numbered events, and the socket it has at the moment."""

import asyncio
import json
from collections import deque

from aiohttp import web

from .shapes import Json

GUILDS, MESSAGES, DIRECT_MESSAGES, CONTENT = 1 << 0, 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | CONTENT
KEPT_EVENTS = 1000
HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


class Session:
    """Numbers and keeps events, also while nobody is connected, so that a resume misses nothing."""

    def __init__(self, session_id: str, intents: int, shard: tuple[int, int]) -> None:
        self.id = session_id
        self.intents = intents
        self.shard = shard
        self.socket: web.WebSocketResponse | None = None
        self._seq = 0
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT_EVENTS)
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._pump: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether a client listens now."""
        return self.socket is not None and not self.socket.closed

    def has(self, guild_id: str | None) -> bool:
        """Whether this shard has the guild; direct messages go to the first shard."""
        number, count = self.shard
        return (int(guild_id) >> 22) % count == number if guild_id is not None else number == 0

    def wants(self, kind: str, *, is_direct: bool) -> bool:
        """Whether the intents ask for this kind of event."""
        if kind.startswith("MESSAGE_"):
            return bool(self.intents & (DIRECT_MESSAGES if is_direct else MESSAGES))
        return bool(self.intents & GUILDS) and not is_direct

    def visible(self, kind: str, data: Json, bot_id: str) -> Json:
        """The event without the text of others' messages, unless the client may read them."""
        if not kind.startswith("MESSAGE_") or "author" not in data or self.intents & CONTENT:
            return data
        is_addressed = any(user["id"] == bot_id for user in data["mentions"])
        is_own = data["author"]["id"] == bot_id or data.get("guild_id") is None
        return data if is_own or is_addressed else {**data, **HIDDEN}

    def attach(self, socket: web.WebSocketResponse) -> None:
        """From now on events go to this socket."""
        self.detach()
        self.socket = socket
        self._queue = asyncio.Queue()
        self._pump = asyncio.ensure_future(self._run(socket, self._queue))

    def detach(self) -> None:
        """The socket is gone; keep the events."""
        self.socket = None
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None

    def dispatch(self, kind: str, data: Json) -> None:
        """Number an event, keep it, and send it in its turn."""
        self._seq += 1
        raw = json.dumps({"op": 0, "t": kind, "s": self._seq, "d": data}, separators=(",", ":"))
        self._kept.append((self._seq, raw))
        if self.is_connected:
            self._queue.put_nowait(raw)

    async def send(self, payload: Json) -> None:
        """Send something that is no event, at once."""
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_json(payload)

    def can_replay(self, seq: int) -> bool:
        """Whether nothing after this number is lost."""
        oldest = self._kept[0][0] if self._kept else 1
        return oldest - 1 <= seq <= self._seq

    def replay(self, seq: int) -> None:
        """Send again all that came after this number."""
        for number, raw in self._kept:
            if number > seq:
                self._queue.put_nowait(raw)

    async def _run(self, socket: web.WebSocketResponse, queue: "asyncio.Queue[str]") -> None:
        # One writer per socket keeps events in order; a closed socket ends it, the events stay for the resume.
        while not socket.closed:
            raw = await queue.get()
            try:
                await socket.send_str(raw)
            except ConnectionError:
                return
