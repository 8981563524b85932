"""The composition root: builds the parts from the settings and plugs them together. Only this file knows everybody."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from secrets import token_hex

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.activity import Activity
from alerts.additions import Additions
from alerts.addresses import Addresses
from alerts.analytics import Analytics
from alerts.answers import Answers
from alerts.api_keys import ApiKeys
from alerts.audit import Audit
from alerts.catalogue import Catalogue
from alerts.clock import SystemClock
from alerts.command_limits import CommandLimits
from alerts.currencies import Currencies
from alerts.deliver import Deliver
from alerts.delivery.notices import Notices
from alerts.delivery.notifier import Notifier
from alerts.direct import DirectMessages
from alerts.domain.errors import BadInput, StoreError
from alerts.domain.model import ReaderKind
from alerts.fanout import Fanout
from alerts.fresh_scans import FreshScans
from alerts.guilds import Guilds
from alerts.health import Health
from alerts.history import History
from alerts.jobs import DocketQueue, JobQueue
from alerts.limits import Limits
from alerts.me import Me
from alerts.metrics.gauges import Exposition, LoopLag
from alerts.metrics.metrics import CONTENT_TYPE, Metrics
from alerts.observing import SILENT, Everybody, Observer
from alerts.own import OwnAlerts
from alerts.planner import Paces, Planner
from alerts.ports import BreakerFacts, Clock, Look, Reader
from alerts.reach import Reach
from alerts.reading.data.overrides import Override
from alerts.reading.looks import Looks
from alerts.reading.manners import polite
from alerts.reading.readers.auto import AutoReader
from alerts.reading.readers.by_kind import Readers
from alerts.reading.readers.page import PageReader
from alerts.reading.readers.shopify import ShopifyReader
from alerts.reading.readers.tinyfish import Budget, Spending, TinyFishReader
from alerts.reading.readers.woocommerce import WooCommerceReader
from alerts.reading.shortcuts import ALL, Shortcuts
from alerts.reading.web.fetch import WebFetcher
from alerts.reading.web.inflating import inflate_quickly
from alerts.reading.web.post import WebPoster
from alerts.retention import Forgetting
from alerts.runner import Runner
from alerts.scan import Canaries, Scan
from alerts.scan_jobs import ScanJobs
from alerts.sessions import Sessions
from alerts.settings.model import ReadingSection, Settings
from alerts.shelf import Shelf
from alerts.status import Status
from alerts.store.embedded import Embedded
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from alerts.store.seal import KeyRing
from alerts.subscriptions import Subscriptions
from alerts.tallying import Tallying
from alerts.tick import Pace, Tick
from alerts.trial import Trial
from alerts.warming import Asks, Warming
from alerts.watchdog import Watchdog
from alerts.watches import Watches
from alerts.watchlists.imports import Imports
from alerts.webhooks.feed import Feed
from alerts.webhooks.management import Webhooks
from alerts.webhooks.sender import Sender
from alerts.webhooks.vault import Vault
from alerts.why import Why
from bot.admins import GuildAdmins
from bot.channels import Channels
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
from bot.identify import IdentifyGate
from bot.invalid import InvalidRequests
from bot.notify.apprise_worker import AppriseWorker
from bot.notify.by_kind import Notify
from bot.notify.hello import Hello
from bot.notify.operator import OperatorChannel
from bot.parts import running, until
from bot.returns import Returns
from bot.ui.language import LanguageOf
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
from bot.web.server import application, serving

_WAIT = timedelta(milliseconds=250)  # how long fan-out and delivery wait for the first thing to do
_DRAIN = 1.0  # seconds for what outlasted the deliverer's own patience at the end
log = structlog.get_logger()


class Role(StrEnum):
    """What a process does. All of it by default."""

    BOT = "bot"
    SCHEDULER = "scheduler"
    WORKER = "worker"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Engine:
    """The use cases, ready to be called by any face."""

    settings: Settings
    clock: Clock
    products: Catalogue
    store: Store
    jobs_url: str = field(repr=False)  # may hold a password
    looks: Mapping[str, Look]
    scan: Scan
    answers: Answers
    asks: Asks
    reach: Reach
    history: History
    watches: Watches
    additions: Additions
    imports: Imports
    subscriptions: Subscriptions
    guilds: Guilds
    why: Why
    own: OwnAlerts
    me: Me
    status: Status
    activity: Activity
    addresses: Addresses
    webhooks: Webhooks
    sender: Sender
    worker: AppriseWorker
    limits: Limits
    api_keys: ApiKeys
    analytics: Analytics
    sessions: Sessions
    observer: Observer = SILENT


@asynccontextmanager
async def engine(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[Engine]:
    """Open memory and the way to the shops; close both at the end. StoreError when memory is away.

    With `metrics` everything that happens is counted, there and in the numbers that all processes share.
    """
    async with AsyncExitStack() as closing:
        clock = SystemClock()
        url = settings.store.url
        if url.startswith("embedded://"):
            url = (await closing.enter_async_context(Embedded(settings.store.data_dir))).url
        observer: Observer = metrics or SILENT
        store = await closing.enter_async_context(RedisStore(url, observer=observer, clock=clock if metrics else None))
        if metrics:
            tallying = Tallying(store=store, clock=clock, vendors=metrics.vendors)
            closing.push_async_callback(tallying.leave)
            observer = Everybody(metrics, tallying)
            await closing.enter_async_context(_counting(tallying, clock))
        looks = await closing.enter_async_context(shops(settings, clock, spending=store, observer=observer))
        worker = AppriseWorker(allow_private=settings.fetch.allow_private)
        closing.push_async_callback(worker.aclose)
        parts = assemble(
            settings,
            clock=clock,
            store=store,
            jobs_url=store.url_for_jobs,
            looks=looks,
            worker=worker,
            observer=observer,
        )
        closing.push_async_callback(parts.answers.aclose)
        yield parts


@asynccontextmanager
async def _counting(tallying: Tallying, clock: Clock) -> AsyncIterator[None]:
    adding = Runner("tallying", tallying.turn, clock=clock)
    async with running(adding.run(), [], "tallying", end=adding.stop):
        yield


def assemble(
    settings: Settings,
    *,
    clock: Clock,
    store: Store,
    jobs_url: str,
    looks: Mapping[str, Look],
    worker: AppriseWorker,
    observer: Observer = SILENT,
) -> Engine:
    """Plug the use cases together over any memory and any way to look at the shops. Opens nothing."""
    reach, shelf, asks = Reach(clock), Shelf(clock, size=settings.cache.memory), Asks()
    products, key_ring = Catalogue(settings.catalogue(), store=store, reach=reach, clock=clock), _key_ring(settings)
    watches = Watches(
        store=store,
        products=products,
        clock=clock,
        quota=settings.guilds.quota(),
        chosen=settings.chosen_tiers(),
    )
    subscriptions = Subscriptions(store=store, watches=watches, clock=clock)
    scan = Scan(
        looks=looks,
        store=store,
        clock=clock,
        patience=_patience(settings),
        rules=settings.confirm.rules(),
        products=products,
        canaries=_canaries(settings),
        kept=shelf.put,
        observer=observer,
    )
    answers = Answers(
        scan=scan,
        store=store,
        clock=clock,
        freshness=settings.cache.freshness(),
        shelf=shelf,
        reach=reach,
        asked=asks.note,
        observer=observer,
    )
    vault = Vault(store=store, seal=key_ring)
    poster = WebPoster(clock=clock, allow_private=settings.fetch.allow_private)
    return Engine(
        settings=settings,
        clock=clock,
        products=products,
        store=store,
        jobs_url=jobs_url,
        looks=looks,
        scan=scan,
        answers=answers,
        asks=asks,
        reach=reach,
        history=History(store=store, clock=clock),
        watches=watches,
        additions=Additions(catalogue=products, watches=watches, scan=scan, looks=looks, store=store, clock=clock),
        imports=Imports(catalogue=products, watches=watches, store=store, clock=clock, pace=settings.fetch.pace),
        subscriptions=subscriptions,
        guilds=Guilds(store=store, clock=clock, reach=reach),
        why=Why(store=store, clock=clock),
        status=Status(store=store, products=products, clock=clock, blind_after=settings.confirm.rules().blind_after),
        activity=Activity(
            store=store, products=products, clock=clock, blind_after=settings.confirm.rules().blind_after
        ),
        own=OwnAlerts(store=store, subscriptions=subscriptions, watches=watches, products=products, clock=clock),
        me=Me(store=store, clock=clock),
        addresses=Addresses(
            store=store,
            seal=key_ring,
            api_base=settings.discord.api_base,
            understands=worker.understands,
        ),
        webhooks=Webhooks(store=store, vault=vault, poster=poster, clock=clock),
        sender=Sender(store=store, vault=vault, poster=poster, clock=clock),
        worker=worker,
        limits=Limits(store=store, clock=clock),
        api_keys=ApiKeys(store=store, clock=clock, pepper=key_ring, per_guild=settings.limits.keys_per_guild),
        analytics=Analytics(store=store, products=products, clock=clock),
        sessions=Sessions(store=store, clock=clock),
        observer=observer,
    )


def _key_ring(settings: Settings) -> KeyRing:
    """A bundled store's data directory has room for a key of our own; beside a store elsewhere one must be given."""
    given, is_ours = settings.store.secret_key, settings.store.url.startswith("embedded://")
    file = settings.store.data_dir / "secret.key" if is_ours else None
    return KeyRing(given.get_secret_value() if given else None, file=file)


