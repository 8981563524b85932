"""The Discord of the benchmark, in a process of its own: commands as JSON lines on stdin, answers on stdout.

`playground`: the project's own server (bot/playground/discord). `lean`: answers a message and nothing else, for the
question how fast we are when Discord is no wall at all; the playground would be one (the table prints its ceiling).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from bot.playground.discord.permissions import Permission
from bot.playground.discord.rest import BASE
from bot.playground.discord.server import HOST, DiscordServer
from bot.playground.discord.world import Event

from .facts import NEWS

POSTS = "/channels/*/messages"
Json = dict[str, Any]
Arrival = tuple[float, str, list[str], bool]  # when, in which channel, news of what, whether by an edit


class Playground:
    """The project's own server and the levers of the scenarios."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._arrived: list[Arrival] = []
        self._told: set[tuple[str, str]] = set()
        server.world.listeners.append(self._hear)

    def _hear(self, event: Event) -> None:
        if event.kind in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            told = sorted(set(NEWS.findall(json.dumps([event.data["content"], event.data["embeds"]]))))
            edit = event.kind == "MESSAGE_UPDATE"
            channel = event.data["channel_id"]
            self._arrived.append((time.monotonic(), channel, told, edit))
            self._told.update((channel, news) for news in told)

    def build(self, guilds: int, channels: int) -> Json:
        """So many more guilds with so many channels each; their ids."""
        world = self._server.world
        made = [world.add_guild(f"G{n}", channels=[f"c{k}" for k in range(channels)]) for n in range(guilds)]
        return {"guilds": [[guild.id, list(guild.channels)] for guild in made]}

    def limits(self, per_second: int = 50) -> Json:
        """Count from now on as Discord does."""
        self._server.limits.per_second = per_second
        self._server.limits.on()
        return {}

    def storm(self, user_every: int, global_every: int, retry_after: float) -> Json:
        """From now on 429 for a share of the posts: the channel's own limit, and the global one."""
        add = self._server.faults.rate_limit
        add("POST", POSTS, retry_after=retry_after, is_global=True, times=None, every=global_every)
        add("POST", POSTS, retry_after=retry_after, times=None, every=user_every)
        return {}

    def calm(self) -> Json:
        """No scripted failures any more."""
        self._server.faults.clear()
        return {}

    def close(self, hidden: list[str], locked: list[str]) -> Json:
        """Take the bot's rights away: in `hidden` it gets 50001, in `locked` 50013."""
        world = self._server.world
        for names, right in ((hidden, Permission.VIEW_CHANNEL), (locked, Permission.SEND_MESSAGES)):
            for name in names:
                world.deny(name, world.bot, int(right))
        return {}

    def count(self) -> Json:
        """How many pieces of news have been told so far, each counted once in each channel."""
        return {"told": len(self._told)}

    def report(self) -> Json:
        """Everything that arrived, and how it was answered."""
        refused = Counter(each.path.split("/")[2] for each in self._server.requests if each.status == 403)
        return {
            "arrived": self._arrived,
            "answers": dict(self._server.limits.answers),
            "invalid": self._server.limits.invalid,
            "refusals": max(refused.values(), default=0),
            "cpu": time.process_time(),
        }


class Lean:
    """Messages with growing ids, no limits, nothing kept but a count."""

    def __init__(self) -> None:
        self._count = 0

    def count(self) -> Json:
        """How many messages were posted so far."""
        return {"told": self._count}

    def report(self) -> Json:
        """The count, and what it cost."""
        return {"told": self._count, "cpu": time.process_time()}

    async def post(self, request: web.Request) -> web.Response:
        """Post a message, and answer it as Discord would."""
        asked = orjson.loads(await request.read())
        self._count += 1
        made = {
            **_MESSAGE,
            "id": str((int(time.time() * 1000) - 1_420_070_400_000 << 22) + self._count),
            "channel_id": request.match_info["channel"],
            "content": asked.get("content") or "",
            "embeds": [{"type": "rich", **embed} for embed in asked.get("embeds") or []],
            "nonce": asked.get("nonce"),
        }
        return _json(made, {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "999",
                            "X-RateLimit-Reset-After": "1.000", "X-RateLimit-Bucket": "b" * 32})  # fmt: skip

    async def start(self) -> int:
        """Listen; the port."""
        app = web.Application()
        app.add_routes([
            web.post(f"{BASE}/channels/{{channel}}/messages", self.post),
            web.get(f"{BASE}/users/@me", lambda _: _answer(_BOT)),
            web.get(f"{BASE}/oauth2/applications/@me", lambda _: _answer(_APPLICATION)),
            web.get(f"{BASE}/gateway/bot", lambda _: _answer(_GATEWAY)),
            web.get(f"{BASE}/applications/{{id}}/commands", lambda _: _answer([])),
            web.put(f"{BASE}/applications/{{id}}/commands", lambda _: _answer([])),
        ])  # fmt: skip
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        return int(runner.addresses[0][1])


_BOT: Json = {"id": "41943044194304", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
_APPLICATION: Json = {"id": _BOT["id"], "name": "bot", "icon": None, "description": "", "bot_public": True, "flags": 0,
                      "bot_require_code_grant": False, "owner": {**_BOT, "bot": False}, "verify_key": "x",
                      "team": None}  # fmt: skip
_STARTS: Json = {"total": 9, "remaining": 9, "reset_after": 0, "max_concurrency": 1}
_GATEWAY: Json = {"url": f"ws://{HOST}:9", "shards": 1, "session_start_limit": _STARTS}
_MESSAGE: Json = {"author": _BOT, "timestamp": "2026-11-22T12:00:00.000000+00:00", "edited_timestamp": None, "type": 0,
                  "tts": False, "pinned": False, "flags": 0, "attachments": [], "reactions": [], "components": [],
                  "mentions": [], "mention_roles": [], "mention_everyone": False}  # fmt: skip


def _json(data: Any, headers: dict[str, str]) -> web.Response:
    # discord.py looks for exactly this content type.
    return web.Response(body=orjson.dumps(data), headers={"Content-Type": "application/json", **headers})


async def _answer(data: Any) -> web.Response:
    return _json(data, {})


async def obey(does: dict[str, Callable[..., Json]]) -> None:
    """Do what comes in until the other side hangs up."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        name, with_ = json.loads(line)
        print(json.dumps(does[name](**with_)), flush=True)


async def main(kind: str) -> None:
    """Serve until stdin ends."""
    if kind == "lean":
        lean = Lean()
        print(json.dumps({"port": await lean.start()}), flush=True)
        await obey({"count": lean.count, "report": lean.report})
        return
    async with DiscordServer() as server:
        world = Playground(server)
        print(json.dumps({"port": server.port}), flush=True)
        names = ("build", "limits", "storm", "calm", "close", "count", "report")
        await obey({name: getattr(world, name) for name in names})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
