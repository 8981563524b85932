"""The ways to look at a page that are measured beside each other, all in one process and by the same clock."""

from __future__ import annotations

import asyncio
import json
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha1

import aiohttp
from redis.asyncio import Redis
from selectolax.lexbor import LexborHTMLParser

from alerts.clock import SystemClock
from alerts.domain.model import Listing, Product
from alerts.ports import Look
from alerts.reading.web.fetch import WebFetcher
from alerts.scan import Scan
from alerts.settings.model import Settings
from alerts.settings.shops import FetchSection
from alerts.store.redis.store import RedisStore
from benchmarks.scanning.page import name_of
from bot.app import shops
from bot.root.garbage import leave_alone

AT_ONCE = 64
Way = Callable[[int], Awaitable[None]]  # look at the page of this number, once

# Compare with what was kept, and keep: the least that a careful pipeline asks of its store.
_KEEP = """
local was = redis.call('HGET', KEYS[1], 'state')
if was ~= ARGV[1] then
  redis.call('HSET', KEYS[1], 'state', ARGV[1])
  redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
end
redis.call('HSET', KEYS[1], 'at', ARGV[2])
return was ~= ARGV[1] and 1 or 0
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a page took: milliseconds of this process's CPU, all its threads, and pages a second."""

    cpu: float
    rate: float


async def measured(way: Way, pages: int) -> Cost:
    """Look at every page once, so many at a time."""
    left = iter(range(pages))

    async def some() -> None:
        for number in left:
            await way(number)

    began, used = time.perf_counter(), _cpu()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return Cost((_cpu() - used) / pages * 1000, pages / (time.perf_counter() - began))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@asynccontextmanager
async def ways(place: str, store: str, pages: int) -> AsyncIterator[Mapping[str, Way]]:
    """By name, each with connections of its own. `place`: the shop's host and port; `store`: our store's address."""
    async with AsyncExitStack() as closing:
        fetcher = await closing.enter_async_context(
            WebFetcher(clock=SystemClock(), pace=None, concurrency=AT_ONCE, allow_private=[place])
        )
        known = {
            "fetch": _fetching(fetcher, place),
            "floor": await _floor(place, store, closing),
            "door": await _door(place, store, pages, closing),
        }
        leave_alone()  # as `run` does once all is there; for all ways
        yield known


def _fetching(fetcher: WebFetcher, place: str) -> Way:
    async def fetch(number: int) -> None:
        await fetcher.get(f"http://{place}/p/{number}")

    return fetch


async def _floor(place: str, store: str, closing: AsyncExitStack) -> Way:
    """Bare aiohttp, selectolax, json and one call of a script."""
    session = await closing.enter_async_context(
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE), cookie_jar=aiohttp.DummyCookieJar())
    )
    redis = await closing.enter_async_context(Redis.from_url(store, max_connections=AT_ONCE * 2))
    mark = sha1(_KEEP.encode(), usedforsecurity=False).hexdigest()
    await redis.script_load(_KEEP)

    async def floor(number: int) -> None:
        async with session.get(f"http://{place}/p/{number}") as answer:
            body = await answer.read()
        tree = LexborHTMLParser(body)
        data = [json.loads(node.text()) for node in tree.css('script[type="application/ld+json"]')]
        offer = next(each["offers"] for each in data if "offers" in each)
        state = json.dumps([offer["price"], offer["priceCurrency"], offer["availability"]])
        await redis.evalsha(mark, 2, f"{{b}}:{number}", f"{{b}}:{number}:history", state, str(time.time()))

    return floor


async def _door(place: str, store: str, pages: int, closing: AsyncExitStack) -> Way:
    """Everything that the bot does, by its own composition root: all but the job that calls for it."""
    clock = SystemClock()
    fetch = FetchSection(pace=timedelta(0), concurrency=AT_ONCE, allow_private=(place,))
    products = [_product(place, number) for number in range(pages)]
    looks: Mapping[str, Look] = await closing.enter_async_context(shops(Settings(fetch=fetch), clock))
    memory = await closing.enter_async_context(RedisStore(store))
    scan = Scan(looks=looks, store=memory, clock=clock, patience=timedelta(minutes=1), products=products)

    async def door(number: int) -> None:
        answer = await scan(products[number], max_age=timedelta(0))
        known = answer.snapshot.listings[0]
        if known.failure or not known.offer or not known.offer.price:
            raise RuntimeError(f"page {number} was not read: {known}")

    return door


def _product(place: str, number: int) -> Product:
    sku, name = f"board-{number:05}", name_of(number)
    url = f"http://{place}/p/{number}"
    listing = Listing(id="shop", sku=sku, product_name=name, vendor="Shop", url=url, currency="GBP")
    return Product(sku=sku, name=name, listings=(listing,))
