"""The real program, every credential a canary, and trouble of each kind: no secret is written, shown or kept."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from redis.asyncio import Redis

from alerts.domain.model import ChangeKind
from alerts.domain.wishes import Target, TargetKind, Watch
from alerts.settings.load import load
from bot.app import Engine, engine
from bot.playground.play import Grounds, playground
from bot.playground.shop.goods import VENDORS
from tests.canary.collecting import MARK
from tests.guards.project import ROOT
from tests.reading.shop import shop
from tests.servers import Node, binary_of
from tests.store.dumps import _value
from tests.waiting import eventually
from tests.wire.bots import post_json
from tests.wire.test_restock import JETSON, NIMBUS, ask

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

FAULTY, AGENT = VENDORS[1].name, "Agent"
PASSWORD = f"{MARK}-redis/word"
APPRISE = f"ntfys://me:{MARK}-apprise@nowhere.invalid/{MARK}-topic"
HOOK_PATH = f"{MARK}-hook-path"


@dataclass
class Scene:
    """Everything around the program, its environment, and all that it said."""

    grounds: Grounds
    node: Node
    config: Path
    environment: dict[str, str]
    secrets: dict[str, str]
    port: int
    hook: str
    said: dict[str, str] = field(default_factory=dict)

    def said_more(self, where: str, what: object) -> None:
        self.said[where] = self.said.get(where, "") + str(what) + "\n"

    @property
    def guild(self) -> int:
        return int(self.grounds.discord.world.guild.id)

    async def command(self, *words: str, **more: str) -> tuple[int, str]:
        """A command of the program, as somebody types it; what it said is collected, and given."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words, "--config", str(self.config)),
            env={**self.environment, **more}, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 60)
        self.said_more(f"stderr of {' '.join(words)}", err.decode())
        return process.returncode or 0, out.decode()

    def leaks(self) -> list[str]:
        """Each secret where it was found, with what stands before it."""
        found = []
        for where, text in self.said.items():
            for name, secret in self.secrets.items():
                if at := text.find(secret) + 1:
                    found.append(f"{name} in {where}: {text[max(0, at - 200) : at]!r}")
        return found


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """A Discord, a demo shop, an agent that repeats its key, a slow program, and a store with a password."""
    binary = binary_of("valkey")
    assert binary
    secrets = {
        "redis password": PASSWORD,
        "redis password in an address": PASSWORD.replace("/", "%2F"),
        "TinyFish key": f"{MARK}-tinyfish",
        "secret key": base64.b64encode(os.urandom(32)).decode(),
        "Apprise password": f"{MARK}-apprise",
        "Apprise topic": f"{MARK}-topic",
        "a program's address": HOOK_PATH,
    }

    async def agent(request: web.Request) -> web.Response:
        told = {"error": {"code": "INVALID_API_KEY", "message": f"Invalid API key: {request.headers['X-API-Key']}"}}
        return web.json_response(told, status=401, headers={"X-Key": request.headers["X-API-Key"]})

    async def program(request: web.Request) -> web.Response:
        facts = await request.json()
        if facts["type"] != "webhook.challenge":
            await asyncio.sleep(60)  # until the sender has lost patience
        return web.json_response({"challenge": facts.get("challenge")})

    node = Node(binary, folder / "valkey", "--requirepass", PASSWORD)
    node.url = f"redis://:{secrets['redis password in an address']}@{node.host}/0"
    async with playground(port=0, data_dir=folder) as grounds, shop(agent) as tinyfish, shop(program) as slow:
        assert grounds.settings.discord.token
        secrets["bot token"] = grounds.settings.discord.token.get_secret_value()
        products = grounds.shop.products()
        listings = next(each for each in products if each["sku"] == JETSON)["listings"]
        listings.append({"vendor": AGENT, "url": f"{tinyfish.base}/item", "currency": "GBP", "reader": "tinyfish"})
        port = free_port()
        fetch = {"pace": "none", "allow_private": [grounds.shop.authority, tinyfish.place, slow.place], "timeout": "5s"}
        more = {"fetch": fetch, "web": {"port": port, "public_metrics": True}, "products": products}
        config = folder / "canary.yaml"
        config.write_text(yaml.safe_dump({
            "cache": {"fresh": "2s"}, "confirm": {"restock_delay": "2s"}, "tiers": {"hot": {"every": "2s"}},
            "discord": {"api_base": grounds.discord.api_base}, "tinyfish": {"base_url": tinyfish.base},
            "operator": {"channel": int(grounds.discord.world.channel("general").id)}, **more,
        }))  # fmt: skip
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder), "TMPDIR": str(folder),
            "DISCORD_TOKEN": secrets["bot token"], "TINYFISH_API_KEY": secrets["TinyFish key"],
            "HS_SECRET_KEY": secrets["secret key"], "HS_STORE__URL": node.url,
        }  # fmt: skip
        try:
            node.start()
            yield Scene(grounds, node, config, environment, secrets, port, f"{slow.base}/{HOOK_PATH}?key={MARK}-query")
        finally:
            node.kill()


