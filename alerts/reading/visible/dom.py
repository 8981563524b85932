"""A page as a reader's eye meets it: texts and controls in order, and what their surroundings say of them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from alerts.reading.words.marks import Mark, class_marks

_UNSEEN = frozenset("script style noscript template svg title iframe option nav footer math object".split())
_CONTROLS = frozenset(("button", "input"))
_TOLD = _CONTROLS | {"-text", "h1", "script", "meta", "link", "title"}
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])", re.IGNORECASE)
_STRUCK_TAGS = frozenset(("del", "s", "strike"))


class Text(NamedTuple):
    """A run of characters on the page."""

    words: str
    node: LexborNode


class Heading(NamedTuple):
    """A main heading; `position` is how many texts stand before it."""

    position: int
    node: LexborNode


@dataclass(slots=True)
class Dom:
    """The page, walked once."""

    texts: list[Text] = field(default_factory=list)
    # Two lists side by side: a pair for each of a page's thousand links would keep the garbage collector busy.
    controls: list[LexborNode] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    scripts: list[LexborNode] = field(default_factory=list)
    metas: list[LexborNode] = field(default_factory=list)
    links: list[LexborNode] = field(default_factory=list)
    title: str = ""
    language: str | None = None
    marks: dict[int, int] = field(default_factory=dict)

    def own(self, node: LexborNode) -> int:
        """What one element says of itself."""
        known = self.marks.get(node.mem_id)
        if known is None:
            known = self.marks[node.mem_id] = _own(node)
        return known


def walked(tree: LexborHTMLParser) -> Dom:  # noqa: C901  # one loop sees every node; taking it apart doubles its time
    """Walk a page once; what a browser never shows as text is passed over."""
    dom, root = Dom(), tree.root
    if root is None:
        return dom
    dom.language = root.attributes.get("lang")
    texts, end = dom.texts, root.mem_id
    node = root.first_child
    # No recursion: a page must not choose how deep our own calls go. No helper either: this loop sees every node.
    while node is not None:
        tag = node.tag or ""
        following = None
        if tag == "-text":
            words = node.text_content
            if words and not words.isspace():
                texts.append(Text(words, node))
        else:
            if tag == "a":
                dom.controls.append(node)
                dom.positions.append(len(texts))
            elif tag in _TOLD:
                _sort(dom, node, tag)
            if tag not in _UNSEEN:
                following = node.first_child
        while following is None:
            following = node.next
            if following is None:
                node = node.parent
                if node is None or node.mem_id == end:
                    return dom
        node = following
    return dom


def _sort(dom: Dom, node: LexborNode, tag: str) -> None:
    if tag in _CONTROLS:
        dom.controls.append(node)
        dom.positions.append(len(dom.texts))
    elif tag == "script":
        dom.scripts.append(node)
    elif tag == "meta":
        dom.metas.append(node)
    elif tag == "link":
        dom.links.append(node)
    elif tag == "h1":
        dom.headings.append(Heading(len(dom.texts), node))
    elif not dom.title:
        dom.title = " ".join(node.text().split())[:500]


def _own(node: LexborNode) -> int:
    tag, attributes = node.tag or "", node.attributes
    marks = Mark.STRUCK if tag in _STRUCK_TAGS else 0
    if tag == "a":
        marks |= Mark.LINK
    if not attributes:
        return marks
    style = attributes.get("style")
    if "hidden" in attributes or (style and _UNSEEN_STYLE.search(style)):
        marks |= Mark.HIDDEN
    if style and "line-through" in style:
        marks |= Mark.STRUCK
    named = f"{attributes.get('id') or ''} {attributes.get('class') or ''}".strip()
    if named:
        marks |= class_marks(named)
    if "disabled" in attributes or attributes.get("aria-disabled") == "true":
        marks |= Mark.DISABLED
    return marks