@asynccontextmanager
async def shops(
    settings: Settings,
    clock: Clock,
    *,
    spending: Spending | None = None,
    observer: Observer = SILENT,
    shortcuts: Shortcuts = ALL,
) -> AsyncIterator[Mapping[str, Look]]:
    """How to look at each vendor, by name, with that vendor's manners. `spending` is shared by all who pay TinyFish."""
    fetch = settings.fetch
    inflate_quickly()
    async with AsyncExitStack() as closing:
        fetcher = await closing.enter_async_context(
            WebFetcher(
                clock=clock,
                timeout=fetch.timeout,
                max_bytes=fetch.max_bytes,
                pace=fetch.pace,
                concurrency=fetch.concurrency,
                allow_private=fetch.allow_private,
                respect_robots=fetch.respect_robots,
                blocked=observer.blocked,
                shortcuts=shortcuts,
            )
        )
        tinyfish = await _tinyfish(settings, clock, spending, closing)
        told = {
            name: Override(**own.reading.model_dump())
            for name, own in settings.vendors.items()
            if own.reading != ReadingSection()
        }
        page = PageReader(fetcher, overrides=told, shortcuts=shortcuts)
        platforms: dict[ReaderKind, Reader] = {
            ReaderKind.SHOPIFY: ShopifyReader(fetcher, clock=clock),
            ReaderKind.WOOCOMMERCE: WooCommerceReader(fetcher),
        }
        readers: dict[ReaderKind, Reader] = {
            ReaderKind.AUTO: AutoReader(fetcher, page, platforms=platforms, fallback=tinyfish),
            ReaderKind.PAGE: page,
            **platforms,
        }
        if tinyfish:
            readers[ReaderKind.TINYFISH] = tinyfish
        names = {listing.vendor for product in settings.catalogue() for listing in product.listings}
        yield Looks(names, lambda name: _look(name, settings, Readers(readers), clock, observer))


