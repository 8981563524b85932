"""What an operator knows of one shop's pages: where its price and stock stand. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from alerts.domain.model import Availability, Fact
from alerts.reading.data.facts import Number, OfferFact, ProductFact
from alerts.reading.words.availability import availability_of, online_of
from alerts.reading.words.phrases import Sense, folded, senses

_STEP = re.compile(r"[^.\[\]]+")
_LONGEST = 300


class Override(Fact):
    """A vendor's own places. Selectors are CSS; paths lead from the JSON in `state` by names and numbers: a.b[0].c"""

    price: str | None = None
    stock: str | None = None
    state: str | None = None  # the script that holds JSON, e.g. script#__NEXT_DATA__
    price_path: str | None = None
    currency_path: str | None = None
    stock_path: str | None = None
    in_stock: tuple[str, ...] = ()
    out_of_stock: tuple[str, ...] = ()


def stated_by(override: Override, tree: LexborHTMLParser) -> ProductFact | None:
    """What stands in the configured places, as the first layer of data; None when nothing stands there."""
    state = _state(override, tree)
    price = _scalar(_at(state, override.price_path)) or _text(tree, override.price)
    said = _scalar(_at(state, override.stock_path)) or _text(tree, override.stock)
    offer = OfferFact(
        path="vendor override",
        price=price,
        currency=_scalar(_at(state, override.currency_path)),
        availability=_availability(override, said) if said else None,
        online=online_of(said),
    )
    return ProductFact("override", "vendor override", None, None, (offer,)) if offer.says_anything() else None


def _availability(override: Override, said: str) -> Availability:
    words = folded(said)
    for phrases, meaning in (
        (override.out_of_stock, Availability.OUT_OF_STOCK),
        (override.in_stock, Availability.IN_STOCK),
    ):
        if any(folded(phrase) in words for phrase in phrases):
            return meaning
    if words in ("true", "false"):
        return Availability.IN_STOCK if words == "true" else Availability.OUT_OF_STOCK
    known = availability_of(said)
    if known is Availability.UNKNOWN and (found := senses(words)) & (Sense.OUT | Sense.IN):
        return Availability.OUT_OF_STOCK if found & Sense.OUT else Availability.IN_STOCK
    return known


def _state(override: Override, tree: LexborHTMLParser) -> Any:
    text = _text(tree, override.state, longest=2_000_000)
    if not text:
        return None
    start = text.find("{")  # window.__STATE__ = {...};
    try:
        data, _ = json.JSONDecoder(strict=False, parse_float=Number, parse_int=Number).raw_decode(text, max(start, 0))
    except (ValueError, RecursionError):
        return None
    return data


def _at(data: Any, path: str | None) -> Any:
    for step in _STEP.findall(path or ""):
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data if path else None


def _text(tree: LexborHTMLParser, selector: str | None, longest: int = _LONGEST) -> str | None:
    if selector is None:
        return None
    try:
        node = tree.css_first(selector)
    except (ValueError, SelectolaxError):
        return None  # the configuration is checked elsewhere; here a wrong selector finds nothing
    if node is None:
        return None
    return (node.attributes.get("content") or node.text()).strip()[:longest] or None


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Number):
        return value
    return value[:_LONGEST] if isinstance(value, str) else None
