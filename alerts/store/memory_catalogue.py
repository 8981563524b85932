"""Products that were added by their address, in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from alerts.domain.catalogue import UrlProduct


@dataclass
class MemoryCatalogue:
    """See ports.Catalogue."""

    _added: dict[str, UrlProduct] = field(default_factory=dict, init=False)
    _marks: list[str | None] = field(default_factory=list, init=False)  # as they came; None where one was dropped

    async def add_product(self, product: UrlProduct) -> UrlProduct:
        if product.mark not in self._added:
            self._added[product.mark] = product
            self._marks.append(product.mark)
        return self._added[product.mark]

    async def added_products(self, since: int) -> tuple[int, Sequence[UrlProduct]]:
        if since and None in self._marks[since:]:
            return 0, []
        return len(self._marks), [self._added[mark] for mark in self._marks[since:] if mark is not None]

    def _drop_added(self, product: UrlProduct) -> None:
        if self._added.pop(product.mark, None):
            self._marks[self._marks.index(product.mark)] = None
            self._marks.append(None)