async def _tinyfish(
    settings: Settings, clock: Clock, spending: Spending | None, closing: AsyncExitStack
) -> TinyFishReader | None:
    """Off without a key."""
    own = settings.tinyfish
    if own.api_key is None:
        return None
    budget = Budget(own.daily_budget_usd, clock=clock, spending=spending)
    reader = TinyFishReader(key=own.api_key, clock=clock, budget=budget, base_url=own.base_url, timeout=own.timeout)
    return await closing.enter_async_context(reader)


def _look(vendor: str, settings: Settings, reader: Reader, clock: Clock, observer: Observer) -> Look:
    own = settings.vendors.get(vendor)
    limit = (own.timeout if own else None) or settings.fetch.timeout
    return polite(
        reader,
        clock=clock,
        vendor=vendor,
        time_limit=limit + settings.tinyfish.timeout if settings.tinyfish.api_key else limit,
        attempts=own.retry.attempts if own else 3,
        pace=own.pace if own else None,
        observe=observer.looked,
        tripped=observer.tripped,
    )


def _canaries(settings: Settings) -> Canaries:
    """What an operator is sure of, by vendor."""
    return {
        name: [(sku, is_in) for sku, is_in in ((own.always_in, True), (own.always_out, False)) if sku]
        for name, own in settings.vendors.items()
    }


