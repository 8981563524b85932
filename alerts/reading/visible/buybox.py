"""The buy box: the visible price, the enabled controls and the stock words around the main product. Pure.

Hidden and disabled parts, headers, carousels and related products are no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from alerts.reading.visible.amounts import Amount, Anchor, Known, amounts, anchor_at, holds_all, surroundings, within
from alerts.reading.visible.controls import Controls, controls_near
from alerts.reading.visible.dom import Dom, Text
from alerts.reading.words.marks import Mark
from alerts.reading.words.phrases import Sense, folded, senses

NOT_THE_PRICE = Mark.HIDDEN | Mark.ASIDE | Mark.SHIPPING | Mark.SAVING | Mark.INSTALMENT | Mark.UNIT
_BEFORE_NOW = Mark.STRUCK | Mark.OLD
_TEXTS_BEFORE, _TEXTS_AFTER = 60, 260
_ROOMS = (
    (15, 50),
    (40, 130),
    (120, 400),
)  # how many texts before and after the name are looked at, until one is enough
_LONGEST_STOCK_TEXT = 90
_NEAR = 4
_TAX_REACH = 3
_NO_EVIDENCE = Mark.HIDDEN | Mark.ASIDE | Mark.VARIANT | Mark.SHIPPING
_FIELDS = (
    (Sense.OUT, "out"),
    (Sense.IN, "available"),
    (Sense.PREORDER, "preorder"),
    (Sense.BACKORDER, "backorder"),
    (Sense.DISCONTINUED, "discontinued"),
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class StockWords:
    """The stock phrases found inside the buy box, one example of each sort."""

    out: str | None = None
    available: str | None = None
    preorder: str | None = None
    backorder: str | None = None
    discontinued: str | None = None


@dataclass(frozen=True)
class BuyBox:
    """What stands around the product's name. `price` is None when nothing there is plainly the price.

    `near` are the amounts that stand as near as the price, or all when there is none.
    """

    price: Amount | None = None
    is_sure: bool = False
    before: Amount | None = None
    near: tuple[Amount, ...] = ()
    controls: Controls = field(default_factory=Controls)
    stock: StockWords = field(default_factory=StockWords)
    name: str | None = None
    place: tuple[Dom, Anchor, Known] | None = None

    @cached_property
    def others(self) -> tuple[Amount, ...]:
        """All amounts around, the nearest first. Few pages need them: only those that contradict themselves."""
        return tuple(_away(amounts(*self.place))[:60]) if self.place else ()


def buy_box(dom: Dom, names: Sequence[str]) -> BuyBox:
    """Read the surroundings of the product that goes by one of `names`, as the page's head and data tell them."""
    best: BuyBox | None = None
    for anchor, name in _anchors(dom, names):
        box = _box(dom, anchor, name)
        if best is None or _reach(box) < _reach(best):
            best = box
        if box.is_sure and _reach(box) <= _NEAR:
            break  # the name stands twice on many pages, once for telephones; one plain buy box is enough
    return best or BuyBox()


def _reach(box: BuyBox) -> int:
    return box.price.distance if box.price else 10_000


def _box(dom: Dom, anchor: Anchor, name: str | None) -> BuyBox:
    known: Known = {}
    near, price, is_sure = _priced(dom, anchor, known)
    controls = controls_near(dom, anchor, price.distance if price else None)
    reach = max(price.distance if price else 0, controls.distance or 0) or 4
    return BuyBox(
        price=price,
        is_sure=is_sure,
        before=_before(near, price),
        near=tuple(near[:60]),
        controls=controls,
        stock=_stock_words(dom, anchor, reach),
        name=name,
        place=(dom, anchor, known),
    )


def _priced(dom: Dom, anchor: Anchor, known: Known) -> tuple[list[Amount], Amount | None, bool]:
    """The amounts around, the price among them, and whether it is sure; looking no further than the price stands."""
    for before, after in _ROOMS:
        near = _away(amounts(dom, anchor, known, before=before, after=after))
        price, is_sure = _main(near)
        reach = price.distance + _TAX_REACH * bool(price.kind & Mark.NET) if price else 0
        if price and holds_all(dom, anchor, reach, before=before, after=after):
            break
    return near, price, is_sure


def _away(found: Sequence[Amount]) -> list[Amount]:
    return [one for one in found if one.distance > 0]  # what stands in the name itself is a part of it


def _anchors(dom: Dom, names: Sequence[str]) -> Sequence[tuple[Anchor, str]]:
    """Where the product's name stands: the headings most like one of its names, or else a text that is one."""
    wanted = [set(_WORD.findall(name.casefold())) for name in names if name]
    told = [(" ".join(node.text().split())[:300], position, node) for position, node in dom.headings]
    scored = [(_likeness(text, wanted), text, position, node) for text, position, node in told if text]
    best = max((score for score, *_ in scored), default=0.0)
    if best > 0 or (scored and not wanted):
        return [(anchor_at(node, at), text) for score, text, at, node in scored if score == best][:3]
    lines = [(at, text) for at, text in enumerate(dom.texts) if _is_name(text, names)][:3]
    found_lines = [(anchor_at(text.node, at), " ".join(text.words.split())[:300]) for at, text in lines]
    return found_lines or [(anchor_at(node, at), text) for _, text, at, node in scored[:1]]


