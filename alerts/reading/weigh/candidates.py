"""The page's data about the one product that is meant, with its offers narrowed to the wanted variant. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import unquote, urlsplit

from alerts.domain.errors import ReadError
from alerts.domain.model import Listing
from alerts.reading.data.facts import OfferFact, ProductFact
from alerts.reading.weigh.variants import the_named, variant_in_url

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer of the page says of the product."""

    source: str
    name: str | None
    offers: tuple[OfferFact, ...]


class Variant(Enum):
    """What the page's data know of the variant that the listing names."""

    NOT_ASKED = "not asked"
    TOLD_APART = "told apart"
    THE_ONLY_ONE = "the only one"
    UNTOLD = "untold"


def layers(
    products: Sequence[ProductFact], names: Sequence[str], url: str, listing: Listing
) -> tuple[list[Layer], Variant]:
    """One Layer per source, narrowed to the wanted variant where a layer tells variants apart.

    Raise mismatch when layers that do so have no variant of the name that the listing gives.
    """
    sources = dict.fromkeys(product.source for product in products)
    chosen = [_best([p for p in products if p.source == source], names, url) for source in sources]
    found = [Layer(p.source, p.name, tuple(o for o in p.offers if o.says_anything())) for p in chosen if p]
    wanted = listing.variant or variant_in_url(listing.url)
    if wanted is None:
        return found, Variant.NOT_ASKED
    return _narrowed(found, wanted, names, is_named=listing.variant is not None)


def _narrowed(found: list[Layer], wanted: str, names: Sequence[str], *, is_named: bool) -> tuple[list[Layer], Variant]:
    telling = [layer for layer in found if len(layer.offers) > 1]
    narrowed: list[Layer] = []
    for layer in telling:
        try:
            offers = the_named([(offer, offer.words) for offer in layer.offers], wanted)
        except ReadError:
            continue
        narrowed.append(replace(layer, offers=tuple(offers)))
    if narrowed:
        return narrowed, Variant.TOLD_APART
    if telling and is_named:
        the_named([(offer, offer.words) for offer in telling[0].offers], wanted)
    if not is_named:
        return found, Variant.NOT_ASKED
    told = [*names, *(w for layer in found for w in (layer.name or "", *(w for o in layer.offers for w in o.words)))]
    return found, Variant.THE_ONLY_ONE if _holds(told, wanted) else Variant.UNTOLD


def _holds(words: Sequence[str], wanted: str) -> bool:
    try:
        the_named([(None, words)], wanted)
    except ReadError:
        return False
    return True


def _best(products: Sequence[ProductFact], names: Sequence[str], url: str) -> ProductFact | None:
    """The product the page is about: the one at its address, by its name, with an offer, or else the first."""
    if not products:
        return None
    scored = [(_score(product, names, url), -index, product) for index, product in enumerate(products)]
    score, _, product = max(scored, key=lambda one: one[:2])
    # Several products and nothing that tells which one is meant: a list, not a product page.
    is_told = score >= 2 or len({p.name for p in products if p.offers}) <= 1 or products[0].source != "microdata"
    return product if is_told or product is products[0] else None


def _score(product: ProductFact, names: Sequence[str], url: str) -> float:
    score = 1.0 if product.offers else 0.0
    if product.url and _tail(product.url) and _tail(product.url) == _tail(url):
        score += 2
    words = set(_WORD.findall((product.name or "").casefold()))
    told = [set(_WORD.findall(name.casefold())) for name in names if name]
    return score + 3 * max((len(words & one) / len(words | one) for one in told if words and one), default=0.0)


def _tail(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].lower()
