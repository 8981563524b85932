"""A small world for behaviour tests: our own client on simcord's Discord, over a dictionary, with shops that play.

`World` is what a test holds: a guild with a channel, an admin (Manage Server) and a member.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from simcord import ChannelHandle, Env, GuildHandle, HttpLogEntry, InteractionResult, MemberActor
from simcord.http.router import RequestContext, route

from alerts.domain.errors import SentryError
from alerts.domain.model import Failure, Offer
from alerts.settings.model import Settings
from alerts.store.memory import MemoryStore
from bot.app import Engine, assemble, plug_in
from bot.client import Client
from bot.notify.apprise_worker import AppriseWorker
from tests.fakes import Shops
from tests.payloads import refusals
from tests.worlds import OUT, offer

API = "https://discord.com/api/v10"  # simcord knows a route by what follows this
VENDORS = ("Acme", "Bolt")
CATALOGUE: tuple[tuple[str, str], ...] = (("pi5", "Raspberry Pi 5"), ("deck", "Steam Deck"), ("jetson", "Jetson Orin"))


@route("GET", "/gateway/bot")
def _gateway(_: RequestContext) -> dict[str, Any]:
    """Our client asks for it at the start; simcord has no such route."""
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": "wss://gateway.discord.gg", "shards": 1, "session_start_limit": limit}


class SimClock:
    """simcord's time: it moves by `env.advance_time` alone, and whoever sleeps in the bot wakes by it."""

    def __init__(self) -> None:
        self.env: Env | None = None

    def now(self) -> datetime:
        return self.env.now() if self.env else datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return (self.now() - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def settings(catalogue: Sequence[tuple[str, str]] = CATALOGUE, vendors: Sequence[str] = VENDORS) -> Settings:
    """Products of (sku, name), each listed by every vendor."""
    return Settings.model_validate({
        "store": {"secret_key": "A" * 43 + "="},
        "limits": {"commands_per_user": 100_000, "commands_per_guild": 100_000},  # time stands still in most tests
        "products": [
            {"sku": sku, "name": name, "tier": "hot",
             "listings": [{"vendor": each, "url": f"https://{each.lower()}.test/{sku}"} for each in vendors]}
            for sku, name in catalogue
        ],
    })  # fmt: skip


@dataclass
class Bot:
    """Our client, not yet started, and everything behind it."""

    client: Client
    parts: Engine
    store: MemoryStore
    shops: Shops
    clock: SimClock


async def bot(told: Settings | None = None) -> Bot:
    """Wired by bot/app.py; only memory, time and the shops are ours."""
    told, clock = told or settings(), SimClock()
    store = MemoryStore(clock=clock)
    vendors = {each.vendor for product in told.catalogue() for each in product.listings}
    shops = Shops(clock, **{vendor: offer(OUT) for vendor in vendors})
    parts = assemble(
        told, clock=clock, store=store, jobs_url="", looks=dict.fromkeys(vendors, shops), worker=AppriseWorker()
    )
    client = Client(api_base=API, notes=store, clock=clock, shard_count=1)
    await plug_in(client, parts)
    return Bot(client, parts, store, shops, clock)


@dataclass
class World:
    """The guild with its people, and the shops. `retouch` may change an interaction on its way to the bot."""

    env: Env
    bot: Bot
    guild: GuildHandle
    channel: ChannelHandle
    admin: MemberActor
    member: MemberActor
    retouch: list[Callable[[dict[str, Any]], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        emit = self.env.backend.emit

        def retouched(event: str, payload: dict[str, Any], *rest: Any, **more: Any) -> Any:
            if event == "INTERACTION_CREATE":
                for each in self.retouch:
                    each(payload)
            return emit(event, payload, *rest, **more)

        self.env.backend.emit = retouched  # type: ignore[method-assign]

    @property
    def store(self) -> MemoryStore:
        return self.bot.store

    @property
    def parts(self) -> Engine:
        return self.bot.parts

    def speak(self, locale: str) -> None:
        """From now on people use Discord in this language ("de", "ja"); simcord's people speak en-US."""
        self.retouch.append(lambda payload: payload.update(locale=locale))

    async def pass_time(self, seconds: float) -> None:
        await self.env.advance_time(seconds)

    async def sells(self, sku: str = "pi5", **vendors: Offer | Failure) -> None:
        """Let the shops offer this from now on, and the bot look at it."""
        self.bot.shops.vendors.update(vendors)
        product = self.parts.products.get(sku)
        assert product
        await self.parts.scan(product, max_age=timedelta(0))


def neighbours(env: Env, name: str = "Here") -> tuple[GuildHandle, ChannelHandle, MemberActor, MemberActor]:
    """A guild, a channel, an admin and a member of it."""
    guild, slug = env.create_guild(name), name.lower()
    first = not slug.startswith("canary")
    admins = guild.create_role(
        "Admins" if first else f"{slug}-role", permissions=discord.Permissions(manage_guild=True)
    )
    return (
        guild,
        guild.create_text_channel("deals" if first else f"{slug}-deals"),
        guild.add_member(env.create_user(f"{slug}-admin"), roles=[admins]),
        guild.add_member(env.create_user(f"{slug}-member")),
    )


def shown(result: InteractionResult) -> str:
    """Everything that an answer shows, follow-ups too: texts, embeds, buttons, a modal."""
    messages = [each for each in (result.response, *result.followups) if each]
    parts: list[object] = [result.modal] if result.modal else []
    for each in messages:
        parts += [each.content, *(embed.to_dict() for embed in each.embeds), each.components]
        parts += [f"[file {file.filename}]" for file in each.attachments]
    return "\n".join(part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in parts if part)


def is_expected(error: BaseException) -> bool:
    """Whether an error is one that the bot answers in words; every other one fails the test."""
    cause = getattr(error, "original", error)
    return isinstance(cause, SentryError | discord.app_commands.CheckFailure | discord.HTTPException)


def refused(request: HttpLogEntry) -> list[str]:
    """What Discord would say against a request of the bot."""
    if request.method not in ("POST", "PUT", "PATCH") or request.json is None:
        return []
    has_files = bool(isinstance(request.json, dict) and _attached(request.json))
    found = refusals(request.method, request.path, request.json, has_files=has_files)
    return [f"{request.method} {request.path}: {each}" for each in found]


def _attached(body: dict[str, Any]) -> object:
    return body.get("attachments") or (body.get("data") or {}).get("attachments")


def button(result: InteractionResult, label: str) -> Mapping[str, Any]:
    """The first control with this label (or a part of it) in an answer."""
    found = [each for each in _controls(result) if label in (each.get("label") or each.get("placeholder") or "")]
    assert found, f"no control “{label}” in {shown(result)}"
    return found[0]


def _controls(result: InteractionResult) -> list[dict[str, Any]]:
    rows = [row for each in (result.response, *result.followups) if each for row in each.components]
    found: list[dict[str, Any]] = []
    while rows:
        each = rows.pop(0)
        rows[:0] = each.get("components", [])
        found += [each] if "custom_id" in each or "url" in each else []
    return found
