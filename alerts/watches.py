"""Which products a guild wants scanned, and so which are on the timetable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import Product, Tier
from alerts.domain.silence import hears_of
from alerts.domain.wishes import Watch
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Timetable, Wishes


class WishStore(Wishes, Timetable, Protocol):
    """The parts of memory that watching needs."""


class Watches:
    """Add, remove and list a guild's watches."""

    def __init__(self, *, store: WishStore, products: Products, clock: Clock) -> None:
        self._store, self._products, self._clock = store, products, clock

    async def add(self, guild: int, product: Product, *, by: int) -> bool:
        """Watch it from now on; False when the guild did already. The first look is due at once."""
        now = self._clock.now()
        is_new = await self._store.add_watch(Watch(guild=guild, sku=product.sku, added_by=by, added_at=now))
        await self._schedule(product)
        return is_new

    async def remove(self, guild: int, product: Product) -> None:
        """Stop watching; NotFound when it was not watched, BadInput while subscriptions of the guild need it."""
        mine = [s for s in await self._store.subscriptions(guild) if hears_of(s, product)]
        if mine:
            count, them = ("1 alert needs", "it") if len(mine) == 1 else (f"{len(mine)} alerts need", "them")
            raise BadInput(f"{count} {product.name}: end {them} with /alerts unsubscribe first.")
        if not await self._store.remove_watch(guild, product.sku):
            raise NotFound(f"{product.name} is not watched here; /watch list shows what is.")
        if not await self._store.watchers(product.sku):
            await self._store.unschedule(product.sku)

    async def list(self, guild: int) -> Sequence[tuple[Watch, Product | None]]:
        """The guild's watches with their products; None for a product that left the configuration."""
        return [(watch, self._products.get(watch.sku)) for watch in await self._store.watches(guild)]

    def in_category(self, category: str) -> Sequence[Product]:
        """The products of a category; upper and lower case are the same."""
        wanted = category.strip().casefold()
        return [product for product in self._products if (product.category or "").casefold() == wanted]

    async def settle(self) -> None:
        """Make the timetable agree with the configuration: at the start, and after it changed."""
        for sku in await self._store.scheduled():
            if self._products.get(sku) is None:
                await self._store.unschedule(sku)
        for product in self._products:
            if await self._store.watchers(product.sku):
                await self._schedule(product)

    async def _schedule(self, product: Product) -> None:
        if product.tier is not Tier.FROZEN:
            await self._store.schedule(product.sku, product.tier, self._clock.now())
