"""The currency of a price that is typed without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from alerts.domain.model import Product
from alerts.store.ports import GuildChoices, Snapshots


class CurrencyStore(GuildChoices, Snapshots, Protocol):
    """The parts of memory that this needs."""


class Currencies:
    """Asks what prices are in."""

    def __init__(self, *, store: CurrencyStore) -> None:
        self._store = store

    async def of(self, guild: int, products: Sequence[Product]) -> str | None:
        """The one that the guild has chosen, else the only one that these products are offered in; None without."""
        chosen = (await self._store.guild_settings(guild)).currency
        if chosen:
            return chosen
        snapshots = [await self._store.snapshot(product.sku) for product in products]
        offers = [known.offer for snapshot in snapshots for known in snapshot.listings]
        found = {offer.price.currency for offer in offers if offer and offer.price}
        return found.pop() if len(found) == 1 else None