def _likeness(text: str, wanted: Iterable[set[str]]) -> float:
    words = set(_WORD.findall(text.casefold()))
    return max((len(words & one) / len(words | one) for one in wanted if one and words), default=0.0)


def _is_name(text: Text, names: Sequence[str]) -> bool:
    words = text.words.strip()
    return 5 <= len(words) <= 200 and any(words in name or (len(name) > 8 and name in words) for name in names if name)


def _main(near: Sequence[Amount]) -> tuple[Amount | None, bool]:
    """The price, out of the nearest group that holds one, and whether there is no other choice in that group.

    A price without tax gives way to one a little further out that is said to hold it.
    """
    found: tuple[Amount | None, bool] = (None, False)
    for distance in dict.fromkeys(one.distance for one in near):
        net = found[0]
        if net and distance > net.distance + _TAX_REACH:
            break
        current = _current([one for one in near if one.distance == distance])
        if net:
            current = [one for one in current if one.kind & Mark.GROSS and not one.kind & Mark.NET]
        if current:
            found = _best(current)
            if found[0] is None or not found[0].kind & Mark.NET:
                return found
    return found


def _current(group: Sequence[Amount]) -> list[Amount]:
    group = [one for one in group if not one.kind & NOT_THE_PRICE and (one.sign or one.marks & Mark.PRICE)]
    now = [one for one in group if not one.kind & _BEFORE_NOW]
    return now or [one for one in group if not one.kind & Mark.STRUCK]


def _best(current: Sequence[Amount]) -> tuple[Amount, bool]:
    plain = [one for one in current if not one.kind & (Mark.NET | Mark.VARIANT | Mark.MEMBER)] or list(current)
    top = max(_weight(one) for one in plain)
    best = [one for one in plain if _weight(one) == top]
    is_sure = len({_digits(one.number) for one in best}) == 1
    return (best[0] if is_sure else _lower_of_two(best)), is_sure


def _lower_of_two(best: Sequence[Amount]) -> Amount:
    """Two amounts side by side that nothing tells apart: styles that we cannot see strike the higher one through."""
    first, second = best[0], next(one for one in best if _digits(one.number) != _digits(best[0].number))
    are_bare = max(len(first.words), len(second.words)) <= 16 and first.sign == second.sign != ""
    if not are_bare or second.position - first.position > 2:
        return first
    one, other = _plainly(first.number), _plainly(second.number)
    return second if one * 3 < other * 10 < one * 10 else first


def _plainly(number: str) -> int:
    """Hundredths, only to tell which of two amounts of one shop is the higher."""
    digits = re.sub(r"\D", "", number)
    return int(digits) * (1 if re.search(r"[.,]\d\d$", number) else 100)


def _weight(one: Amount) -> int:
    marks = one.kind
    return (
        4 * bool(marks & Mark.PRICE and marks & Mark.CURRENT)
        + 2 * bool(marks & Mark.PRICE)
        + bool(one.sign)
        - bool(marks & Mark.LINK)
    )


def _before(near: Sequence[Amount], price: Amount | None) -> Amount | None:
    """The struck or labelled former price that stands as near as the price itself."""
    if price is None:
        return None
    same = [
        one
        for one in near
        if one.distance <= price.distance and one.kind & _BEFORE_NOW and not one.kind & NOT_THE_PRICE
    ]
    return next((one for one in same if _digits(one.number) != _digits(price.number)), None)


def _digits(number: str) -> str:
    return re.sub(r"[.,]00$|\D", "", number)


def _stock_words(dom: Dom, anchor: Anchor, reach: int) -> StockWords:
    said: dict[str, str] = {}
    start, end = within(dom, anchor, reach, before=_TEXTS_BEFORE, after=_TEXTS_AFTER)
    for text in dom.texts[start:end]:
        if len(text.words) > _LONGEST_STOCK_TEXT + 40:
            continue
        words = folded(text.words)
        meaning = senses(words)
        fields = [name for sense, name in _FIELDS if meaning & sense and name not in said] if meaning else ()
        if fields and len(words) <= _LONGEST_STOCK_TEXT and _is_evidence(dom, text, anchor, reach):
            said.update(dict.fromkeys(fields, words))
    return StockWords(**said)


def _is_evidence(dom: Dom, text: Text, anchor: Anchor, reach: int) -> bool:
    marks, distance = surroundings(dom, text.node.parent or text.node, anchor)
    return 0 < distance <= reach and not marks & _NO_EVIDENCE
