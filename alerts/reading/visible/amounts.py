"""The amounts of money that stand visibly around the product, nearest first, each with what it is. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from selectolax.lexbor import LexborNode

from alerts.reading.visible.dom import Dom, Text
from alerts.reading.words.currency import SIGN, sign_at_end, sign_at_start
from alerts.reading.words.labels import is_from, label_marks
from alerts.reading.words.marks import Mark
from alerts.reading.words.prices import ascii_digits

_TEXTS_BEFORE, _TEXTS_AFTER = 120, 400
_LONGEST_TEXT = 140
_MAX_CLIMB = 80
_TAX = Mark.NET | Mark.GROSS
_DIGIT = re.compile(r"\d")
_NUMBER = (
    r"\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,3}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?(?!\d)"
    r"|\d+(?:[.,]\d{1,4})?(?!\d)"
)
_AMOUNT = re.compile(_NUMBER)
_FRENCH = re.compile(r"(?P<whole>\d+)\s?(?P<sign>€|£|\$|zł|Kč)\s?(?P<cents>\d\d)(?!\d)")  # 259€99
_BARE = re.compile(rf"\s*(?P<label>[^\d]{{0,25}}?[:\s]|)\s*(?P<num>{_NUMBER})\s*(?:[.,:]?[-–—]+)?\s*")
# Anything a sign or code of money can be made of; cheap, and right whenever it says no.
_MAYBE_SIGNED = re.compile(r"[^\x00-\x7f\u00a0]|[$:]|[A-Z]{2}|\b(?:R|Rs|Rp|Kr|Dh|Bs|Ft|Br|Lei)\b|kr|zl|lei|din|kn")
_RANGE = re.compile(r"^\s*(?:-|–|—|~|to|bis|à|a|till|do)\s*$")
_SIGN_ONLY = re.compile(rf"\s*(?:{SIGN.pattern})\s*")
_FRAGMENT = re.compile(rf"\s*(?:[.,]?\d{{1,2}}|[.,]|{SIGN.pattern}|[.,]\s?[-–—]+)\s*")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The product's name on the page: where it stands, and its ancestors by how far up they are."""

    position: int
    levels: dict[int, int]


class Amount:
    """One visible amount: its digits, the sign beside it, how near the product's name it stands, and what it is.

    What it is costs more to find out than all the rest, so it is found when asked for.
    """

    __slots__ = (
        "_anchor",
        "_dom",
        "_kind",
        "_node",
        "after",
        "before",
        "distance",
        "is_range",
        "number",
        "position",
        "sign",
        "words",
    )

    def __init__(self, dom: Dom, node: LexborNode, anchor: Anchor, span: _Span, *, position: int, words: str) -> None:
        self._dom, self._node, self._anchor = dom, node.parent or node, anchor
        self._kind: int | None = None
        self.number, self.sign, self.position, self.words = span.number, span.sign, position, words[:120]
        self.distance = level_of(self._node, anchor)
        self.before = self.after = ""
        self.is_range = False

    @property
    def marks(self) -> int:
        """What its surroundings say it is."""
        if self._kind is None:
            self._kind = surroundings(self._dom, self._node, self._anchor)[0]
        return self._kind

    @property
    def kind(self) -> int:
        """What its surroundings and the words beside it say it is."""
        after = 0 if self.is_range else label_marks("", self.after)
        if self.after.endswith(":"):
            after &= ~_TAX  # it names what comes next
        before = label_marks(self.before, "")
        if after & _TAX:  # "63.75 ex VAT (76.50 inc VAT)": what stands between two amounts is said of the first
            before &= ~_TAX
        return self.marks | before | after

    @property
    def is_least(self) -> bool:
        """Whether it is the least of several prices."""
        return self.is_range or is_from(self.before, self.after)


class _Span(NamedTuple):
    start: int
    end: int
    number: str
    sign: str


# The amounts by the text they start at, and the last text that belongs to them.
Known = dict[int, tuple[list[Amount], int]]
_NOTHING: tuple[list[Amount], int] = ([], -1)


def anchor_at(node: LexborNode, position: int) -> Anchor:
    """An anchor on an element and everything around it."""
    levels: dict[int, int] = {}
    level, above = 0, cast("LexborNode | None", node)
    while above is not None and level < _MAX_CLIMB * 2:
        levels[above.mem_id] = level
        level, above = level + 1, above.parent
    return Anchor(position, levels)


