"""JSON-LD in all the ways shops write it, broken ones included, to product facts. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from alerts.reading.data.facts import Number, ProductFact
from alerts.reading.data.jsonld_offers import offers_of, text_of

Node = dict[str, Any]

_MAX_DEPTH = 60
_MAX_NODES = 20_000
_OPENING = re.compile(r"(?:/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[|<!--)")
_CLOSING = re.compile(r"(?:/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>|-->)\s*;?\s*$")
_WRAPPER = 60  # no wrapper is longer
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
# What is left open ends at the end of the text: looking for its end again and again would take for ever.
_COMMENT = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|/\*.*?(?:\*/|\Z)|(?<!:)//[^\n]*+', re.DOTALL)
_RELEVANT = re.compile(r'"\s*@?(?:offers|price|lowprice|availability|hasvariant)"|product|offer', re.IGNORECASE)
# Below these keys other products are told of, not this one.
_OTHERS = frozenset(
    "isrelatedto issimilarto itemlistelement isaccessoryorsparepartfor isconsumablefor review reviews breadcrumb "
    "recommendations isvariantof subjectof aggregaterating makesoffer hasoffercatalog publisher author".split()
)
_PRODUCT_TYPES = re.compile(
    r"product|vehicle|^car$|motorcycle|^book$|event$|softwareapplication|mobileapplication|videogame|^course$|^movie$|^service$|accommodation|apartment"
    r"|^house$|realestatelisting|^trip$|menuitem|individualproduct|festival",
    re.IGNORECASE,
)


def products_in(blocks: Sequence[str]) -> Iterator[ProductFact]:
    """Every product that the blocks describe on its own account, in the order of the page.

    A broken block hides nothing but itself.
    """
    nodes = [node for index, text in enumerate(blocks) for node in _nodes(_parsed(text), f"ld+json[{index}]")]
    known = {node["@id"]: node for _, node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    for position, (path, node) in enumerate(nodes):
        lowered = _lowered(node)
        if not _is_product(lowered):
            continue
        yield ProductFact(
            source="json-ld",
            path=path,
            name=text_of(lowered.get("name")),
            url=text_of(lowered.get("url")) or text_of(lowered.get("@id")),
            offers=tuple(offers_of(lowered, path, known)),
            position=position,
        )


def _is_product(node: Node) -> bool:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    short = [name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)]
    if any(_PRODUCT_TYPES.search(name) for name in short):
        return "productgroup" in {name.lower() for name in short} or "offers" in node or "name" in node
    return bool(short) and "offers" in node and "name" in node


def _parsed(text: str) -> Any:
    if not _RELEVANT.search(text):
        return None
    for repair in (_as_is, _unwrapped, _without_commas, _without_comments):
        text = repair(text)
        try:
            return json.loads(text, strict=False, parse_float=Number, parse_int=Number)
        except (ValueError, RecursionError):
            continue
    return None


def _as_is(text: str) -> str:
    return text


def _unwrapped(text: str) -> str:
    for _ in range(2):
        text = text.strip()
        if opening := _OPENING.match(text):
            text = text[opening.end() :]
        if closing := _CLOSING.search(text, max(len(text) - _WRAPPER, 0)):
            text = text[: closing.start()]
    return text.strip().rstrip(";")


def _without_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", text)


def _without_comments(text: str) -> str:
    return _without_commas(_COMMENT.sub(lambda found: found.group(1) or "", text))


def _nodes(data: Any, path: str) -> Iterator[tuple[str, Node]]:
    # An explicit stack: a page must not choose how deep our own calls go.
    stack: list[tuple[Any, str, int]] = [(data, path, 0)]
    seen = 0
    while stack and seen < _MAX_NODES:
        item, where, depth = stack.pop()
        seen += 1
        if depth > _MAX_DEPTH:
            continue
        if isinstance(item, dict):
            yield where, item
            inner = [(v, f"{where}.{k}", depth + 1) for k, v in item.items() if _is_worth_entering(k, v)]
            stack.extend(reversed(inner))
        elif isinstance(item, list):
            stack.extend(reversed([(v, f"{where}[{i}]", depth + 1) for i, v in enumerate(item)]))


def _is_worth_entering(key: str, value: Any) -> bool:
    return isinstance(value, (dict, list)) and key.lower() not in _OTHERS | {"offers", "hasvariant", "model"}


def _lowered(node: Node) -> Node:
    return {key.lower(): value for key, value in node.items()}
