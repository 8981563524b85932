"""The face on Discord: the connection, every command, delivering and notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from alerts.audit import Audit
from alerts.command_limits import CommandLimits
from alerts.currencies import Currencies
from alerts.deliver import Deliver
from alerts.delivery.notices import Notices
from alerts.delivery.notifier import Notifier
from alerts.delivery.pace import Gate
from alerts.departures import Departures
from alerts.direct import DirectMessages
from alerts.domain.errors import StoreError
from alerts.fresh_scans import FreshScans
from alerts.health import Health
from alerts.metrics.gauges import Exposition
from alerts.pulse import DELIVER, Pulse
from alerts.runner import Runner
from alerts.settings.model import Settings
from alerts.trial import Trial
from alerts.watchdog import Tell, Watchdog
from bot.admins import GuildAdmins
from bot.charts import Charts
from bot.client import Client, add_cogs
from bot.cogs.alerts import AlertsCog
from bot.cogs.alerts_desk import Desk
from bot.cogs.audit import AuditCog
from bot.cogs.help import HelpCog
from bot.cogs.history import HistoryCog
from bot.cogs.me import MeCog
from bot.cogs.own import OwnCog
from bot.cogs.privacy import PrivacyCog
from bot.cogs.scan import ScanCog
from bot.cogs.settings import SettingsCog
from bot.cogs.setup import SetupCog
from bot.cogs.stats import StatsCog
from bot.cogs.status import StatusCog
from bot.cogs.watch import WatchCog
from bot.cogs.why import WhyCog
from bot.departures import Departing, Guilds
from bot.identify import IdentifyGate
from bot.invalid import InvalidRequests
from bot.notify.by_kind import Notify
from bot.notify.hello import Hello
from bot.notify.operator import OperatorChannel
from bot.parts import running
from bot.returns import Returns
from bot.root.common import DRAIN, WAIT, language_of_guilds, this_process, vendors_of
from bot.root.engine import Engine
from bot.root.watching import weekly
from bot.web.dashboard.discord_api import KnownPlaces


async def plug_in(client: Client, parts: Engine, notify: Notifier | None = None) -> None:
    """Give the client everything that answers on Discord. Tests of alerts go through `notify`."""
    products, fresh = parts.products.offered, parts.settings.cache.fresh
    client.audit = Audit(store=parts.store, clock=parts.clock)
    limits, clock = parts.settings.limits, parts.clock
    commands = client.command_limits = CommandLimits(
        parts.limits, clock, per_user=limits.commands_per_user, per_guild=limits.commands_per_guild
    )
    fresh_scans = FreshScans(parts.limits, clock, per_member=limits.fresh_per_member, per_guild=limits.fresh_per_guild)
    watch = WatchCog(
        watches=parts.watches,
        additions=parts.additions,
        imports=parts.imports,
        answers=parts.answers,
        products=products,
        max_age=fresh,
    )

    def follow(told: Settings) -> None:
        own = told.limits
        commands.configure(per_user=own.commands_per_user, per_guild=own.commands_per_guild)
        fresh_scans.configure(per_member=own.fresh_per_member, per_guild=own.fresh_per_guild)
        watch.max_age = desk.max_age = told.cache.fresh

    direct = DirectMessages(store=parts.store, clock=parts.clock, say=Hello(client))
    notify = notify or Notify(
        client,
        clock=parts.clock,
        addresses=parts.addresses,
        worker=parts.worker,
        language=language_of_guilds(parts.guilds),
    )
    desk = _alerts_desk(parts, notify)
    parts.live.follow(follow)
    await add_cogs(
        client,
        [
            ScanCog(answers=parts.answers, products=products, limits=fresh_scans),
            HistoryCog(history=parts.history, products=products, charts=Charts()),
            watch,
            AlertsCog(desk=desk),
            WhyCog(why=parts.why, products=products),
            AuditCog(audit=client.audit),
            OwnCog(own=parts.own, direct=direct, guilds=parts.guilds, products=products),
            MeCog(own=parts.own, me=parts.me, direct=direct, clock=parts.clock),
            PrivacyCog(),
            SettingsCog(guilds=parts.guilds, keys=parts.api_keys, export=parts.guild_export, erasure=parts.erasure),
            SetupCog(subscriptions=parts.subscriptions, products=products, notes=parts.store, began=parts.clock.now()),
            StatusCog(status=parts.status),
            HelpCog(),
            StatsCog(activity=parts.activity),
            Returns(client, store=parts.store, clock=parts.clock),
        ],
    )


def _alerts_desk(parts: Engine, notify: Notifier) -> Desk:
    return Desk(
        subscriptions=parts.subscriptions,
        answers=parts.answers,
        products=parts.products.offered,
        max_age=parts.settings.cache.fresh,
        standings=parts.store,
        guilds=parts.guilds,
        why=parts.why,
        addresses=parts.addresses,
        trial=Trial(store=parts.store, notifier=notify, clock=parts.clock),
        currencies=Currencies(store=parts.store),
        clock=parts.clock,
    )


@asynccontextmanager
async def on_discord(
    parts: Engine, tasks: list[asyncio.Task[None]], health: Health, exposition: Exposition, places: KnownPlaces
) -> AsyncIterator[None]:
    settings = parts.settings
    assert settings.discord.token
    invalid = InvalidRequests(parts.clock, parts.observer)
    client = Client(
        api_base=settings.discord.api_base,
        notes=parts.store,
        clock=parts.clock,
        observer=parts.observer,
        http_trace=invalid.trace(),
        gate=IdentifyGate(store=parts.store, clock=parts.clock),
        shards=settings.discord.own_shards(),
    )
    health.gateway, exposition.invalid = (lambda: client.is_connected), invalid.count
    exposition.connected = health.gateway
    places.live = lambda: {each.id: each.name for each in client.guilds} if client.is_connected else None
    notify = Notify(
        client,
        clock=parts.clock,
        addresses=parts.addresses,
        worker=parts.worker,
        observe=lambda _: parts.observer.ambiguous(),
        language=language_of_guilds(parts.guilds),
    )
    await plug_in(client, parts, notify)
    deliver = deliver_of(parts, notify, rests_until=invalid.rest_until, gate=client.until_unlimited)

    pulse = Pulse(parts.store, DELIVER, clock=parts.clock)

    async def turn() -> bool:
        worked = client.is_logged_in and await deliver.turn(wait=WAIT)
        if client.is_connected:
            await pulse.beat()
        return worked

    turns = Runner("deliver", turn, clock=parts.clock)
    notices = _notices(parts, client, invalid)
    telling = Runner("notices", notices, clock=parts.clock)
    forgetting = Runner("forgetting", parts.me.sweep, clock=parts.clock)
    departures = Departures(
        store=parts.store,
        erasure=parts.erasure,
        membership=Guilds(client),
        clock=parts.clock,
        name=this_process(),
    )
    await client.add_cog(Departing(departures))
    leaving = Runner("departures", departures.turn, clock=parts.clock)
    erasing = Runner("erasing", parts.erasure.sweep, clock=parts.clock)
    serving = client.serve(settings.discord.token.get_secret_value())
    async with running(serving, tasks, "discord", end=client.close):
        async with (
            running(turns.run(), tasks, "deliver", end=turns.stop),
            running(telling.run(), tasks, "notices", end=telling.stop),
            running(forgetting.run(), tasks, "forgetting", end=forgetting.stop),
            running(leaving.run(), tasks, "departures", end=leaving.stop),
            running(erasing.run(), tasks, "erasing", end=erasing.stop),
            _watching(parts, client, tasks),
            weekly(
                parts,
                lambda channel: OperatorChannel(client, channel),
                tasks,
                is_there=lambda: client.is_logged_in,
            ),
        ):
            yield
        with suppress(StoreError):
            await deliver.leave()
            await notices.leave()
            await departures.leave()
        await notify.drain(DRAIN)
        await notify.aclose()


@asynccontextmanager
async def _watching(parts: Engine, client: Client, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """Tell the operator of the bot's own troubles, if they have named a channel."""
    own = parts.settings.operator
    if own.channel is None:
        yield
        return
    watchdog = watchdog_of(parts, OperatorChannel(client, own.channel))
    watching = Runner("watchdog", watchdog.turn, clock=parts.clock)
    async with running(watching.run(), tasks, "watchdog", end=watching.stop):
        yield
    with suppress(StoreError):
        await watchdog.leave()


