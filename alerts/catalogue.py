"""Every product there is: the configured ones, and those that guilds added by their address.

A product added by its address is everybody's who adds the same one: it is scanned once, under one sku. It stays in the
catalogue when nobody watches it any more, beside its history, so that whoever adds it again goes on where it ended; it
is only no longer scanned. It goes when a guild is forgotten (alerts/erasure.py). What a guild calls it is the guild's
own, and no guild sees another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from alerts.domain.canonical import canonical, host_of, mark_of
from alerts.domain.catalogue import UrlProduct, url_product
from alerts.domain.errors import BadInput, StoreUnavailable
from alerts.domain.model import Product
from alerts.ports import Clock
from alerts.products import Products
from alerts.reach import Reach
from alerts.recent import Recent
from alerts.store.ports import Catalogue as Kept
from alerts.store.ports import Wishes

_MOST_KEPT = 10_000  # guilds
_MOST_HELD = 500  # guilds with all that each may ask for


class CatalogueStore(Kept, Wishes, Protocol):
    """The parts of memory that this needs."""


class Catalogue(Products):
    """For the engine: `get` and the iteration are everybody's products, as far as this process has noticed them.

    People are answered from `of(guild)`, and faces hold `offered` only.
    """

    def __init__(
        self,
        configured: Iterable[Product],
        *,
        store: CatalogueStore,
        reach: Reach | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`reach`: how long people wait for memory before they are answered from what was known last.

        With a `clock` what was read of a guild holds for a second, but for changes made here.
        """
        super().__init__(())
        self._reach, self._last = reach, dict[int, list[Product]]()
        self._recent: Recent[int, Products] | None = Recent(clock, size=_MOST_HELD) if clock else None
        self._store = store
        self._added: dict[str, Product] = {}
        self._marks: dict[str, Product] = {}
        self._facts: dict[str, UrlProduct] = {}
        self._dropped: dict[str, UrlProduct] = {}  # the last time; somebody may be choosing one of them
        self._count = 0
        self._canonical: dict[str, str | None] = {}
        self._offered = Offered(self, ())
        self.configure(configured)

    def configure(self, configured: Iterable[Product]) -> None:
        """These are the configured products from now on. What guilds have added stays, and history stays by its sku."""
        self._configured = Products(configured)
        self.share(self._configured)
        self._offered.share(self._configured)
        self._canonical = _canonical(self._configured, self._canonical)
        self._by_address = _addresses(self._configured, self._canonical)
        self._vendors = vendors_by_host(self._configured)
        if self._recent:
            self._recent.clear()

    def __iter__(self) -> Iterator[Product]:
        yield from self._by_sku.values()
        yield from list(self._added.values())

    def __len__(self) -> int:
        return len(self._by_sku) + len(self._added)

    def get(self, sku: str) -> Product | None:
        return self._by_sku.get(sku) or self._added.get(sku)

    async def load(self, sku: str) -> Product | None:
        if self.get(sku) is None:
            await self.refresh()
        return self.get(sku)

    async def refresh(self) -> None:
        """One question to memory when nothing was added since."""
        before: Mapping[str, UrlProduct] = {}
        count, new = await self._store.added_products(self._count)
        if count < self._count:  # one was dropped, or somebody emptied the store
            before, self._added, self._marks, self._facts = self._facts, {}, {}, {}
            count, new = await self._store.added_products(0)
        for each in new:
            self._notice(each)
        if before:
            self._dropped = {sku: each for sku, each in before.items() if sku not in self._facts}
        self._count = count

    async def of(self, guild: int | None) -> Products:
        if guild is None:
            return self._configured
        if self._recent is None:
            return await self._read(guild)
        return await self._recent(guild, lambda: self._read(guild), keeps=lambda _: not self._is_away())

    async def _read(self, guild: int) -> Products:
        try:
            own = await self._in_time(guild)
        except StoreUnavailable:
            # Finding a product is no promise: who then wants something kept is told that memory is away.
            if guild not in self._last:
                raise
            own = self._last[guild]
        else:
            if len(self._last) >= _MOST_KEPT:
                self._last.clear()
            self._last[guild] = own
        return self._configured.beside(own)

    def _is_away(self) -> bool:
        return self._reach is not None and self._reach.is_away

    def changed(self, guild: int) -> None:
        if self._recent:
            self._recent.forget(guild)

    @property
    def configured(self) -> Products:
        """Those of the configuration."""
        return self._configured

    @property
    def offered(self) -> Offered:
        """The same for faces."""
        return self._offered

    def is_added(self, sku: str) -> bool:
        return sku in self._added and sku not in self._by_sku

    async def at(self, address: str) -> Product | None:
        """The product of a canonical address: configured without a variant, or added before."""
        if self.noticed(address) is None:
            await self.refresh()
        return self.noticed(address)

    def noticed(self, address: str) -> Product | None:
        """The same, as far as this process has noticed."""
        return self._by_address.get(address) or self._marks.get(mark_of(address))

    def proposed(self, address: str, *, name: str | None = None, at: datetime) -> UrlProduct:
        """What would be added for an address: at a configured vendor when the host is one's, to be treated as that."""
        return url_product(address, name=name, vendor=self._vendors.get(host_of(address)), at=at)

    async def add(self, product: UrlProduct) -> Product:
        """Keep it for everybody, and answer what is kept: whoever was first has named it."""
        kept = await self._store.add_product(product)
        self._notice(kept)
        return self._added[kept.sku]

    async def keep(self, products: Iterable[Product]) -> None:
        chosen = {each.sku for each in products if self.get(each.sku) is None or self.is_added(each.sku)}
        if chosen:
            await self.refresh()
        for sku in chosen - set(self._added):
            if sku in self._dropped:
                await self.add(self._dropped[sku])

    def added(self) -> list[UrlProduct]:
        """Those that were added by their address and are not configured, as they are kept and were noticed here."""
        return [each for sku, each in self._facts.items() if self.is_added(sku)]

    def _notice(self, each: UrlProduct) -> None:
        product, self._facts[each.sku] = each.product(), each
        self._added[each.sku] = self._marks[each.mark] = product

    async def _in_time(self, guild: int) -> list[Product]:
        if self._reach is None:
            return await self._asked(guild)
        return await self._reach(lambda: self._asked(guild), is_patient=guild not in self._last)

    async def _asked(self, guild: int) -> list[Product]:
        await self.refresh()
        return await self._own(guild)

    async def _own(self, guild: int) -> list[Product]:
        """What a guild has added or named itself, by its names."""
        watched = [(watch, self.get(watch.sku)) for watch in await self._store.watches(guild)]
        return [
            named(product, watch.name)
            for watch, product in watched
            if product and (watch.name or self.is_added(watch.sku))
        ]


