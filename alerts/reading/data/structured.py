"""Every structured layer of a page, to product facts: JSON-LD, microdata, RDFa-lite, product meta. Pure."""

from __future__ import annotations

import html
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from alerts.reading.data import jsonld, microdata
from alerts.reading.data.facts import OfferFact, ProductFact
from alerts.reading.visible.dom import Dom
from alerts.reading.words.availability import availability_of, condition_of, online_of

_MAX_BLOCKS = 200
_SALE = ("product:sale_price:amount",)
_PRICE = ("product:price:amount", "og:price:amount", "product:price", "og:price", "twitter:price")
_CURRENCY = (
    "product:sale_price:currency", "product:price:currency", "og:price:currency", "product:currency", "og:currency",
)  # fmt: skip
_STOCK = ("product:availability", "og:availability", "product:stock", "availability")


@dataclass(frozen=True, slots=True)
class Structured:
    """The layers, and what the page's head says of itself."""

    products: tuple[ProductFact, ...]
    meta: dict[str, str]
    language: str | None


def structured(tree: LexborHTMLParser, dom: Dom, body: bytes) -> Structured:
    """Read all layers; RDFa, the rarest, only where the others have no offer."""
    meta = _meta(dom)
    products: list[ProductFact] = [*jsonld.products_in(_blocks(dom)), *microdata.products_in(tree, microdata.MICRODATA)]
    if not any(product.offers for product in products) and b"typeof=" in body:
        products += microdata.products_in(tree, microdata.RDFA)
    if (stated := _stated(meta)) is not None:
        products.append(stated)
    return Structured(products=tuple(products), meta=meta, language=dom.language or meta.get("og:locale"))


def _blocks(dom: Dom) -> list[str]:
    found = [node for node in dom.scripts if "ld+json" in (node.attributes.get("type") or "").lower()][:_MAX_BLOCKS]
    return [text if "&quot;" not in text else html.unescape(text) for node in found if (text := node.text())]


def _meta(dom: Dom) -> dict[str, str]:
    named: dict[str, str] = {}
    for node in dom.metas[:500]:
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("http-equiv")
        if name and (content := attributes.get("content")):
            named.setdefault(name.lower(), content.strip())
    return named


def _stated(meta: dict[str, str]) -> ProductFact | None:
    price = next((meta[name] for name in _SALE + _PRICE if meta.get(name)), None)
    currency = next((meta[name] for name in _CURRENCY if meta.get(name)), None)
    said = next((meta[name] for name in _STOCK if meta.get(name)), None)
    if price is None and said is None:
        return None
    offer = OfferFact(
        path="meta",
        price=price,
        currency=currency,
        availability=availability_of(said) if said else None,
        online=online_of(said),
        condition=condition_of(meta.get("product:condition")),
        words=frozenset(
            word
            for key in ("product:retailer_item_id", "product:ean", "product:mfr_part_no")
            if (word := meta.get(key))
        ),
    )
    return ProductFact("meta", "meta", meta.get("og:title"), meta.get("og:url"), (offer,))
