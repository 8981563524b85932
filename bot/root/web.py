"""The web face: the API, health, metrics and the dashboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from alerts.audit import Audit
from alerts.currencies import Currencies
from alerts.health import Health
from alerts.metrics.gauges import Exposition
from alerts.metrics.metrics import CONTENT_TYPE
from alerts.scan_jobs import ScanJobs
from alerts.settings.model import Settings
from bot.channels import Channels
from bot.root.common import breakers_of, vendors_of, version_of_ours
from bot.root.engine import Engine
from bot.web.api import all as api
from bot.web.dashboard.assets import shipped
from bot.web.dashboard.discord_api import Discord, KnownPlaces
from bot.web.dashboard.door import Door
from bot.web.dashboard.live import Live
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.register import add_pages
from bot.web.dashboard.static_files import add_static
from bot.web.dashboard.visits import Dashboard
from bot.web.docs import doc_pages
from bot.web.gate import Gate
from bot.web.health import metrics_page
from bot.web.openapi import document
from bot.web.peers import Peers
from bot.web.reload import Reload
from bot.web.server import application, serving


def health_of(parts: Engine, stop: asyncio.Event, *, needs_gateway: bool) -> Health:
    configured = set(vendors_of(parts.settings))

    def follow(told: Settings) -> None:
        configured.clear()
        configured.update(vendors_of(told))

    parts.live.follow(follow)
    return Health(
        store=parts.store,
        status=parts.status,
        analytics=parts.analytics,
        clock=parts.clock,
        version=version_of_ours(),
        # Which shops servers have added is nobody else's business.
        breakers=lambda: [each for each in breakers_of(parts.looks) if each.vendor in configured],
        is_draining=stop.is_set,
        needs_gateway=needs_gateway,
    )


@asynccontextmanager
async def serving_web(
    parts: Engine,
    health: Health,
    exposition: Exposition,
    jobs: ScanJobs,
    pages: Sequence[web.RouteDef],
    reload: Reload | None,
) -> AsyncIterator[None]:
    app = web_application(parts, health=health, metrics=exposition.text, jobs=jobs, dashboard=pages, reload=reload)
    async with serving(app, parts.settings.web):
        yield


def web_application(
    parts: Engine,
    *,
    health: Health,
    metrics: Callable[[], Awaitable[bytes]],
    jobs: ScanJobs,
    dashboard: Sequence[web.RouteDef] = (),
    reload: Reload | None = None,
) -> web.Application:
    """The API with its document, the pages for those who keep the bot running, and the dashboard's."""
    settings, token = parts.settings, parts.settings.discord.token
    table = api.endpoints(
        api.Parts(
            answers=parts.answers,
            history=parts.history,
            products=parts.products.offered,
            watches=parts.watches,
            additions=parts.additions,
            subscriptions=parts.subscriptions,
            webhooks=parts.webhooks,
            analytics=parts.analytics,
            health=health,
            limits=parts.limits,
            places=Channels(api_base=settings.discord.api_base, token=token.get_secret_value() if token else None),
            jobs=jobs,
            clock=parts.clock,
            reload=reload,
        )
    )
    shown = metrics_page(metrics, CONTENT_TYPE, is_public=settings.web.public_metrics)
    return application(
        table,
        gate=Gate(
            keys=parts.api_keys,
            limits=parts.limits,
            peers=Peers(settings.web.trusted_proxies),
            is_draining=health.is_draining,
        ),
        clock=parts.clock,
        pages=[shown, *doc_pages(document(table, version=version_of_ours())), *dashboard],
        observe=parts.observer.served,
        span=parts.observer.span,
    )


def discord_api(settings: Settings) -> Discord:
    token = settings.discord.token
    return Discord(api_base=settings.discord.api_base, bot_token=token.get_secret_value() if token else None)


def dashboard_of(parts: Engine, discord: Discord, places: KnownPlaces, live: Live) -> Dashboard:
    """The door and the pages behind it."""
    own = parts.settings.web
    secret, public_url = own.oauth_client_secret, own.address()
    door = Door(
        sessions=parts.sessions,
        discord=discord,
        places=places,
        limits=parts.limits,
        peers=Peers(own.trusted_proxies),
        public_url=public_url,
        client_secret=secret.get_secret_value() if secret else None,
        client_id=own.oauth_client_id,
    )
    dashboard = Dashboard(enter=door.enter, clock=parts.clock, public_url=public_url)
    door.open(dashboard)
    add_pages(dashboard, _page_parts(parts), live)
    add_static(dashboard, shipped())
    return dashboard


def _page_parts(parts: Engine) -> Parts:
    return Parts(
        store=parts.store,
        clock=parts.clock,
        products=parts.products,
        history=parts.history,
        watches=parts.watches,
        additions=parts.additions,
        subscriptions=parts.subscriptions,
        addresses=parts.addresses,
        currencies=Currencies(store=parts.store),
        guilds=parts.guilds,
        why=parts.why,
        status=parts.status,
        analytics=parts.analytics,
        api_keys=parts.api_keys,
        webhooks=parts.webhooks,
        audit=Audit(store=parts.store, clock=parts.clock),
    )