def _patience(settings: Settings) -> timedelta:
    """Long enough for somebody else's slowest scan: three attempts and their pauses."""
    agent = settings.tinyfish.timeout if settings.tinyfish.api_key else timedelta(0)
    return (settings.fetch.timeout + agent) * 3 + timedelta(seconds=30)


async def serve(settings: Settings, roles: frozenset[Role], *, stop: asyncio.Event) -> None:
    """Run until `stop` is set, or until a part that cannot go on ends; then drain and close everything."""
    if Role.BOT in roles and settings.discord.token is None:
        raise BadInput("No Discord token: set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it.")
    metrics = Metrics(vendors=_vendors(settings), version=_version())
    async with engine(settings, metrics) as parts, AsyncExitStack() as closing:
        tasks: list[asyncio.Task[None]] = []
        exposition = Exposition(metrics, store=parts.store, clock=parts.clock, breakers=lambda: _breakers(parts.looks))
        health = health_of(parts, stop, needs_gateway=Role.BOT in roles)
        await closing.enter_async_context(running(LoopLag(metrics, clock=parts.clock).run(), tasks, "loop lag"))
        await parts.watches.settle()
        discord = _discord_api(settings)
        places = KnownPlaces(discord, parts.clock)
        if roles & {Role.SCHEDULER, Role.WORKER, Role.WEB}:
            jobs, background = await closing.enter_async_context(_jobs(parts))
            if Role.WEB in roles:
                live = Live(store=parts.store, products=parts.products, clock=parts.clock)
                pages = _dashboard(parts, discord, places, live).routes()
                await closing.enter_async_context(_web(parts, health, exposition, background, pages))
                await closing.enter_async_context(live.reading())
            await closing.enter_async_context(_scanning(parts, jobs, roles, tasks))
        await closing.enter_async_context(_warming(parts, tasks))
        if Role.BOT in roles:
            await closing.enter_async_context(_discord(parts, tasks, health, exposition, places))
        log.info("running", roles=sorted(role.value for role in roles), products=len(parts.products))
        await until(stop, tasks)


def _discord_api(settings: Settings) -> Discord:
    token = settings.discord.token
    return Discord(api_base=settings.discord.api_base, bot_token=token.get_secret_value() if token else None)


def _dashboard(parts: Engine, discord: Discord, places: KnownPlaces, live: Live) -> Dashboard:
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


