"""A page as a reader's eye meets it: texts and controls in order, and what their surroundings say of them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from alerts.reading.words.marks import Mark, class_marks

_UNSEEN = frozenset("script style noscript template svg title iframe option nav footer math object".split())
_MOST_NODES = 150_000  # twelve times as many as the longest of real pages
_MOST_HEADINGS = 60
_CONTROLS = frozenset(("a", "button", "input"))
_TOLD = frozenset(("h1", "script", "meta", "link", "title"))
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


def walked(tree: LexborHTMLParser) -> Dom:  # noqa: C901  # one loop sees every node; a call for each would double its time
    """Walk a page once; what a browser never shows as text is passed over."""
    dom, root = Dom(), tree.root
    if root is None:
        return dom
    dom.language = root.attributes.get("lang")
    texts, new = dom.texts, tuple.__new__  # a named tuple's own way to make one takes twice as long
    controls, positions = dom.controls, dom.positions
    plain: set[int] = set()  # the numbers of elements that are only passed through: cheaper to ask for than their names
    until: int | None = None
    for node in islice(root.traverse(include_text=True), _MOST_NODES):
        if until is not None:
            if node.mem_id != until:
                continue
            until = None
        words = node.text_content
        if words is not None:
            if not words.isspace():
                texts.append(new(Text, (words, node)))
            continue
        number = node.tag_id
        if number not in plain:
            tag = node.tag or ""
            if tag in _CONTROLS:
                controls.append(node)
                positions.append(len(texts))
            elif tag in _TOLD:
                _sort(dom, node, tag)
            elif tag not in _UNSEEN:
                plain.add(number)
            if tag in _UNSEEN and node.first_child is not None:
                until = _following(node)
    return dom


def _following(node: LexborNode) -> int:
    """The first node behind everything in this one."""
    above: LexborNode | None = node
    while above is not None:
        if (beside := above.next) is not None:
            return beside.mem_id
        above = above.parent
    return -1


def _sort(dom: Dom, node: LexborNode, tag: str) -> None:
    if tag == "script":
        dom.scripts.append(node)
    elif tag == "meta":
        dom.metas.append(node)
    elif tag == "link":
        dom.links.append(node)
    elif tag == "h1":
        if len(dom.headings) < _MOST_HEADINGS:
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
