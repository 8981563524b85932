"""Products that were added by their address, in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from alerts.domain.catalogue import UrlProduct


@dataclass
class MemoryCatalogue:
    """See ports.Catalogue."""

    _added: dict[str, UrlProduct] = field(default_factory=dict, init=False)

    async def add_product(self, product: UrlProduct) -> UrlProduct:
        return self._added.setdefault(product.mark, product)

    async def added_products(self, since: int) -> tuple[int, Sequence[UrlProduct]]:
        return len(self._added), list(self._added.values())[since:]
