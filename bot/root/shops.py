"""How to look at each shop: the way to the internet, the readers, and each vendor's manners."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from alerts.catalogue import vendors_by_host
from alerts.domain.canonical import host_of
from alerts.domain.model import ReaderKind
from alerts.observing import SILENT, Observer
from alerts.ports import Clock, Look, Reader
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
from alerts.settings.model import Settings


@asynccontextmanager
async def shops(
    settings: Settings,
    clock: Clock,
    *,
    spending: Spending | None = None,
    observer: Observer = SILENT,
    shortcuts: Shortcuts = ALL,
) -> AsyncIterator[Looks]:
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
        told = {name: places_of(settings, name) for name in settings.vendors}
        page = PageReader(fetcher, overrides={name: each for name, each in told.items() if each}, shortcuts=shortcuts)
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


def vendor_at(settings: Settings, url: str) -> str:
    """The configured shop on the address's host, whose manners and places count; else the host."""
    try:
        host = host_of(url.lower())[:64] or "shop"
    except ValueError:  # half of an IPv6 address; what is wrong with it is said of the whole
        host = "shop"
    return vendors_by_host(settings.catalogue()).get(host, host)


def places_of(settings: Settings, vendor: str) -> Override | None:
    """Where the vendor's pages show what, as far as the configuration says so."""
    own = settings.vendors.get(vendor)
    return Override(**own.reading.model_dump()) if own and own.reading.model_fields_set else None


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