@asynccontextmanager
async def _jobs(parts: Engine) -> AsyncIterator[tuple[JobQueue, ScanJobs]]:
    """The queue that all processes share, and the scans in the background that programs begin."""

    async def scan(sku: str, slot: datetime) -> None:
        product = await parts.products.load(sku)
        if product:
            await parts.scan.for_slot(product, slot)

    async def do(guild: int, job_id: str) -> None:
        await background.do(guild, job_id)

    queue = DocketQueue(parts.jobs_url, scan=scan, job=do, observer=parts.observer)
    background = api.scan_jobs(
        store=parts.store,
        queue=queue,
        answers=parts.answers,
        products=parts.products.offered,
        limits=parts.limits,
        clock=parts.clock,
    )
    async with queue:
        yield queue, background


@asynccontextmanager
async def _web(
    parts: Engine, health: Health, exposition: Exposition, jobs: ScanJobs, pages: Sequence[web.RouteDef]
) -> AsyncIterator[None]:
    app = web_application(parts, health=health, metrics=exposition.text, jobs=jobs, dashboard=pages)
    async with serving(app, parts.settings.web):
        yield


def web_application(
    parts: Engine,
    *,
    health: Health,
    metrics: Callable[[], Awaitable[bytes]],
    jobs: ScanJobs,
    dashboard: Sequence[web.RouteDef] = (),
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
        pages=[shown, *doc_pages(document(table, version=_version())), *dashboard],
        observe=parts.observer.served,
    )


@asynccontextmanager
async def _scanning(
    parts: Engine, jobs: JobQueue, roles: frozenset[Role], tasks: list[asyncio.Task[None]]
) -> AsyncIterator[None]:
    async with AsyncExitStack() as closing:
        if Role.WORKER in roles:
            await closing.enter_async_context(running(jobs.work(), tasks, "worker"))
            fanout = Fanout(
                store=parts.store,
                products=parts.products,
                clock=parts.clock,
                name=_this_process(),
                observer=parts.observer,
            )
            turns = Runner("fanout", lambda: fanout(wait=_WAIT), clock=parts.clock)
            await closing.enter_async_context(running(turns.run(), tasks, "fanout", end=turns.stop))
            await closing.enter_async_context(_to_webhooks(parts, tasks))
        if Role.SCHEDULER in roles:
            closing.enter_context(_ticking(parts, jobs))
            await closing.enter_async_context(_planning(parts, tasks))
            await closing.enter_async_context(_forgetting(parts, tasks))
        yield


