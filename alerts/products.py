"""What people may ask for, found by sku, name, alias, number, address or a near miss."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process, utils

from alerts.domain.canonical import canonical, is_address
from alerts.domain.codes import address_in, number_in
from alerts.domain.errors import UnknownProduct
from alerts.domain.model import Product

# Of 100. Below it a suggestion is noise ("toaster" is near nothing); measured on the shipped and the demo names.
_NEAR_ENOUGH = 72


class Products:
    """The configured products, or what a guild may ask for. Asking costs no I/O."""

    def __init__(self, products: Iterable[Product]) -> None:
        self.take(products)

    def take(self, products: Iterable[Product]) -> None:
        """These and no others from now on."""
        self._by_sku = {product.sku: product for product in products}
        self._names: dict[str, tuple[str, ...]] = {}
        for product in self._by_sku.values():
            self._name(product)

    def share(self, other: Products) -> None:
        """The same products as the other from now on, without going through them."""
        self._by_sku, self._names = other._by_sku, other._names

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_sku.values())

    def __len__(self) -> int:
        return len(self._by_sku)

    def get(self, sku: str) -> Product | None:
        """The product of exactly this sku."""
        return self._by_sku.get(sku)

    def is_added(self, sku: str) -> bool:
        """Whether it was added by its address, and is not configured."""
        return False

    async def load(self, sku: str) -> Product | None:
        """The same, for who cannot wait for another process's addition to be noticed."""
        return self.get(sku)

    async def refresh(self) -> None:
        """Notice what other processes have added."""

    async def of(self, guild: int | None) -> Products:
        """What a guild may ask for: the configured products and its own, by its own names. None: outside of a guild."""
        return self

    def changed(self, guild: int) -> None:
        """What a guild has added or named was changed here: `of` says so at once."""

    async def keep(self, products: Iterable[Product]) -> None:
        """These were chosen just now: one that was forgotten meanwhile, since nobody watched it, is known again."""

    def beside(self, own: Iterable[Product]) -> Products:
        """A guild's own products first, then all of these; one of its own stands for the configured one of its sku."""
        made, mine = Products(()), {product.sku: product for product in own}
        made._by_sku = {**mine, **{sku: each for sku, each in self._by_sku.items() if sku not in mine}}
        made._names = dict(self._names)
        for product in mine.values():
            made._name(product)
        return made

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
        if is_address(query):
            canonical(query)  # one that is malformed is refused in words
        exactly = self.exactly(query) or self.by_code(query)
        near = [] if exactly else self._scored(query)
        return exactly or [product for product, score in near if score == near[0][1]]

    def exactly(self, query: str) -> list[Product]:
        """The one of just this sku, or those of just this name or alias."""
        by_sku = self._by_sku.get(query.strip().lower())
        return [by_sku] if by_sku else [self._by_sku[sku] for sku in self._names.get(_normal(query), ())]

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

    def _name(self, product: Product) -> None:
        for name in dict.fromkeys(_names(product)):
            skus = self._names.get(name, ())
            self._names[name] = skus if product.sku in skus else (*skus, product.sku)

    def suggest(self, query: str, *, limit: int = 25) -> list[Product]:
        """Products for autocomplete, nearest first; the first of all when nothing is typed."""
        if not query.strip():
            return list(self._by_sku.values())[:limit]
        return [product for product, _ in self._scored(query)][:limit]

    def _scored(self, query: str) -> list[tuple[Product, float]]:
        wanted = "" if is_address(query) else _normal(query)
        if not wanted:
            return []
        scores: dict[str, float] = {}
        for name, skus in self._names.items():
            if wanted in name or all(word in name for word in wanted.split()):
                scores.update(dict.fromkeys(skus, 100.0))
        for name, score, _ in process.extract(wanted, self._names.keys(), scorer=fuzz.WRatio, limit=25):
            if score >= _NEAR_ENOUGH:
                for sku in self._names[name]:
                    scores.setdefault(sku, score)
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
    return re.sub(r"\s+", " ", utils.default_process(unicodedata.normalize("NFKC", text))).strip()