@asynccontextmanager
async def running(found: Scene) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program in all its roles, with the planted defect; told to stop at the end, and killed if it does not."""
    # The program knows its settings by heart; what lies sealed in the store it must know by its form.
    by_form = [found.secrets[name] for name in ("API key", "signing secret")]
    by_form += [APPRISE, f"https://discord.com/api/webhooks/1/{found.secrets['webhook token']}"]
    planted = " ".join([*found.environment.values(), PASSWORD, *by_form])
    log = found.config.parent / "program.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.wire.faulty", "run", "--config", str(found.config)),
            env={**found.environment, "FAULTY": FAULTY, "SECRETS": planted}, cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        await found.grounds.bot_is_there()
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
        found.said_more("the program's output", log.read_text())


async def furnished(found: Scene, parts: Engine) -> str:
    """Alerts to every kind of place, a program's webhook, an API key; answers the webhook's id."""
    discord, guild = found.grounds.discord, found.guild
    discord.world.allow("deals", discord.world.bot, 1 << 29)
    _, made = await post_json(discord, f"/channels/{discord.world.channel('deals').id}/webhooks", {"name": "alerts"})
    found.secrets["webhook token"] = made["token"]
    product = next(each for each in parts.products.offered if each.sku == JETSON)
    pasted = [f"https://discord.com/api/webhooks/{made['id']}/{made['token']}", APPRISE]
    targets = [await parts.addresses.add(guild, each) for each in pasted]
    targets.append(Target(type=TargetKind.CHANNEL, id=int(discord.world.channel("deals").id)))
    for target in targets:
        await parts.subscriptions.add(guild, product, target, by=1, kinds=[*ChangeKind])
    await parts.store.add_watch(Watch(guild=guild, sku=JETSON, added_by=1, added_at=parts.clock.now()))
    added = await parts.webhooks.add(guild, found.hook, by=1)
    found.secrets["signing secret"] = added.secret
    assert added.webhook.is_active
    return added.webhook.id


async def asked_for(found: Scene, session: aiohttp.ClientSession, key: str) -> None:
    """Every answer of the web face, also to those who hold a key, write it into the address, or come by mistake."""
    paths = "/live /ready /health /health/detailed /metrics /nowhere /api/v1/products /api/v1/nowhere /api-docs / "
    paths += f"/metrics?token={key} /api/v9/x"
    for path in paths.split():
        headers = {"Authorization": f"Bearer {key}"}
        async with session.get(path, headers=headers) as answer:
            shown = f"{answer.status} {answer.headers!r} {await answer.text()}"
            found.said_more(f"the answer at {path.partition('?')[0]}", shown)


async def test_no_secret_is_told_whatever_goes_wrong(tmp_path: Path) -> None:
    async with scene(tmp_path) as found, engine(load(found.config.read_text(), found.environment)) as parts:
        discord, world = found.grounds.discord, found.grounds.discord.world
        hook = await furnished(found, parts)
        code, told = await found.command("keys", "create", "--json")
        key = re.search(r"hs_live_\w+", told)
        assert code == 0, found.said
        assert key
        found.secrets["API key"] = key[0]
        async with running(found) as program, aiohttp.ClientSession(f"http://127.0.0.1:{found.port}") as session:
            found.said_more("argv", commands_below(program.pid))
            for status, path in ((401, "messages"), (403, "messages"), (500, "messages")):
                discord.faults.add("POST", f"/channels/*/{path}", status=status)
            again = f"POST {discord.api_base}/webhooks/{world.bot.id}/{found.secrets['webhook token']} failed"
            discord.faults.add("POST", "/webhooks/*", status=500, body={"message": again}, times=3)
            found.grounds.shop.set(JETSON, NIMBUS, availability="in_stock", price="199.00")
            for line in ("scan", "why", "watch list", "alerts list", "status", "audit", "stats", "settings keys list"):
                values: dict[str, Any] = {"product": "jetson"} if line in ("scan", "why") else {}
                found.said_more(f"/{line}", await ask(found.grounds, "admin", "general", line, **values))
            await discord.message_in("deals", timeout=30)
            await eventually(lambda: tried(parts, found.guild, hook), within=30)
            await asked_for(found, session, key[0])
            found.node.kill()
            await eventually(lambda: status_of(session, "/health", 503), within=30)
            await asked_for(found, session, key[0])
            away = await ask(found.grounds, "admin", "general", "scan", product="jetson", fresh=True)
            found.said_more("/scan without memory", away)
            found.node.start()
            await eventually(lambda: status_of(session, "/health", 200), within=30)
            await asked_for(found, session, key[0])
        for words in (["keys", "list"], ["watch", "list"], ["dlq", "list", "--json"], ["history", JETSON, "--json"]):
            found.said_more(" ".join(words), (await found.command(*words))[1])
        found.said_more("the engine's repr", repr(parts))
        found.said_more("the messages", [world.messages(each.id) for each in world.channels.values()])
        found.said_more("what Discord was sent", [each.payload for each in discord.requests])
        found.said_more("the store", await everything(found.node.url))

    logged = found.said["the program's output"]
    assert logged.count("the planted defect") >= 1, "the defect must have been met, or nothing is proven"
    assert '"event": "running"' in logged
    assert {"/health", "/metrics"} <= {where.rpartition(" ")[2] for where in found.said}
    assert found.leaks() == []


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


async def tried(parts: Engine, guild: int, webhook: str) -> bool:
    return any(each.status == "timeout" for each in await parts.webhooks.log(guild, webhook))


async def status_of(session: aiohttp.ClientSession, path: str, wanted: int) -> bool:
    async with session.get(path) as answer:
        return answer.status == wanted


async def everything(url: str) -> dict[str, str]:
    async with Redis.from_url(url, decode_responses=True, encoding_errors="backslashreplace") as redis:
        return {name: repr(await _value(redis, name)) async for name in redis.scan_iter("*")}


def commands_below(pid: int) -> str:
    """The command lines of a process and of those that it has started, as `ps` shows them to everybody."""
    processes = Path("/proc")
    parents: dict[int, int] = {}
    for each in processes.glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(each.parent.name)] = int(each.read_text().rpartition(") ")[2].split()[1])
    family = {pid}
    while more := {each for each, parent in parents.items() if parent in family} - family:
        family |= more
    said = []
    for each in family:
        with suppress(OSError):
            said.append((processes / str(each) / "cmdline").read_bytes().decode("utf-8", "replace"))
    return "\n".join(said)
