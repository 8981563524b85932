"""The connection to Discord: intents, the command tree, and what happens on an error."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import discord
import orjson
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from alerts.audit import Audit
from alerts.command_limits import CommandLimits
from alerts.domain.errors import DiscordRefused, TooOften
from alerts.domain.shards import Shards
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.store.ports import Notes
from bot.identify import IdentifyGate
from bot.translator import Translator
from bot.trim import trim_channel, trim_guild
from bot.ui.controls import answer_error, answer_unheard, is_heard
from bot.ui.language import language_of, speak

_REFUSED = "Discord refused the token: copy a new one from the Developer Portal (Bot → Reset Token) to DISCORD_TOKEN."
_NO_INTENTS = "Discord refused our intents, though none is privileged: check the application in the Developer Portal."
_BAD_TOKEN = 4004
_SWEEP_EVERY = 60.0
_MANY = 1_000  # guilds: a full collection takes a tenth of a second for each thousand (benchmarks/shards.py)
_CONNECT_WITHIN = 600.0  # seconds for a shard; other processes may have many to start, too
log = structlog.get_logger()
NONE = discord.AllowedMentions.none()


class Tree(app_commands.CommandTree["Client"]):
    """Answers every error in words; the log has the rest under the same request id."""

    async def interaction_check(self, interaction: discord.Interaction[Client], /) -> bool:
        # Each interaction is a task of its own, so this holds for its answers and for nobody else's.
        speak(language_of(interaction.locale))
        limits = interaction.client.command_limits
        if limits is None or interaction.type is not discord.InteractionType.application_command:
            return True  # what completes itself asks with every letter
        try:
            await limits.take(interaction.user.id, interaction.guild_id)
        except TooOften as exc:
            await answer_error(interaction, exc, what="too often")
            return False
        return True

    async def on_error(self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError, /) -> None:
        await answer_error(interaction, error, what=interaction.command.qualified_name if interaction.command else "?")


class Client(commands.AutoShardedBot):
    """Only the `guilds` intent; no member and no message is kept. Mentions are off unless a send asks for one."""

    # For bot.audit.note_change, from wherever something is changed; the root gives it.
    audit: Audit | None = None
    # Of all commands together; the root gives it.
    command_limits: CommandLimits | None = None

    def __init__(
        self,
        *,
        api_base: str,
        notes: Notes,
        clock: Clock,
        observer: Observer = SILENT,
        gate: IdentifyGate | None = None,
        shards: Shards | None = None,
        **options: Any,
    ) -> None:
        """`gate`: asked before a shard identifies; without one this process is alone. `shards`: the ones it has."""
        point_at(api_base)
        own = {"shard_ids": shards.ids, "shard_count": shards.count} if shards else {}
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=NONE,
            # One route limited for twenty minutes must not park a sender for so long.
            max_ratelimit_timeout=30.0,
            shard_connect_timeout=_CONNECT_WITHIN,
            **{**own, **options},
        )
        self._gate = gate
        self._notes, self._clock, self._observer = notes, clock, observer
        # discord.py looks through every channel's limits whenever a channel is new: in a burst over 8,000 channels that
        # takes three quarters of its time (benchmarks/delivery.py). Once a minute forgets the old ones soon enough.
        sweep, self._swept_at = self.http._try_clear_expired_ratelimits, float("-inf")  # noqa: SLF001 - there is no other way

        def sweep_now_and_then() -> None:
            if clock.monotonic() - self._swept_at >= _SWEEP_EVERY:
                self._swept_at = clock.monotonic()
                sweep()

        self.http._try_clear_expired_ratelimits = sweep_now_and_then  # type: ignore[method-assign]  # noqa: SLF001
        self._keep_less()
        self.command_ids: dict[str, int] = {}  # by name, once they are known: </name:id> can be clicked in a message

    def _keep_less(self) -> None:
        """Take out of events what we never ask for, before discord.py keeps it: a third of a guild's memory."""
        parsers = self._connection.parsers
        trims = {"GUILD_CREATE": trim_guild, "GUILD_UPDATE": trim_guild, "CHANNEL_CREATE": trim_channel,
                 "CHANNEL_UPDATE": trim_channel}  # fmt: skip
        for name, trim in trims.items():
            parsers[name] = _after(trim, parsers[name])
        parsers["READY"] = _after(self._listed, parsers["READY"])

    def _listed(self, ready: dict[str, Any]) -> dict[str, Any]:
        """discord.py adds a READY's guilds to those it knows, and never says which are no longer among them."""
        shard, count = ready.get("shard", (0, 1))
        self.dispatch("shard_listed", shard, count, [int(each["id"]) for each in ready["guilds"]])
        return ready

    async def until_unlimited(self) -> None:
        """Return when no global limit of Discord's is in force; what one holds up would all go out at its end."""
        await self.http._global_over.wait()  # noqa: SLF001 - there is no other way

    @property
    def is_logged_in(self) -> bool:
        """Whether messages can be sent, with or without a gateway."""
        return self.user is not None and not self.is_closed()

    @property
    def is_connected(self) -> bool:
        """Whether every shard hears of what happens on Discord."""
        return self.is_ready() and bool(self.shards) and not any(each.is_closed() for each in self.shards.values())

    async def setup_hook(self) -> None:
        # After a failed resume discord.py falls back to its built-in gateway: make that the one this API names.
        _, gateway, starts = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        if self._gate:
            self._gate.max_concurrency = max(1, starts["max_concurrency"])
        await self._sync_if_changed()

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        # A socket that waits for a minute before it identifies is given up by discord.py, so most is waited before.
        if self._gate:
            await self._gate.near(shard_id)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """At the start, and whenever a session could not be resumed."""
        if self._gate:
            await self._gate.turn(shard_id or 0)
        else:
            await super().before_identify_hook(shard_id, initial=initial)

    async def _sync_if_changed(self) -> None:
        """Upload the commands only when they or their translations differ from Discord's: creating them is rationed."""
        translator = Translator()
        await self.tree.set_translator(translator)
        payload = [await each.get_translated_payload(self.tree, translator) for each in self.tree.get_commands()]
        digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()
        name = f"commands:{self.application_id}"
        there = await self.tree.fetch_commands()
        self.command_ids = {command.name: command.id for command in there}
        if await self._notes.note(name) == digest and set(self.command_ids) == {each["name"] for each in payload}:
            return
        self.command_ids = {command.name: command.id for command in await self.tree.sync()}
        await self._notes.set_note(name, digest)
        log.info("commands synced", count=len(payload))

    async def serve(self, token: str) -> None:
        """Log in, connect and stay until closed. DiscordRefused when Discord does not let us in."""
        try:
            await self._log_in(token)
            await self.connect()
        except discord.LoginFailure:
            raise DiscordRefused(_REFUSED) from None
        except discord.PrivilegedIntentsRequired:
            raise DiscordRefused(_NO_INTENTS) from None
        except discord.ConnectionClosed as exc:
            # discord.py goes on after every other close; this one says that the token was reset while we ran.
            raise DiscordRefused(_REFUSED if exc.code == _BAD_TOKEN else _closed(exc.code)) from None

    async def _log_in(self, token: str) -> None:
        """discord.py reconnects a lost connection but gives up on the first one: wait for a Discord that is away."""
        pause = 1.0
        while not self.is_closed():
            try:
                await self.login(token)
            except (discord.DiscordServerError, discord.GatewayNotFound, aiohttp.ClientError, OSError) as exc:
                log.warning("Discord is away", api=Route.BASE, reason=type(exc).__name__, again_in=pause)
                await self.http.close()
                self.http.connector = discord.utils.MISSING  # the next login makes a new one
                await self._clock.sleep(pause)
                pause = min(pause * 2, 60.0)
            else:
                return

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        # Asked here, before any task runs: a form that was taken is forgotten as soon as its turn is over.
        if event_name == "interaction" and not is_heard(self, args[0]):
            super().dispatch("unheard", *args)
        if event_name == "interaction":
            self._observer.active(args[0].guild_id, args[0].user.id)
        super().dispatch(event_name, *args, **kwargs)

    async def on_unheard(self, interaction: discord.Interaction[Client]) -> None:
        """A press that no control, view or form takes any more is answered too."""
        await answer_unheard(interaction)

    async def on_ready(self) -> None:
        log.info("connected to Discord", user=str(self.user), guilds=len(self.guilds), shards=len(self.shards))
        self.settled()

    def settled(self) -> None:
        """All guilds are here for long: the garbage collector need not walk through them again, which stops everything.

        Those of before, if this is a new session, are thrown away first.
        """
        if len(self.guilds) >= _MANY:
            gc.unfreeze()
            gc.collect()
            gc.freeze()


def _after(trim: Callable[[Any], Any], parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda data: parse(trim(data))


def _closed(code: int | None) -> str:
    return f"Discord closed the connection for good (code {code}): look at the application in the Developer Portal."


def point_at(api_base: str) -> None:
    """Let discord.py speak to this API. Its routes hold the address in the class, so a process has one."""
    Route.BASE = api_base.rstrip("/")


async def add_cogs(client: Client, cogs: Sequence[commands.Cog]) -> None:
    """Start whole or not at all: a cog that fails to load stops the start.

    Beside its commands it may have `menus`, and `controls`: buttons and selects that live through restarts.
    """
    for cog in cogs:
        await client.add_cog(cog)
        for menu in getattr(cog, "menus", ()):
            client.tree.add_command(menu)
        client.add_dynamic_items(*getattr(cog, "controls", ()))
