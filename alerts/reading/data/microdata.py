"""Microdata and RDFa-lite to product facts: the same idea under two sets of attribute names. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from alerts.domain.model import PriceKind
from alerts.reading.data.facts import OfferFact, ProductFact
from alerts.reading.words.availability import availability_of, condition_of, online_of

_MAX_PROPERTIES = 1500
_MAX_CLIMB = 60
_MAX_NESTING = 40
_OFFER_PROPERTIES = frozenset(
    "price lowprice highprice pricecurrency availability itemcondition seller inventorylevel offercount".split()
)
_NAMES = frozenset("sku mpn gtin gtin8 gtin12 gtin13 gtin14 productid name".split())
_VALUE_ATTRIBUTES = {"meta": "content", "link": "href", "a": "href", "img": "src", "data": "value", "time": "datetime"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one of the two notations names its attributes."""

    source: str
    prop: str
    scope: str
    kind: str


MICRODATA = Dialect("microdata", "itemprop", "itemscope", "itemtype")
RDFA = Dialect("rdfa", "property", "typeof", "typeof")


@dataclass(slots=True)
class _Scope:
    kind: str
    parent: _Scope | None
    position: int
    opened_by: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def first(self, name: str) -> str | None:
        return next(iter(self.values.get(name, ())), None)


def products_in(tree: LexborHTMLParser, dialect: Dialect) -> list[ProductFact]:
    """Every product that the page's attributes describe, in its order, and offers that belong to no product last."""
    scopes = _scopes(tree, dialect)
    products = [scope for scope in scopes if _is_product(scope)]
    inner: dict[int, list[_Scope]] = {}
    for scope in scopes:
        if _is_offer(scope):
            above = _product_above(scope)
            inner.setdefault(above.position if above else -1, []).append(scope)
    facts = [_product(scope, inner.get(scope.position, []), dialect) for scope in products]
    orphans = inner.get(-1, [])
    if not products and len({scope.first("price") for scope in orphans}) == 1:
        facts.append(_orphan(orphans[0], dialect))
    return facts


def _product(scope: _Scope, told: list[_Scope], dialect: Dialect) -> ProductFact:
    words = frozenset(value for name in _NAMES for value in scope.values.get(name, ()))
    path = f"{dialect.source}[{scope.position}]"
    own = [_offer(scope, path)] if not scope.opened_by or "price" in scope.values else []
    inner = [_offer(one, path) for one in told if one is not scope]
    offers = [replace(offer, words=offer.words | words) for offer in (inner or own) if offer.says_anything()]
    offers = offers or [offer for offer in own if offer.says_anything()]
    url = scope.first("url")
    return ProductFact(dialect.source, path, scope.first("name"), url, tuple(offers), scope.position)


def _orphan(scope: _Scope, dialect: Dialect) -> ProductFact:
    path = f"{dialect.source}[{scope.position}]"
    return ProductFact(dialect.source, path, None, None, (_offer(scope, path),), scope.position)


def _offer(scope: _Scope, path: str) -> OfferFact:
    low, high = scope.first("lowprice"), scope.first("highprice")
    price = scope.first("price")
    is_range = price is None and high is not None and high != low
    said, stock = scope.first("availability"), scope.first("inventorylevel") or ""
    return OfferFact(
        path=f"{path}.offer[{scope.position}]",
        price=price or low,
        kind=PriceKind.FROM if is_range else PriceKind.EXACT,
        currency=scope.first("pricecurrency"),
        availability=availability_of(said) if said else None,
        online=online_of(said),
        condition=condition_of(scope.first("itemcondition")),
        seller=scope.first("seller"),
        stock=int(stock) if stock.isascii() and stock.isdigit() and len(stock) < 7 else None,
        words=frozenset(value for name in _NAMES for value in scope.values.get(name, ())),
    )


def _scopes(tree: LexborHTMLParser, dialect: Dialect) -> list[_Scope]:
    found: list[_Scope] = []
    near: dict[int, _Scope | None] = {}
    for node in tree.css(f"[{dialect.prop}]")[:_MAX_PROPERTIES]:
        scope = _scope_around(node, dialect, found, near)
        if scope is None:
            continue
        for name in (node.attributes.get(dialect.prop) or "").lower().split():
            short = name.rpartition(":")[2].rpartition("/")[2]
            if short in _OFFER_PROPERTIES or short in _NAMES or short == "url":
                scope.values.setdefault(short, []).append(_value(node))
    return found


def _scope_around(
    node: LexborNode, dialect: Dialect, found: list[_Scope], near: dict[int, _Scope | None], depth: int = 0
) -> _Scope | None:
    """The scope that a property belongs to; one that opens a scope itself belongs to the scope around it."""
    climbed: list[int] = []
    scope: _Scope | None = None
    above = node.parent
    while above is not None and len(climbed) < _MAX_CLIMB:
        if above.mem_id in near:
            scope = near[above.mem_id]
            break
        climbed.append(above.mem_id)
        attributes = above.attributes
        if dialect.scope in attributes:
            parent = _scope_around(above, dialect, found, near, depth + 1) if depth < _MAX_NESTING else None
            kind, opened_by = attributes.get(dialect.kind) or "", attributes.get(dialect.prop) or ""
            scope = _Scope(kind.lower(), parent, len(found), opened_by.lower())
            found.append(scope)
            break
        above = above.parent
    near.update(dict.fromkeys(climbed, scope))
    return scope


def _value(node: LexborNode) -> str:
    attributes = node.attributes
    stated = attributes.get("content") or attributes.get(_VALUE_ATTRIBUTES.get(node.tag or "", "content"))
    return (stated or attributes.get("href") or node.text()).strip()[:300]


def _is_product(scope: _Scope) -> bool:
    last = scope.kind.rpartition("/")[2].rpartition(":")[2]
    return "product" in last or last in ("vehicle", "car", "book", "event", "individualproduct", "softwareapplication")


def _is_offer(scope: _Scope) -> bool:
    return "offer" in scope.kind or "price" in scope.values or "lowprice" in scope.values


def _product_above(scope: _Scope) -> _Scope | None:
    above = scope.parent
    while above is not None and not _is_product(above):
        # A list or a relation in between: what is told there is told of other products.
        if "itemlist" in above.kind or "related" in above.opened_by or "similar" in above.opened_by:
            return None
        above = above.parent
    return above
