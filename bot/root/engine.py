"""The use cases over memory and the shops, ready to be called by any face."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.activity import Activity
from alerts.additions import Additions
from alerts.addresses import Addresses
from alerts.analytics import Analytics
from alerts.answers import Answers
from alerts.api_keys import ApiKeys
from alerts.catalogue import Catalogue
from alerts.clock import SystemClock
from alerts.erasure import Erasure
from alerts.guild_export import GuildExport
from alerts.guilds import Guilds
from alerts.history import History
from alerts.limits import Limits
from alerts.me import Me
from alerts.metrics.metrics import Metrics
from alerts.observing import SILENT, Everybody, Observer
from alerts.own import OwnAlerts
from alerts.ports import Clock, Look
from alerts.reach import Reach
from alerts.reading.looks import Looks
from alerts.reading.web.post import WebPoster
from alerts.runner import Runner
from alerts.scan import Canaries, Scan
from alerts.sessions import Sessions
from alerts.settings.model import Settings
from alerts.shelf import Shelf
from alerts.status import Status
from alerts.store.embedded import Embedded
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from alerts.store.seal import KeyRing
from alerts.subscriptions import Subscriptions
from alerts.tallying import Tallying
from alerts.warming import Asks
from alerts.watches import Watches
from alerts.watchlists.imports import Imports
from alerts.webhooks.management import Webhooks
from alerts.webhooks.sender import Sender
from alerts.webhooks.vault import Vault
from alerts.why import Why
from bot.notify.apprise_worker import AppriseWorker
from bot.parts import running
from bot.root.common import vendors_of
from bot.root.live import LiveSettings
from bot.root.live_shops import LiveShops
from bot.root.shops import shops


@dataclass(frozen=True, slots=True)
class Engine:
    """The use cases, ready to be called by any face."""

    live: LiveSettings
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
    erasure: Erasure
    guild_export: GuildExport
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
    shops: LiveShops | None = None  # where `looks` are our own, and can be had anew

    @property
    def settings(self) -> Settings:
        """Those that hold now."""
        return self.live.now


@asynccontextmanager
async def engine(
    settings: Settings, metrics: Metrics | None = None, traces: Observer | None = None
) -> AsyncIterator[Engine]:
    """Open memory and the way to the shops; close both at the end. StoreError when memory is away.

    With `metrics` everything that happens is counted, there and in the numbers that all processes share; `traces` is
    told what begins and ends.
    """
    async with AsyncExitStack() as closing:
        clock = SystemClock()
        url = settings.store.url
        if url.startswith("embedded://"):
            url = (await closing.enter_async_context(Embedded(settings.store.data_dir))).url
        observer: Observer = metrics or SILENT
        counters: tuple[Metrics | Tallying, ...] = ()
        store = await closing.enter_async_context(RedisStore(url, observer=observer, clock=clock if metrics else None))
        if metrics:
            tallying = Tallying(store=store, clock=clock, vendors=metrics.vendors)
            closing.push_async_callback(tallying.leave)
            observer = Everybody(metrics, tallying, *([traces] if traces else []))
            counters = (metrics, tallying)
            await closing.enter_async_context(_counting(tallying, clock))
        opened = LiveShops(lambda told: shops(told, clock, spending=store, observer=observer), clock)
        looks = await (await closing.enter_async_context(opened)).open(settings)
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
            shops=opened,
        )
        parts.live.follow(lambda told: [each.configure(vendors=vendors_of(told)) for each in counters])
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
    shops: LiveShops | None = None,
) -> Engine:
    """Plug the use cases together over any memory and any way to look at the shops. Opens nothing."""
    live = LiveSettings(settings)
    reach, shelf, asks = Reach(clock), Shelf(clock, size=settings.cache.memory), Asks()
    products, key_ring = Catalogue(settings.catalogue(), store=store, reach=reach, clock=clock), key_ring_of(settings)
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
        patience=patience(settings),
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
    addresses = Addresses(
        store=store,
        seal=key_ring,
        api_base=settings.discord.api_base,
        understands=worker.understands,
    )
    vault = Vault(store=store, seal=key_ring)
    poster = WebPoster(clock=clock, allow_private=settings.fetch.allow_private)
    imports = Imports(catalogue=products, watches=watches, store=store, clock=clock, pace=settings.fetch.pace)
    blind_after = settings.confirm.blind_after
    status = Status(store=store, products=products, clock=clock, blind_after=blind_after)
    activity = Activity(store=store, products=products, clock=clock, blind_after=blind_after)
    api_keys = ApiKeys(store=store, clock=clock, pepper=key_ring, per_guild=settings.limits.keys_per_guild)

    def follow(told: Settings) -> None:
        products.configure(told.catalogue())
        watches.configure(quota=told.guilds.quota(), chosen=told.chosen_tiers())
        scan.configure(patience=patience(told), rules=told.confirm.rules(), canaries=_canaries(told))
        if isinstance(looks, Looks):
            looks.configure(listing.vendor for product in products.configured for listing in product.listings)
        answers.configure(freshness=told.cache.freshness())
        shelf.configure(size=told.cache.memory)
        imports.configure(pace=told.fetch.pace)
        for reporter in (status, activity):
            reporter.configure(blind_after=told.confirm.blind_after)
        for way_out in (poster, worker):
            way_out.configure(allow_private=told.fetch.allow_private)
        api_keys.configure(per_guild=told.limits.keys_per_guild)

    live.follow(follow)
    return Engine(
        live=live,
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
        imports=imports,
        subscriptions=subscriptions,
        guilds=Guilds(store=store, clock=clock, reach=reach),
        why=Why(store=store, clock=clock),
        status=status,
        activity=activity,
        own=OwnAlerts(store=store, subscriptions=subscriptions, watches=watches, products=products, clock=clock),
        me=Me(store=store, clock=clock),
        erasure=Erasure(store=store, catalogue=products, clock=clock),
        guild_export=GuildExport(store=store, catalogue=products, addresses=addresses, clock=clock),
        addresses=addresses,
        webhooks=Webhooks(store=store, vault=vault, poster=poster, clock=clock),
        sender=Sender(store=store, vault=vault, poster=poster, clock=clock),
        worker=worker,
        limits=Limits(store=store, clock=clock),
        api_keys=api_keys,
        analytics=Analytics(store=store, products=products, clock=clock),
        sessions=Sessions(store=store, clock=clock),
        observer=observer,
        shops=shops,
    )


def key_ring_of(settings: Settings) -> KeyRing:
    """A bundled store's data directory has room for a key of our own; beside a store elsewhere one must be given."""
    given, is_ours = settings.store.secret_key, settings.store.url.startswith("embedded://")
    file = settings.store.data_dir / "secret.key" if is_ours else None
    return KeyRing(given.get_secret_value() if given else None, file=file)


def _canaries(settings: Settings) -> Canaries:
    """What an operator is sure of, by vendor."""
    return {
        name: [(sku, is_in) for sku, is_in in ((own.always_in, True), (own.always_out, False)) if sku]
        for name, own in settings.vendors.items()
    }


def patience(settings: Settings) -> timedelta:
    """Long enough for somebody else's slowest scan: three attempts and their pauses."""
    agent = settings.tinyfish.timeout if settings.tinyfish.api_key else timedelta(0)
    return (settings.fetch.timeout + agent) * 3 + timedelta(seconds=30)