def watchdog_of(parts: Engine, tell: Tell) -> Watchdog:
    """A watchdog that goes by the settings."""
    watchdog = Watchdog(
        store=parts.store,
        tell=tell,
        clock=parts.clock,
        name=this_process(),
        vendors=vendors_of(parts.settings),
        every=parts.settings.tiers.every(),
        silence=parts.settings.operator.silence,
    )
    parts.live.follow(
        lambda told: watchdog.configure(
            vendors=vendors_of(told), every=told.tiers.every(), silence=told.operator.silence
        )
    )
    return watchdog


def deliver_of(
    parts: Engine, notify: Notifier, *, rests_until: Callable[[], datetime | None], gate: Gate | None
) -> Deliver:
    """A deliverer that goes by the settings."""
    deliver = Deliver(
        store=parts.store,
        notifier=notify,
        clock=parts.clock,
        name=this_process(),
        rate=_rate(parts.settings),
        rests_until=rests_until,
        gate=gate,
        observer=parts.observer,
    )
    parts.live.follow(lambda told: deliver.configure(rate=_rate(told)))
    return deliver


def _rate(settings: Settings) -> float | None:
    pace = settings.discord.pace
    return 1 / pace.total_seconds() if pace else None


def _notices(parts: Engine, client: Client, invalid: InvalidRequests) -> Notices:
    async def notice_channel(guild: int) -> int | None:
        return (await parts.guilds.recent(guild)).notice_channel

    admins = GuildAdmins(
        client,
        wishes=parts.store,
        standings=parts.store,
        notice_channel=notice_channel,
        is_resting=invalid.is_resting,
        language=language_of_guilds(parts.guilds),
    )
    # A guild is known to the process with its shard alone: each tells its own.
    shards = parts.settings.discord.own_shards()
    return Notices(
        store=parts.store,
        admins=admins,
        clock=parts.clock,
        name=this_process(),
        part=str(shards or ""),
        is_mine=shards.has if shards else lambda _: True,
    )