class Offered(Products):
    """What faces hold: the configured products for everybody, and by `of` a guild's own beside them.

    Nothing else leads from a sku to a product that a guild has added, so that no guild can name another's.
    """

    def __init__(self, catalogue: Catalogue, configured: Iterable[Product]) -> None:
        super().__init__(configured)
        self._catalogue = catalogue

    async def of(self, guild: int | None) -> Products:
        return await self._catalogue.of(guild)


def named(product: Product, name: str | None) -> Product:
    """The product by a guild's own name; its usual one and its shop find it, too."""
    others = [product.name] if name and name != product.name else []
    shops = [f"{product.name} {listing.vendor}" for listing in product.listings] if len(product.listings) == 1 else []
    aliases = (*product.aliases, *others, *shops)
    return product.model_copy(update={"name": name or product.name, "aliases": aliases})


def _canonical(products: Products, known: Mapping[str, str | None]) -> dict[str, str | None]:
    """The canonical address of each listing's, None where there is none; what is known is not worked out again."""
    urls = {listing.url for product in products for listing in product.listings}
    return {url: known[url] if url in known else _canonical_of(url) for url in urls}


def _canonical_of(url: str) -> str | None:
    try:
        return canonical(url)
    except BadInput:
        return None  # as configured it can be read, or fails for everybody to see


def _addresses(products: Products, canonical_of: Mapping[str, str | None]) -> dict[str, Product]:
    """Of a listing with a variant the address alone does not say which product is meant."""
    found: dict[str, Product] = {}
    for product in products:
        for listing in product.listings:
            if listing.variant is None and (address := canonical_of[listing.url]):
                found.setdefault(address, product)
    return found


def vendors_by_host(products: Iterable[Product]) -> dict[str, str]:
    """The vendor of each host that is one vendor's alone."""
    names: dict[str, set[str]] = {}
    for product in products:
        for listing in product.listings:
            names.setdefault(host_of(listing.url.lower()), set()).add(listing.vendor)
    return {host: min(vendors) for host, vendors in names.items() if len(vendors) == 1}