def level_of(node: LexborNode, anchor: Anchor) -> int:
    """How many steps up from the anchor the first ancestor stands that it shares with the node."""
    above, levels = cast("LexborNode | None", node), anchor.levels
    for _ in range(_MAX_CLIMB):
        if above is None:
            break
        level = levels.get(above.mem_id)
        if level is not None:
            return level
        above = above.parent
    return _MAX_CLIMB * 2


def surroundings(dom: Dom, node: LexborNode, anchor: Anchor) -> tuple[int, int]:
    """The marks between an element and the first ancestor it shares with the anchor, and how far up that one is.

    What both stand in says nothing: a product page inside something called "modal" is still the product.
    """
    marks, above = 0, node
    for _ in range(_MAX_CLIMB):
        level = anchor.levels.get(above.mem_id)
        if level is not None:
            return marks, level
        marks |= dom.own(above)
        parent = above.parent
        if parent is None:
            break
        above = parent
    return marks | Mark.ASIDE, _MAX_CLIMB * 2


def within(dom: Dom, anchor: Anchor, reach: int, *, before: int, after: int) -> tuple[int, int]:
    """The texts, from and up to, that stand no further up from the anchor than `reach`; not more than so many.

    What an ancestor holds stands side by side in the page, so only the two ends have to be looked for.
    """
    texts, at = dom.texts, anchor.position
    back = range(max(0, at - before), at)
    ahead = range(at, min(len(texts), at + after))
    first = bisect_left(back, -reach, key=lambda index: -level_of(texts[index].node, anchor))
    last = bisect_right(ahead, reach, key=lambda index: level_of(texts[index].node, anchor))
    return back.start + first, ahead.start + last


def amounts(
    dom: Dom, anchor: Anchor, known: Known, *, before: int = _TEXTS_BEFORE, after: int = _TEXTS_AFTER
) -> list[Amount]:
    """Every visible amount, the nearest to the product's name first, then in the order of the page.

    `known` is what an earlier and narrower look has read, and is added to.
    """
    found: list[Amount] = []
    texts, start = dom.texts, max(0, anchor.position - before)
    last = -1
    for index in range(start, min(len(texts), anchor.position + after)):
        if index <= last:
            continue
        at = known.get(index)
        if at is None:
            words = texts[index].words
            is_worth_it = len(words) <= _LONGEST_TEXT and _DIGIT.search(words)
            at = known[index] = _amounts_at(dom, index, anchor) if is_worth_it else _NOTHING
        more, end = at
        if more:
            found.extend(more)
            last = end
    return sorted(found, key=lambda one: one.distance)


def holds_all(dom: Dom, anchor: Anchor, reach: int, *, before: int, after: int) -> bool:
    """Whether nothing that stands as near as `reach` lies outside of so many texts."""
    edges = (anchor.position - before - 1, anchor.position + after)
    return all(level_of(dom.texts[at].node, anchor) > reach for at in edges if 0 <= at < len(dom.texts))


def _amounts_at(dom: Dom, index: int, anchor: Anchor) -> tuple[list[Amount], int]:
    """The amounts in the text at `index`, and the last text that belongs to them."""
    texts, node = dom.texts, dom.texts[index].node
    if not _MAYBE_SIGNED.search(texts[index].words) and not _is_bare_price(dom, index):
        return [], index
    words, last = _joined(dom, index)
    spans = _spans(dom, node, words, _sign_nearby(texts, index, last))
    if not spans:
        return [], index
    label, suffix = _label(texts, index, anchor), _neighbour(texts, last + 1, node, 25)
    found: list[Amount] = []
    start = 0
    for nth, span in enumerate(spans):
        is_last = nth + 1 == len(spans)
        before = words[start : span.start].strip()
        after = words[span.end : None if is_last else spans[nth + 1].start].strip()
        start = span.end
        if nth and _RANGE.fullmatch(before):
            continue  # the upper end of a range is nobody's price
        one = Amount(dom, node, anchor, span, position=index, words=words)
        one.before = before or (label if nth == 0 else "")
        one.after = after or (suffix if is_last else "")
        one.is_range = not is_last and bool(_RANGE.fullmatch(after))
        found.append(one)
    return found, last


def _is_bare_price(dom: Dom, index: int) -> bool:
    """Whether a text without any sign of money can be an amount: a bare number, and its surroundings say money."""
    texts, words = dom.texts, dom.texts[index].words
    if len(words) > 60 or not _BARE.fullmatch(words):
        return False
    beside = [texts[step].words for step in (index - 1, index + 1, index + 2) if 0 <= step < len(texts)]
    return any(len(piece) <= 8 and SIGN.search(piece) for piece in beside) or _is_in_a_price(dom, texts[index].node)


