"""The buttons around the product: which one buys, whether it can be pressed, and what the others say. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache

from selectolax.lexbor import LexborNode

from alerts.reading.visible.amounts import Anchor, surroundings, within
from alerts.reading.visible.dom import Dom
from alerts.reading.words.marks import Mark
from alerts.reading.words.phrases import Sense, buys, folded, senses

_TEXTS_BEFORE, _TEXTS_AFTER = 120, 250
_LONGEST = 60
_HOW_FAR = 5
# Ids and class names under which shop systems have kept their buy button for years.
_BUY_NAMES = re.compile(
    r"add-?to-?(?:cart|basket|bag|trolley)|addtocart|addtobasket|addtobag|add_to_cart|single_add_to_cart|btn-?cart\b|btn-?buy\b|buy-?now|buynow"
    r"|button-cart|buy-?button|buy-?btn|product-form__submit|in-?den-?warenkorb|add-?cart|cart-?add|add-?product\b|basket-?add",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Controls:
    """What the controls of the buy box say: the words of one example of each sort."""

    buy: str | None = None
    disabled: str | None = None
    sold_out: str | None = None
    preorder: str | None = None
    notify: str | None = None
    distance: int | None = None


def controls_near(dom: Dom, anchor: Anchor, price_distance: int | None) -> Controls:
    """Look at every visible control around the anchor, no further up than a little above the price."""
    reach = (price_distance or 0) + _HOW_FAR
    result = Controls()
    start, end = within(dom, anchor, reach, before=_TEXTS_BEFORE, after=_TEXTS_AFTER)
    first, last = bisect_left(dom.positions, start), bisect_right(dom.positions, end)
    for node in dom.controls[first:last]:
        sort, words = _sort(node)
        if sort and getattr(result, sort) is None:
            result = _with(dom, anchor, reach, result, node, sort, words)
    return result


def _with(dom: Dom, anchor: Anchor, reach: int, result: Controls, node: LexborNode, sort: str, words: str) -> Controls:
    marks, distance = surroundings(dom, node, anchor)
    if marks & (Mark.HIDDEN | Mark.ASIDE) or not 0 < distance <= reach or _is_aria_hidden(node):
        return result
    if marks & Mark.DISABLED:
        sort = "disabled" if sort in ("buy", "preorder") else sort
    nearest = min(distance, result.distance or distance) if sort in ("buy", "preorder", "disabled") else result.distance
    return replace(result, distance=nearest, **{sort: getattr(result, sort) or words})


def _sort(node: LexborNode) -> tuple[str, str]:
    """What a control is for: one of the fields of Controls, or nothing, with its words."""
    if node.tag == "a" and not any(node.attributes.get(key) for key in ("class", "id", "role", "onclick")):
        return "", ""  # a plain link buys nothing
    words = _words(node)
    if not words or len(words) > _LONGEST:
        return "", ""
    said = senses(words)
    if said & Sense.NOTIFY:
        return "notify", words
    is_link = node.tag == "a"
    if said & (Sense.OUT | Sense.PREORDER):
        looks_it = not is_link or _is_named_buy(node) or _looks_like_a_button(node)
        return ("sold_out" if said & Sense.OUT else "preorder", words) if looks_it else ("", "")
    if buys(words) or (_is_named_buy(node) and len(words) > 1):
        return "buy", words
    return "", ""


def _words(node: LexborNode) -> str:
    if node.tag == "input":
        attributes = node.attributes
        if (attributes.get("type") or "").lower() not in ("submit", "button", "image"):
            return ""
        return folded((attributes.get("value") or attributes.get("alt") or attributes.get("title") or "")[:200])
    words = node.text()
    if len(words) > 400:
        return ""
    if not words.strip():
        attributes = node.attributes
        words = attributes.get("aria-label") or attributes.get("title") or ""
    return folded(words)


def _is_named_buy(node: LexborNode) -> bool:
    attributes = node.attributes
    named = [
        name for key in ("id", "class", "name", "data-action", "data-button-action") if (name := attributes.get(key))
    ]
    return bool(named) and _has_buy_name(" ".join(named)[:400])


@lru_cache(maxsize=8192)
def _has_buy_name(named: str) -> bool:
    return bool(_BUY_NAMES.search(named))


def _looks_like_a_button(node: LexborNode) -> bool:
    attributes = node.attributes
    return attributes.get("role") == "button" or bool(re.search(r"btn|button|cart", attributes.get("class") or ""))


def _is_aria_hidden(node: LexborNode) -> bool:
    above: LexborNode | None = node
    for _ in range(6):
        if above is None:
            return False
        if above.attributes.get("aria-hidden") == "true":
            return True
        above = above.parent
    return False
