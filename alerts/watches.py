"""Which products a guild wants scanned, how often, and so which are on the timetable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol
from weakref import WeakValueDictionary

from alerts.catalogue import named
from alerts.domain.catalogue import LONGEST_NAME
from alerts.domain.errors import BadInput, NotFound, UnknownProduct
from alerts.domain.model import Product, Tier
from alerts.domain.quota import NO_QUOTA, Quota, Use, used
from alerts.domain.said import say
from alerts.domain.silence import hears_of
from alerts.domain.text import plain
from alerts.domain.wishes import OPERATOR, Watch
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Timetable, Wishes
from alerts.store.promises.plans import Plans

Watched = tuple[Watch, Product | None]
_HOTTEST_FIRST = (Tier.HOT, Tier.WARM, Tier.COLD, Tier.FROZEN)
_TRIES = 5
_NONE: Mapping[str, Tier] = MappingProxyType({})


class WishStore(Wishes, Timetable, Plans, Protocol):
    """The parts of memory that watching needs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product to be watched, by what name, how often, and how long its first look may wait."""

    product: Product
    name: str | None = None
    tier: Tier | None = None
    paused: bool = False
    after: timedelta = timedelta(0)

    def watch(self, guild: int, *, by: int, at: datetime) -> Watch:
        """The wish. A name or tier that is the product's own is left open, so that it follows the product.

        Of a name what can be seen is kept, on one line.
        """
        said = plain(self.name or "", LONGEST_NAME)
        name = said if said and said != self.product.name else None
        tier = self.tier if self.tier is not self.product.tier else None
        return Watch(
            guild=guild, sku=self.product.sku, added_by=by, added_at=at, name=name, tier=tier, paused=self.paused
        )


class Watches:
    """Add, change, remove and list a guild's watches, within its quota.

    A guild's interactions all come to one process, the one with its shard, so a lock of this process keeps two of them
    from passing the quota at once.
    """

    def __init__(
        self,
        *,
        store: WishStore,
        products: Products,
        clock: Clock,
        quota: Quota = NO_QUOTA,
        chosen: Mapping[str, Tier] = _NONE,
    ) -> None:
        """`chosen`: tiers that the operator has named for products, by sku."""
        self._store, self._products, self._clock = store, products, clock
        self.configure(quota=quota, chosen=chosen)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def configure(self, *, quota: Quota, chosen: Mapping[str, Tier]) -> None:
        """For whatever is asked from now on; `settle` brings the timetable after it."""
        self._quota, self._chosen = quota, chosen

    async def add(
        self,
        guild: int,
        product: Product,
        *,
        by: int,
        name: str | None = None,
        tier: Tier | None = None,
        paused: bool = False,
    ) -> bool:
        """Watch it from now on; False when the guild did already. The first look is due at once.

        BadInput when the guild's quota is used up.
        """
        return await self.add_all(guild, [Wanted(product, name, tier, paused=paused)], by=by) == 1

    async def add_all(self, guild: int, wanted: Sequence[Wanted], *, by: int) -> int:
        """The same for several, all or none of them within the quota; how many are new."""
        async with self._turn(guild):
            new = [each.watch(guild, by=by, at=self._clock.now()) for each in wanted]
            if self._is_limited(guild):  # else what is there is not asked for: one by one that would be a square
                mine = await self._store.watches(guild)
                known = {each.sku for each in mine}
                new = [each for each in new if each.sku not in known]
                if new:
                    self._check(guild, [*mine, *new])
            added = [watch for watch in new if await self._store.add_watch(watch)]
            # One that nobody watched may have been forgotten while it was chosen here.
            await self._products.keep([each.product for each in wanted])
            self._products.changed(guild)
        for each in wanted:
            await self._schedule(each.product, after=each.after)
        return len(added)

    async def change(self, guild: int, sku: str, **fields: object) -> tuple[Watch, Watch]:
        """Set a watch's name, tier or pause; what it was and what it is. NotFound when it is not watched here."""
        async with self._turn(guild):
            mine = await self._store.watches(guild)
            before = next((each for each in mine if each.sku == sku), None)
            if before is None:
                raise not_watched()
            after = Watch.model_validate({**before.model_dump(), **fields})
            if after != before:
                self._check(guild, [after if each is before else each for each in mine], before=mine)
                if not await self._store.put_watch(after):
                    raise not_watched()
                self._products.changed(guild)
        if after != before and (product := await self._products.load(sku)):
            await self._schedule(product)
        return before, after

    async def remove(self, guild: int, product: Product) -> None:
        """Stop watching; NotFound when it was not watched, BadInput while subscriptions of the guild need it."""
        mine = [s for s in await self._store.subscriptions(guild) if hears_of(s, product)]
        if mine:
            raise BadInput(_needed(product.name, len(mine)))
        is_removed = await self._store.remove_watch(guild, product.sku)
        self._products.changed(guild)
        if not is_removed:
            raise NotFound(say("{product} is not watched here; /watch list shows what is.", product=product.name))
        await self._schedule(product)

    async def list(self, guild: int) -> Sequence[Watched]:
        """The guild's watches with their products by its names; None for a product that left the configuration."""
        await self._products.refresh()
        found: list[Watched] = []
        for watch in await self._store.watches(guild):
            product = self._products.get(watch.sku)
            found.append((watch, named(product, watch.name) if product and watch.name else product))
        return found

    async def watched(self, guild: int, query: str) -> tuple[Watch, Product]:
        """The one watch that is meant, by whatever finds its product; NotFound when that is not watched here.

        A product that has left the configuration is found by its sku alone, so that its watch can be removed.
        """
        mine = await self.list(guild)
        for watch, product in mine:
            if watch.sku == query.strip().lower():
                return watch, product or Product(sku=watch.sku, name=watch.name or watch.sku, tier=Tier.FROZEN)
        try:
            found = Products(product for _, product in mine if product).find(query)
        except UnknownProduct:
            # Known to the guild and not watched by it is another answer than never heard of.
            (await self._products.of(guild)).find(query)
            raise not_watched() from None
        return next(watch for watch, _ in mine if watch.sku == found.sku), found

    async def use(self, guild: int) -> tuple[Use, Quota]:
        """What of its quota a guild uses. The operator's own watches and members' own have none."""
        mine = await self.list(guild)
        return self._used([watch for watch, _ in mine]), self._quota if guild > OPERATOR else NO_QUOTA

    async def check_room(self, guild: int, *, urls: int = 0) -> None:
        """BadInput when the guild could not watch one product more."""
        use, quota = await self.use(guild)
        quota.check(Use(use.watches + 1, use.urls + urls, use.hot))

    def in_category(self, category: str) -> Sequence[Product]:
        """The products of a category; upper and lower case are the same."""
        wanted = category.strip().casefold()
        return [product for product in self._products if (product.category or "").casefold() == wanted]

    async def settle(self) -> None:
        """Make the timetable agree with the catalogue: when a scheduler starts, beside its ticks."""
        await self._products.refresh()
        for sku in await self._store.scheduled():
            # Another process may add one just now: load, rather than get, notices it.
            if await self._products.load(sku) is None:
                await self._store.unschedule(sku)
        for product in self._products:
            if await self._store.watchers(product.sku):
                await self._schedule(product)

    async def _schedule(self, product: Product, *, after: timedelta = timedelta(0)) -> None:
        """As often as the hottest of those asks who watch it and do not pause; not at all when there is none.

        Looked at again afterwards: somebody else may have come or gone in between, and the last one who looks is right.
        """
        default = self._products.get(product.sku) or product
        tier, floor = await self._asked(default)
        for _ in range(_TRIES):
            if tier and tier is not Tier.FROZEN:
                await self._store.schedule(product.sku, tier, self._clock.now() + after)
            else:
                await self._store.unschedule(product.sku)
            await self._store.set_floor(product.sku, floor)
            before, (tier, floor) = (tier, floor), await self._asked(default)
            if (tier, floor) == before:
                return

    async def _asked(self, product: Product) -> tuple[Tier | None, Tier | None]:
        """The hottest tier of those who watch it, and the hottest that one of them or the operator has chosen."""
        watches = [each for each in await self._store.watches_of(product.sku) if not each.paused]
        asked = {each.tier_of(product) for each in watches}
        chosen = {each.tier or self._chosen.get(product.sku) for each in watches}
        tier, floor = (next((each for each in _HOTTEST_FIRST if each in found), None) for found in (asked, chosen))
        return tier, Tier.FROZEN if tier is Tier.FROZEN else floor

    def _check(self, guild: int, watches: Sequence[Watch], *, before: Sequence[Watch] = ()) -> None:
        """BadInput when these are more than the quota; of what was used before as much may be used still."""
        if self._is_limited(guild):
            self._quota.check(self._used(watches), before=self._used(before))

    def _is_limited(self, guild: int) -> bool:
        return guild > OPERATOR and self._quota != NO_QUOTA

    def _used(self, watches: Sequence[Watch]) -> Use:
        return used(watches, self._products.is_added, self._products.get)

    def _turn(self, guild: int) -> asyncio.Lock:
        return self._turns.setdefault(guild, asyncio.Lock())


def not_watched() -> NotFound:
    """The same answer for what nobody here watches and what only others do."""
    return NotFound(say("That is not watched here; /watch list shows what is."))


def _needed(product: str, count: int) -> str:
    if count == 1:
        return say("1 alert needs {product}: end it with /alerts unsubscribe first.", product=product)
    return say("{count} alerts need {product}: end them with /alerts unsubscribe first.", count=count, product=product)