@asynccontextmanager
async def _warming(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """In every process, since each is asked for something; the one with the seat looks."""
    cache = parts.settings.cache
    warming = Warming(
        answers=parts.answers,
        asks=parts.asks,
        store=parts.store,
        products=parts.products,
        clock=parts.clock,
        freshness=cache.freshness(),
        name=_this_process(),
        popular=cache.popular,
    )
    turns = Runner("warming", warming.warm, clock=parts.clock)
    async with running(turns.run(), tasks, "warming", end=turns.stop):
        yield
    with suppress(StoreError):
        await warming.leave()


@asynccontextmanager
async def _to_webhooks(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    feed = Feed(store=parts.store, products=parts.products, clock=parts.clock, name=_this_process())
    feeding = Runner("webhooks' news", lambda: feed(wait=_WAIT), clock=parts.clock)
    sending = Runner("webhooks", lambda: parts.sender(wait=_WAIT), clock=parts.clock)
    async with (
        running(feeding.run(), tasks, "webhooks' news", end=feeding.stop),
        running(sending.run(), tasks, "webhooks", end=sending.stop),
    ):
        yield
    await parts.sender.drain(_DRAIN)


@asynccontextmanager
async def _forgetting(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """Old points of history; in every scheduler, and the one with the seat does it."""
    rules = parts.settings.history.rules()
    old = Forgetting(store=parts.store, products=parts.products, clock=parts.clock, name=_this_process(), rules=rules)
    turns = Runner("old histories", old.turn, clock=parts.clock)
    async with running(turns.run(), tasks, "old histories", end=turns.stop):
        yield
    with suppress(StoreError):
        await old.leave()


@contextmanager
def _ticking(parts: Engine, jobs: JobQueue) -> Iterator[None]:
    tiers = parts.settings.tiers.by_tier()
    paces = {name: Pace(every=tier.every, limit=tier.limit) for name, tier in tiers.items()}
    tick = Tick(tiers=paces, store=parts.store, jobs=jobs, clock=parts.clock, observer=parts.observer)
    # Our own bulkhead: a failed tick is logged once per outage, and the next one comes in a second.
    turn = Runner("tick", lambda: _as_turn(tick), clock=parts.clock)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(turn.once, "interval", seconds=1, max_instances=1, coalesce=True, misfire_grace_time=30)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@asynccontextmanager
async def _planning(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """In every scheduler; the one with the seat plans."""
    settings = parts.settings
    planner = Planner(
        store=parts.store,
        products=parts.products,
        clock=parts.clock,
        name=_this_process(),
        every={tier: each.every for tier, each in settings.tiers.by_tier().items()},
        paces=Paces(settings.fetch.pace, {name: own.pace for name, own in settings.vendors.items() if own.pace}),
        blind_after=settings.confirm.blind_after,
        adapts=settings.tiers.adapt,
    )
    turns = Runner("planner", planner.turn, clock=parts.clock)
    async with running(turns.run(), tasks, "planner", end=turns.stop):
        yield
    with suppress(StoreError):
        await planner.leave()


async def _as_turn(tick: Tick) -> bool:
    return await tick() > 0


async def plug_in(client: Client, parts: Engine, notify: Notifier | None = None) -> None:
    """Give the client everything that answers on Discord. Tests of alerts go through `notify`."""
    products, fresh = parts.products.offered, parts.settings.cache.fresh
    client.audit = Audit(store=parts.store, clock=parts.clock)
    limits, clock = parts.settings.limits, parts.clock
    client.command_limits = CommandLimits(
        parts.limits, clock, per_user=limits.commands_per_user, per_guild=limits.commands_per_guild
    )
    fresh_scans = FreshScans(parts.limits, clock, per_member=limits.fresh_per_member, per_guild=limits.fresh_per_guild)
    direct = DirectMessages(store=parts.store, clock=parts.clock, say=Hello(client))
    notify = notify or Notify(
        client,
        clock=parts.clock,
        addresses=parts.addresses,
        worker=parts.worker,
        language=_language_of(parts.guilds),
    )
    await add_cogs(
        client,
        [
            ScanCog(answers=parts.answers, products=products, limits=fresh_scans),
            HistoryCog(history=parts.history, products=products, charts=Charts()),
            WatchCog(
                watches=parts.watches,
                additions=parts.additions,
                imports=parts.imports,
                answers=parts.answers,
                products=products,
                max_age=fresh,
            ),
            AlertsCog(desk=_alerts_desk(parts, notify)),
            WhyCog(why=parts.why, products=products),
            AuditCog(audit=client.audit),
            OwnCog(own=parts.own, direct=direct, guilds=parts.guilds, products=products),
            MeCog(own=parts.own, me=parts.me, direct=direct, clock=parts.clock),
            PrivacyCog(),
            SettingsCog(guilds=parts.guilds, keys=parts.api_keys),
            SetupCog(subscriptions=parts.subscriptions, products=products, notes=parts.store),
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
async def _discord(
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
    places.live = lambda: {each.id: each.name for each in client.guilds} if client.is_connected else None
    notify = Notify(
        client,
        clock=parts.clock,
        addresses=parts.addresses,
        worker=parts.worker,
        observe=lambda _: parts.observer.ambiguous(),
        language=_language_of(parts.guilds),
    )
    await plug_in(client, parts, notify)
    pace = settings.discord.pace
    deliver = Deliver(
        store=parts.store,
        notifier=notify,
        clock=parts.clock,
        name=_this_process(),
        rate=1 / pace.total_seconds() if pace else None,
        rests_until=invalid.rest_until,
        gate=client.until_unlimited,
        observer=parts.observer,
    )

    async def turn() -> bool:
        return client.is_logged_in and await deliver.turn(wait=_WAIT)

    turns = Runner("deliver", turn, clock=parts.clock)
    notices = _notices(parts, client, invalid)
    telling = Runner("notices", notices, clock=parts.clock)
    forgetting = Runner("forgetting", parts.me.sweep, clock=parts.clock)
    serving = client.serve(settings.discord.token.get_secret_value())
    async with running(serving, tasks, "discord", end=client.close):
        async with (
            running(turns.run(), tasks, "deliver", end=turns.stop),
            running(telling.run(), tasks, "notices", end=telling.stop),
            running(forgetting.run(), tasks, "forgetting", end=forgetting.stop),
            _watching(parts, client, tasks),
        ):
            yield
        with suppress(StoreError):
            await deliver.leave()
            await notices.leave()
        await notify.drain(_DRAIN)
        await notify.aclose()


@asynccontextmanager
async def _watching(parts: Engine, client: Client, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """Tell the operator of the bot's own troubles, if they have named a channel."""
    own = parts.settings.operator
    if own.channel is None:
        yield
        return
    watchdog = Watchdog(
        store=parts.store,
        tell=OperatorChannel(client, own.channel),
        clock=parts.clock,
        name=_this_process(),
        vendors=_vendors(parts.settings),
        every={tier: each.every for tier, each in parts.settings.tiers.by_tier().items()},
        silence=own.silence,
    )
    watching = Runner("watchdog", watchdog.turn, clock=parts.clock)
    async with running(watching.run(), tasks, "watchdog", end=watching.stop):
        yield
    with suppress(StoreError):
        await watchdog.leave()


def health_of(parts: Engine, stop: asyncio.Event, *, needs_gateway: bool) -> Health:
    configured = frozenset(_vendors(parts.settings))
    return Health(
        store=parts.store,
        status=parts.status,
        analytics=parts.analytics,
        clock=parts.clock,
        version=_version(),
        # Which shops servers have added is nobody else's business.
        breakers=lambda: [each for each in _breakers(parts.looks) if each.vendor in configured],
        is_draining=stop.is_set,
        needs_gateway=needs_gateway,
    )


def _breakers(looks: Mapping[str, Look]) -> Sequence[BreakerFacts]:
    return looks.breakers() if isinstance(looks, Looks) else ()


def _vendors(settings: Settings) -> tuple[str, ...]:
    """The vendors that the operator has named, those of products first."""
    names = (listing.vendor for product in settings.catalogue() for listing in product.listings)
    return tuple(dict.fromkeys([*names, *settings.vendors]))


def _version() -> str:
    try:
        return version("hardware-sentry")
    except PackageNotFoundError:  # run from its sources
        return "0"


def _notices(parts: Engine, client: Client, invalid: InvalidRequests) -> Notices:
    async def notice_channel(guild: int) -> int | None:
        return (await parts.guilds.recent(guild)).notice_channel

    admins = GuildAdmins(
        client,
        wishes=parts.store,
        standings=parts.store,
        notice_channel=notice_channel,
        is_resting=invalid.is_resting,
        language=_language_of(parts.guilds),
    )
    # A guild is known to the process with its shard alone: each tells its own.
    shards = parts.settings.discord.own_shards()
    return Notices(
        store=parts.store,
        admins=admins,
        clock=parts.clock,
        name=_this_process(),
        part=str(shards or ""),
        is_mine=shards.has if shards else lambda _: True,
    )


def _language_of(guilds: Guilds) -> LanguageOf:
    async def language(guild: int) -> str:
        try:
            return (await guilds.recent(guild)).language.value
        except StoreError:
            return "en"  # an alert in English is better than none

    return language


def _this_process() -> str:
    # In a container every process has the same number: a name of its own shows whose seat it is.
    return f"{socket.gethostname()}#{os.getpid()}#{token_hex(4)}"
