"""Forgetting a guild: what it made, what was sent to it, and the products that nobody else watches."""

from __future__ import annotations

from typing import Protocol

import structlog

from alerts.catalogue import Catalogue
from alerts.domain.catalogue import UrlProduct
from alerts.domain.departures import GuildErasure
from alerts.domain.errors import BadInput
from alerts.domain.wishes import OPERATOR
from alerts.me import SECOND_LOOK
from alerts.ports import Clock
from alerts.store.ports import Wishes
from alerts.store.promises.departures import Departures, Erasing

_EVERY = 5.0
log = structlog.get_logger()


class ErasureStore(Erasing, Departures, Wishes, Protocol):
    """The parts of memory that this needs."""


class Erasure:
    """Forget a guild now, and once more after two minutes, for what was on its way meanwhile."""

    def __init__(self, *, store: ErasureStore, catalogue: Catalogue, clock: Clock) -> None:
        self._store, self._catalogue, self._clock = store, catalogue, clock
        self._next_look = 0.0

    async def erase(self, guild: int) -> None:
        """Forget it, whatever happens meanwhile. What it makes before the second look is forgotten with the rest.

        BadInput for what is no guild's id.
        """
        if guild <= OPERATOR:
            raise BadInput(f"{guild} is no server's id: copy it in Discord (Developer Mode, Copy Server ID).")
        erasure = GuildErasure(guild=guild, at=self._clock.now() + SECOND_LOOK, products=await self._products(guild))
        # Before anything is removed: a crash in between is finished by the second look.
        await self._store.put_guild_erasure(erasure)
        await self._store.departure_done(guild)
        await self._once(erasure)
        log.info("server forgotten", guild=guild, again_at=erasure.at.isoformat())

    async def finish(self, guild: int) -> None:
        """Take the second look at once, if one is to be taken: the guild is here again, and begins anew."""
        for each in await self._store.guild_erasures():
            if each.guild == guild:
                await self._finish(each)

    async def sweep(self) -> bool:
        """Take the second look wherever it is time for, every few seconds; whether there was any."""
        now = self._clock.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + _EVERY
        due = [each for each in await self._store.guild_erasures() if each.at <= self._clock.now()]
        for each in due:
            await self._finish(each)
            log.info("server forgotten for good", guild=each.guild)
        return bool(due)

    async def _finish(self, erasure: GuildErasure) -> None:
        await self._once(erasure)
        # It may have been left meanwhile: there is nothing to wait for.
        await self._store.departure_done(erasure.guild)
        await self._store.guild_erasure_done(erasure.guild)

    async def _once(self, erasure: GuildErasure) -> None:
        await self._store.erase_guild(erasure.guild, erasure.products)
        self._catalogue.changed(erasure.guild)
        await self._catalogue.refresh()
        left = {listing.vendor for product in self._catalogue for listing in product.listings}
        await self._store.forget_vendors({each.vendor for each in erasure.products} - left)

    async def _products(self, guild: int) -> tuple[UrlProduct, ...]:
        """What was added by its address and is watched by nobody else, with what an interrupted erasure had noted."""
        await self._catalogue.refresh()
        before = [each for each in await self._store.guild_erasures() if each.guild == guild]
        found = {each.sku: each for erasure in before for each in erasure.products}
        for each in self._catalogue.added():
            if await self._store.watchers(each.sku) <= {guild}:
                found[each.sku] = each
        return tuple(found.values())
