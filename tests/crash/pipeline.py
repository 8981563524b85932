"""The real pipeline of one process, from the timetable to Discord. The only file here that knows how it is built."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import discord
import discord.http

from alerts.crash import point
from alerts.deliver import Deliver
from alerts.domain.deliveries import DeliveryState
from alerts.domain.model import Known, Listing, Offer, Product, Reading, Snapshot, Tier, state_of
from alerts.domain.priority import Priority
from alerts.domain.wishes import Subscription
from alerts.fanout import Fanout
from alerts.products import Products
from alerts.scan import Scan
from alerts.store import keys
from alerts.store.redis.store import RedisStore
from alerts.tick import Pace, Tick
from bot.client import point_at
from bot.notify.channels import Channels
from tests.crash.acts import Act
from tests.crash.clock import SandClock, Sands
from tests.crash.memory import MARK

_TIERS = {tier: Pace(every=timedelta(minutes=10), limit=10) for tier in (Tier.HOT, Tier.WARM)}
_PATIENCE = timedelta(hours=1)  # for somebody else's scan; by the sands, which run fast
TOKEN = "cnry-token-of-the-crash-tests"  # in other processes, so it is the same in every run
_IDLE = 5.0  # the sands' seconds between two looks for something to do
_ENOUGH = 2_000  # turns: an act takes some dozens


_is_unseen: ContextVar[bool] = ContextVar("is_unseen", default=False)
T = TypeVar("T")


def is_of_the_harness() -> bool:
    """Whether the point that is passed belongs to the harness and not to the pipeline."""
    return _is_unseen.get()


async def _unseen(asking: Coroutine[Any, Any, T]) -> T:
    """What the harness itself asks of the store is no point on the way."""
    mark = _is_unseen.set(True)
    try:
        return await asking
    finally:
        _is_unseen.reset(mark)


async def live(act: Act, name: str, *, store_url: str, api_base: str, sands: Sands, until: int, rest: bool) -> None:
    """Look, spread and deliver until the world has reached a step; with `rest`, until this one is told whole."""
    clock = SandClock(sands)
    async with RedisStore(store_url) as store, _discord(api_base, clock) as client:
        notifier = Channels(client, clock=clock, observe=lambda _: None)
        products = Products(act.products)
        looks = {vendor: _look(vendor, act, sands, clock) for vendor in ("Acme", "Bolt")}
        scan = Scan(looks=looks, store=store, clock=clock, patience=_PATIENCE, rules=act.rules,
                    products=act.products)  # fmt: skip
        jobs = _Jobs(store, scan, products)
        tick = Tick(tiers=_TIERS, store=store, jobs=jobs, clock=clock)
        fanout = Fanout(store=store, products=products, clock=clock, name=name)
        deliver = Deliver(store=store, notifier=notifier, clock=clock, name=name)
        for _ in range(_ENOUGH):
            if sands.step >= until:
                break
            step = sands.step
            await tick()
            worked = [await jobs.work_once(), await fanout(), await deliver()]
            if any(worked):
                continue
            if await _unseen(_is_done(store, act, step, clock.now())):
                if rest:
                    break
                sands.go_on(step + 1)
                await _unseen(store._link.redis.set(MARK, step + 1))
            else:
                await clock.sleep(_IDLE)
        else:
            raise AssertionError(f"still at step {sands.step} after {_ENOUGH} turns")
        await deliver.leave()


class _Jobs:
    """A JobQueue with docket's promise and nothing of its machinery: a job is kept until it is done."""

    _KEY = "harness:jobs"

    def __init__(self, store: RedisStore, scan: Scan, products: Products) -> None:
        self._redis, self._scan, self._products = store._link.redis, scan, products

    async def put(self, sku: str, *, slot: datetime, priority: Priority) -> None:
        await _unseen(self._redis.sadd(self._KEY, f"{sku} {slot.isoformat()}"))

    async def work(self) -> None:
        while True:
            await self.work_once()

    async def work_once(self) -> bool:
        """Do what there is; False when there was nothing."""
        jobs = sorted(await _unseen(self._redis.smembers(self._KEY)))
        for job in jobs:
            sku, _, slot = job.partition(" ")
            product = self._products.get(sku)
            assert product
            await self._scan.for_slot(product, datetime.fromisoformat(slot))
            await _unseen(self._redis.srem(self._KEY, job))
        return bool(jobs)


def _look(vendor: str, act: Act, sands: Sands, clock: SandClock) -> Callable[[Listing], Any]:
    async def look(listing: Listing, *, fresh: bool = False) -> Reading:
        shops = act.steps[min(sands.step, len(act.steps) - 1)]
        return Reading(url=listing.url, at=clock.now(), outcome=shops[listing.sku, vendor])

    return look


@asynccontextmanager
async def _discord(api_base: str, clock: SandClock) -> AsyncIterator[discord.Client]:
    """The real HTTP client of discord.py as bot/client.py sets it up, with a point around whatever it is asked."""
    point_at(api_base)
    # It waits between its own tries, and the sands run faster than the machine's clock.
    discord.http.asyncio = SimpleNamespace(**{**vars(asyncio), "sleep": clock.sleep})  # type: ignore[attr-defined]
    none = discord.AllowedMentions.none()
    client = discord.Client(intents=discord.Intents(guilds=True), allowed_mentions=none, max_ratelimit_timeout=30.0)
    async with client:
        await client.login(TOKEN)
        request = client.http.request

        async def passing(route: discord.http.Route, **more: Any) -> Any:
            name = f"discord.{route.method} {route.path}"
            point(name)
            try:
                return await request(route, **more)
            finally:
                point(f"{name}.done")

        client.http.request = passing  # type: ignore[method-assign]
        yield client


async def _is_done(store: RedisStore, act: Act, step: int, now: datetime) -> bool:
    """Whether somebody has looked at everything as it is now and believes it, and all that came of it is told."""
    for product in act.products:
        snapshot = await store.snapshot(product.sku)
        if not all(_shows(snapshot, act.steps[step], product, each) for each in product.listings):
            return False
    return not await _waits(store, now)


def _shows(snapshot: Snapshot, shops: Mapping[tuple[str, str], Any], product: Product, listing: Listing) -> bool:
    known, outcome = snapshot.known(listing.id), shops[product.sku, listing.vendor]
    if not isinstance(known, Known):
        return False
    if isinstance(outcome, Offer):
        return known.failure is None and known.offer is not None and state_of(known.offer) == state_of(outcome)
    return known.failure == outcome


async def _waits(store: RedisStore, now: datetime) -> bool:
    """Whether news is not spread yet, a delivery has not come to its end, or something held has come due."""
    redis = store._link.redis
    if await redis.xlen(keys.CHANGES) or await store.held(now, limit=1):
        return True
    ended = (DeliveryState.SENT, DeliveryState.BURIED)
    names = [name async for name in redis.scan_iter("hs:*:d:*", count=1000)]
    return any([await redis.hget(name, "state") not in ended for name in names])


async def begin(store_url: str, act: Act, subscriptions: Iterable[Subscription], now: datetime) -> None:
    """Write the wishes and the timetable into an empty store."""
    async with RedisStore(store_url) as store:
        for subscription in subscriptions:
            await store.put_subscription(subscription)
        for product in act.products:
            await store.schedule(product.sku, product.tier, now)
