"""The offers of one JSON-LD product: nested, referenced, aggregated, by variant, by specification. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alerts.domain.model import PriceKind
from alerts.reading.data.facts import Number, OfferFact
from alerts.reading.words.availability import availability_of, condition_of, online_of

Node = dict[str, Any]

_MAX_OFFERS = 500
_NAMES = "sku mpn gtin gtin8 gtin12 gtin13 gtin14 productid name size color identifier".split()
_LIST_TYPES = frozenset({"listprice", "strikethroughprice", "srp", "msrp", "rrp", "suggestedretailprice"})
_NOT_THE_PRICE = ("billingduration", "billingincrement", "referencequantity", "unitcode")


def offers_of(product: Node, path: str, known: Mapping[str, Node], depth: int = 0) -> Iterator[OfferFact]:
    """Every offer of a product with lower-cased keys, those of its variants included."""
    inherited = _words(product)
    for index, offer in enumerate(_dicts(product.get("offers"), known)[:_MAX_OFFERS]):
        yield from _offer(offer, f"{path}.offers[{index}]", inherited, known)
    if depth < 2:
        variants = _dicts(product.get("hasvariant"), known) or _dicts(product.get("model"), known)
        for index, variant in enumerate(variants[:_MAX_OFFERS]):
            yield from offers_of(variant, f"{path}.hasVariant[{index}]", known, depth + 1)


def _offer(offer: Node, path: str, inherited: frozenset[str], known: Mapping[str, Node]) -> Iterator[OfferFact]:
    nested = [o for o in _dicts(offer.get("offers"), known) if o is not offer][:_MAX_OFFERS]
    inner = [
        fact for i, o in enumerate(nested) for fact in _single(o, f"{path}.offers[{i}]", inherited, known, parent=offer)
    ]
    if any(fact.price for fact in inner):
        yield from inner
    else:
        yield from _single(offer, path, inherited, known, parent={})


def _single(
    offer: Node, path: str, inherited: frozenset[str], known: Mapping[str, Node], *, parent: Node
) -> Iterator[OfferFact]:
    specs = _dicts(offer.get("pricespecification"), known)
    price, kind, currency = _price(offer, specs)
    item = next(iter(_dicts(offer.get("itemoffered"), known)), {})
    if _is_for_several(offer):
        return
    said = offer.get("availability") or parent.get("availability")
    yield OfferFact(
        path=path,
        price=price,
        kind=kind,
        list_price=_list_price(specs),
        currency=currency or text_of(offer.get("pricecurrency")) or text_of(parent.get("pricecurrency")),
        availability=availability_of(text_of(said)) if said else None,
        online=online_of(text_of(said)),
        condition=condition_of(text_of(offer.get("itemcondition") or parent.get("itemcondition"))),
        seller=_name(offer.get("seller") or offer.get("offeredby")),
        shipping=_shipping(offer, known),
        stock=_stock(offer, known),
        words=_words(offer) | _words(item) | inherited,
    )


def _price(offer: Node, specs: list[Node]) -> tuple[str | None, PriceKind, str | None]:
    kind = PriceKind.MEMBER if "validformembertier" in offer else PriceKind.EXACT
    raw = _scalar(offer.get("price"))
    if raw and (gross := _with_tax(raw, offer, specs)):
        return gross, kind, None
    if raw:
        return raw, kind, None
    if low := _scalar(offer.get("lowprice")):
        high = _scalar(offer.get("highprice"))
        return low, PriceKind.FROM if high not in (None, low) else kind, None
    plain = [spec for spec in specs if _is_the_price(spec)]
    for spec in sorted(plain, key=lambda spec: ("validformembertier" in spec, _tax(spec) is False)):
        if raw := _scalar(spec.get("price")) or _scalar(spec.get("minprice")):
            member = PriceKind.MEMBER if "validformembertier" in spec else kind
            return raw, member, text_of(spec.get("pricecurrency"))
    return None, kind, None


def _with_tax(stated: str, offer: Node, specs: list[Node]) -> str | None:
    """The price with tax, where the data say that the stated one is without."""
    net = {_scalar(spec.get("price")) for spec in specs if _tax(spec) is False and _is_the_price(spec)}
    gross = [_scalar(spec.get("price")) for spec in specs if _tax(spec) and _is_the_price(spec)]
    return next(iter(gross), None) if stated in net or _tax(offer) is False else None


def _tax(spec: Node) -> bool | None:
    said = spec.get("valueaddedtaxincluded")
    return {"true": True, "false": False}.get(str(said).rpartition("/")[2].lower())


def _is_the_price(spec: Node) -> bool:
    return _type(spec.get("pricetype")) not in _LIST_TYPES and not any(key in spec for key in _NOT_THE_PRICE)


def _list_price(specs: list[Node]) -> str | None:
    return next((_scalar(spec.get("price")) for spec in specs if _type(spec.get("pricetype")) in _LIST_TYPES), None)


def _is_for_several(offer: Node) -> bool:
    # A price for ten is not the price of one.
    quantity = offer.get("eligiblequantity")
    least = {k.lower(): v for k, v in quantity.items()}.get("minvalue") if isinstance(quantity, dict) else None
    raw = _scalar(least)
    return raw is not None and raw.isdigit() and int(raw[:9]) > 1


def _shipping(offer: Node, known: Mapping[str, Node]) -> str | None:
    for details in _dicts(offer.get("shippingdetails"), known):
        for rate in _dicts(details.get("shippingrate"), known):
            return _scalar(rate.get("value"))
    return None


def _stock(offer: Node, known: Mapping[str, Node]) -> int | None:
    level = offer.get("inventorylevel")
    raw = _scalar(level) or next((_scalar(one.get("value")) for one in _dicts(level, known)), None)
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 7 else None


def _words(node: Node) -> frozenset[str]:
    return frozenset(word for name in _NAMES if (word := text_of(node.get(name))))


def _dicts(value: Any, known: Mapping[str, Node]) -> list[Node]:
    """A node, a list of nodes, or references to them, as nodes with lower-cased keys."""
    found = value if isinstance(value, list) else [value]
    nodes = [known.get(one) if isinstance(one, str) else one for one in found]
    return [_lowered(_resolved(node, known)) for node in nodes if isinstance(node, dict)]


def _resolved(node: Node, known: Mapping[str, Node]) -> Node:
    there = known.get(node["@id"]) if set(node) <= {"@id", "@type"} and isinstance(node.get("@id"), str) else None
    return there or node


def _lowered(node: Node) -> Node:
    return {key.lower(): value for key, value in node.items()}


def _type(value: Any) -> str:
    return (text_of(value) or "").rpartition("/")[2].lower()


def _name(value: Any) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    return text_of(value.get("name")) if isinstance(value, dict) else text_of(value)


def _scalar(value: Any) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Number):
        return value if len(value) < 60 else None
    return value.strip() or None if isinstance(value, str) and len(value) < 60 else None


def text_of(value: Any) -> str | None:
    """A short text, the first of several, or what a language map or `@value` holds; else None."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("@id") or value.get("name")
    return value.strip()[:500] or None if isinstance(value, str) else None
