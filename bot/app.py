"""The composition root: builds the parts from the settings and plugs them together, by the roles of a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import structlog

from alerts.domain.errors import BadInput
from alerts.metrics.gauges import Exposition, LoopLag
from alerts.metrics.metrics import Metrics
from alerts.settings.model import Settings
from bot.parts import running, until
from bot.root.common import Role, breakers_of, vendors_of, version_of_ours
from bot.root.discord import on_discord, plug_in
from bot.root.engine import Engine, assemble, engine
from bot.root.reload import Reload, Reread
from bot.root.shops import places_of, shops, vendor_at
from bot.root.watching import heartbeat, reporting, tracing
from bot.root.web import dashboard_of, discord_api, health_of, serving_web, web_application
from bot.root.work import job_queue, scanning, warming
from bot.web.dashboard.discord_api import KnownPlaces
from bot.web.dashboard.live import Live

__all__ = [
    "Engine", "Reread", "Role", "assemble", "engine", "health_of", "places_of", "plug_in", "serve", "shops",
    "vendor_at", "web_application",
]  # fmt: skip
log = structlog.get_logger()


async def serve(
    settings: Settings,
    roles: frozenset[Role],
    *,
    stop: asyncio.Event,
    reread: Reread | None = None,
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Run until `stop` is set, or until a part that cannot go on ends; then drain and close everything.

    `reread`: how to read the settings again, and what is set when that is wanted.
    `ready` is called once all parts are there.
    """
    if Role.BOT in roles and settings.discord.token is None:
        raise BadInput("No Discord token: set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it.")
    metrics = Metrics(vendors=vendors_of(settings), version=version_of_ours())
    names = [role.value for role in roles]
    async with (
        reporting(settings, names),
        tracing(settings, names) as traces,
        engine(settings, metrics, traces) as parts,
        AsyncExitStack() as closing,
    ):
        tasks: list[asyncio.Task[None]] = []
        exposition = Exposition(
            metrics, store=parts.store, clock=parts.clock, breakers=lambda: breakers_of(parts.looks)
        )
        health = health_of(parts, stop, needs_gateway=Role.BOT in roles)
        reload = Reload(reread.read, parts, metrics) if reread else None
        if reread and reload:
            await closing.enter_async_context(running(reload.whenever(reread.asked), tasks, "reload"))
        await closing.enter_async_context(running(LoopLag(metrics, clock=parts.clock).run(), tasks, "loop lag"))
        discord = discord_api(settings)
        places = KnownPlaces(discord, parts.clock)
        if roles & {Role.SCHEDULER, Role.WORKER, Role.WEB}:
            jobs, background = await closing.enter_async_context(job_queue(parts))
            if Role.WEB in roles:
                live = Live(store=parts.store, products=parts.products, clock=parts.clock)
                pages = dashboard_of(parts, discord, places, live).routes()
                await closing.enter_async_context(serving_web(parts, health, exposition, background, pages, reload))
                await closing.enter_async_context(live.reading())
            await closing.enter_async_context(scanning(parts, jobs, roles, tasks))
        await closing.enter_async_context(warming(parts, tasks))
        if Role.BOT in roles:
            await closing.enter_async_context(on_discord(parts, tasks, health, exposition, places))
        await closing.enter_async_context(heartbeat(parts, health, tasks))
        ready()
        log.info("running", roles=sorted(role.value for role in roles), products=len(parts.products))
        await until(stop, tasks)
        log.info("stopping")
