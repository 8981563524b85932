"""What people may ask for: the configured products, found by sku, name, alias, number, address or a near miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process, utils

from alerts.domain.codes import address_in, number_in
from alerts.domain.errors import UnknownProduct
from alerts.domain.model import Product

# Of 100. Below it a suggestion is noise ("toaster" is near nothing); measured on the shipped and the demo names.
_NEAR_ENOUGH = 72


class Products:
    """The catalogue. Asking costs no I/O."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_sku = {product.sku: product for product in products}
        self._names = {name: product.sku for product in self._by_sku.values() for name in _names(product)}

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_sku.values())

    def __len__(self) -> int:
        return len(self._by_sku)

    def get(self, sku: str) -> Product | None:
        """The product of exactly this sku."""
        return self._by_sku.get(sku)

    def find(self, query: str) -> Product:
        """The one product that is meant, or UnknownProduct with what comes closest.

        Exact sku, name or alias first; then the number or address of it; then the only product whose names hold every
        word; then the best near miss, when nothing else comes as near.
        """
        meant = self.named(query)
        if len(meant) == 1:
            return meant[0]
        raise UnknownProduct(query, [product.name for product in self.near(query)])

    def near(self, query: str) -> list[Product]:
        """Up to three that come closest, to name them to who asked for none."""
        return [product for product, _ in self._scored(query)[:3]]

    def named(self, query: str) -> list[Product]:
        """What is meant, by the rules of `find`: one, several that come equally near, or none."""
        exactly = self.exactly(query) or self.by_code(query)
        near = [] if exactly else self._scored(query)
        return exactly or [product for product, score in near if score == near[0][1]]

    def exactly(self, query: str) -> list[Product]:
        """The one of just this sku, name or alias, if there is one."""
        exact = self._by_sku.get(query.strip().lower()) or self._by_sku.get(self._names.get(_normal(query), ""))
        return [exact] if exact else []

    def by_code(self, code: str) -> list[Product]:
        """The products of the number (GTIN) or the shop's page that a bar code holds."""
        number, address = number_in(code), address_in(code)
        if number:
            return [each for each in self if each.gtin and number_in(each.gtin) == number]
        if address is None:
            return []
        pages = {each.sku: [address_in(listing.url) or "" for listing in each.listings] for each in self}
        exactly = [each for each in self if address in pages[each.sku]]
        return exactly or [each for each in self if any(_is_nearly(address, page) for page in pages[each.sku])]

    def suggest(self, query: str, *, limit: int = 25) -> list[Product]:
        """Products for autocomplete, nearest first; the first of all when nothing is typed."""
        if not query.strip():
            return list(self._by_sku.values())[:limit]
        return [product for product, _ in self._scored(query)][:limit]

    def _scored(self, query: str) -> list[tuple[Product, float]]:
        wanted = _normal(query)
        if not wanted:
            return []
        scores: dict[str, float] = {}
        for name, sku in self._names.items():
            if wanted in name or all(word in name for word in wanted.split()):
                scores[sku] = 100.0
        for name, score, _ in process.extract(wanted, self._names.keys(), scorer=fuzz.WRatio, limit=25):
            if score >= _NEAR_ENOUGH:
                scores.setdefault(self._names[name], score)
        found = sorted(scores.items(), key=lambda pair: -pair[1])
        return [(self._by_sku[sku], score) for sku, score in found]


def _names(product: Product) -> Iterator[str]:
    for name in (product.name, product.sku, *product.aliases):
        yield _normal(name)


def _is_nearly(one: str, other: str) -> bool:
    """Whether two addresses differ in nothing but parameters that only one of them has, such as a variant."""
    (path, _, asked), (other_path, _, other_asked) = one.partition("?"), other.partition("?")
    return path == other_path and not (asked and other_asked)


def _normal(text: str) -> str:
    return re.sub(r"\s+", " ", utils.default_process(text)).strip()