def _spans(dom: Dom, node: LexborNode, words: str, nearby: str) -> list[_Span]:
    french = [_Span(f.start(), f.end(), f"{f['whole']}.{f['cents']}", f["sign"]) for f in _FRENCH.finditer(words)]
    signed = french or [span for found in _AMOUNT.finditer(words) if (span := _signed(words, found))]
    if signed:
        return signed
    bare = _BARE.fullmatch(words)
    if bare and (nearby or _is_in_a_price(dom, node)):
        return [_Span(bare.start("num"), bare.end("num"), bare["num"], nearby)]
    return []


def _signed(words: str, found: re.Match[str]) -> _Span | None:
    """A number with a sign of money at its side; "8GB £76.80" has one such number, not two."""
    before, after = words[: found.start()].rstrip(), words[found.end() :].lstrip(",-–— ")
    if words[found.start() - 1 : found.start()].isalpha() and not sign_at_end(before):
        return None  # a part number
    if sign := sign_at_end(before):
        return _Span(len(before) - len(sign), found.end(), found.group(), sign)
    sign = sign_at_start(after)
    if not sign or (sign == "$" and _AMOUNT.match(after[1:].lstrip())):
        return None  # in "2 $5" the sign belongs to the 5
    return _Span(found.start(), len(words) - len(after) + len(sign), found.group(), sign)


def _is_in_a_price(dom: Dom, node: LexborNode) -> bool:
    above = node.parent
    for _ in range(3):
        if above is None:
            return False
        if dom.own(above) & Mark.PRICE:
            return True
        above = above.parent
    return False


def _joined(dom: Dom, index: int) -> tuple[str, int]:
    """The text at `index` with the pieces that belong to it: shops write £ 149 <sup>99</sup> in four elements."""
    texts = dom.texts
    words, last, own = ascii_digits(texts[index].words).strip(), index, texts[index].node
    for step in range(index + 1, min(index + 4, len(texts))):
        piece = ascii_digits(texts[step].words).strip()
        if len(piece) > 5 or not _FRAGMENT.fullmatch(piece) or not _shares(own, texts[step].node, 3):
            break
        if piece.isdigit() and not words.endswith((".", ",")):
            if not _are_cents(dom, words, piece, texts[step].node):
                break
            words += piece if SIGN.search(words[-2:]) else "." + piece
        else:
            words += piece
        last = step
    return words, last


def _are_cents(dom: Dom, words: str, piece: str, node: LexborNode) -> bool:
    if len(piece) != 2 or not words or not (words[-1].isdigit() or SIGN.search(words[-2:])):
        return False
    parent = node.parent
    if parent is None or re.search(r"[.,]\d\d\D*$", words):
        return False
    return parent.tag in ("sup", "sub", "small") or bool(dom.own(parent) & Mark.CENTS)


def _sign_nearby(texts: Sequence[Text], first: int, last: int) -> str:
    for step in (first - 1, last + 1):
        if 0 <= step < len(texts):
            piece = texts[step].words
            if len(piece) <= 8 and _SIGN_ONLY.fullmatch(piece) and _shares(texts[first].node, texts[step].node, 3):
                return piece.strip()
    return ""


def _label(texts: Sequence[Text], index: int, anchor: Anchor) -> str:
    """The words before an amount, unless they are the product's name: things are called "Save the Cat"."""
    label = _neighbour(texts, index - 1, texts[index].node, 40)
    return label if label and level_of(texts[index - 1].node, anchor) > 0 else ""


def _neighbour(texts: Sequence[Text], step: int, node: LexborNode, longest: int) -> str:
    if not 0 <= step < len(texts) or len(texts[step].words) > longest + 20:
        return ""
    words = " ".join(texts[step].words.split())
    # "20% off" in an element of its own is a badge, not what the amount beside it is called.
    is_label = len(words) <= longest and not _DIGIT.search(words)
    return words if is_label and _shares(node, texts[step].node, 3) else ""


def _shares(one: LexborNode, other: LexborNode, climb: int) -> bool:
    above = {node.mem_id for node in _ancestors(one, climb)}
    return any(node.mem_id in above for node in _ancestors(other, climb))


def _ancestors(node: LexborNode, climb: int) -> Iterator[LexborNode]:
    above = node.parent
    for _ in range(climb):
        if above is None:
            return
        yield above
        above = above.parent
