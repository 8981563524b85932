"""Bytes to a parsed page: the right encoding, and nothing that would keep the parser busy for seconds. Pure."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.domain.said import say
from alerts.ports import Page

MAX_ATTRIBUTES = 1000
MAX_DEPTH = 3000
_MANY_TAGS = 20_000
# Python knows more codecs than pages are written in, and some of them take an hour over a megabyte.
_TEXT_ENCODING = re.compile(
    r"utf-?8|us-ascii||utf-?16(?:le|be)?|(?:x-)?(?:iso-?8859|windows|cp|latin|ms|ibm|mac|tis|koi8)[\w-]{0,12}|gb(?:k|2312|18030)"
    r"|big5(?:-hkscs)?|euc-?(?:jp|kr|tw)|(?:x-)?s(?:hift)?[_-]?jis|iso-2022-(?:jp|kr)|ks_c_5601-1987|macintosh"
)
_SMALL = 40_000  # what so few bytes can hold keeps the parser busy for less than half a second
_STEP = 3000  # looks are taken so far apart; a tag that hurts is longer
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{2,40})""", re.IGNORECASE)
_EQUALS = ord("=")
_TAG = re.compile(rb"<[a-zA-Z]")
# One attribute as HTML's tokenizer sees it: a quote means something only behind "=".
_ATTRIBUTE = rb"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)?+"""
_MONSTER = re.compile(rb"<[a-zA-Z][^\s/>]*+(?:" + _ATTRIBUTE + rb"){%d}" % MAX_ATTRIBUTES)
_INSIDE = re.compile(rb"""(?:"[^"]*+"|'[^']*+')(?:""" + _ATTRIBUTE + rb"){200}")
_TOKEN = re.compile(
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))|</(?P<close>[a-zA-Z][^\s/>]*+)[^>]*+>?"
    rb"|<(?P<tag>[a-zA-Z][^\s/>]*+)(?P<rest>(?:" + _ATTRIBUTE + rb")*+)[\s/]*+>?",
    re.DOTALL,
)
_RAW_END = re.compile(rb"</(?:script|style)", re.IGNORECASE)
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_FOREIGN = frozenset((b"svg", b"math"))
_CLOSED_BY_OTHERS = frozenset(b"li p dt dd tr td th option optgroup thead tbody tfoot colgroup".split())


def parsed(page: Page) -> tuple[LexborHTMLParser, bytes]:
    """The page as a tree, and its bytes as UTF-8. Raise `unreadable` for markup made to hurt a parser."""
    body = as_utf8(page)
    if _may_hurt(body):
        refuse_what_hurts(body)
    return LexborHTMLParser(body), body


def _may_hurt(body: bytes) -> bool:
    """Whether it is worth asking exactly, which takes as long as parsing.

    The parser's time grows with the square of a tag's attributes and of the depth: 100,000 take it a minute.
    """
    return len(body) > _SMALL and (body.count(b"<") > _MANY_TAGS or _may_hold_a_monster(body))


def _may_hold_a_monster(body: bytes) -> bool:
    """Whether a tag of very many attributes may be there. Looks at few places: such a tag is longer than two steps."""
    at, end = -1, len(body)
    while at + _STEP < end:
        last = body.rfind(b">", at + 1, at + 1 + _STEP)
        if last < 0:
            last = body.find(b">", at + 1 + _STEP)
            last = end if last < 0 else last
            found = _TAG.search(body, at + 1, last - 2 * MAX_ATTRIBUTES)
            if found and _MONSTER.match(body, found.start()):
                return True
        # Inside a tag every ">" stands in a value: behind a quote that opens, and attributes follow the value.
        # A quote before the last look was the last one then, and has been asked about.
        for sort in (b'"', b"'"):
            quote = body.rfind(sort, at + 1, last)
            if quote > 0 and _opens(body, quote) and _INSIDE.match(body, quote):
                return True
        at = last
    return False


def _opens(body: bytes, quote: int) -> bool:
    if not body[quote - 1 : quote].isspace():
        return body[quote - 1] == _EQUALS
    before = body[max(quote - 100, 0) : quote].rstrip()
    return not before or before.endswith(b"=")


def refuse_what_hurts(body: bytes) -> None:
    """Raise `unreadable` for a tag of too many attributes, or too deep a nesting."""
    is_open: list[bytes] = []
    at, foreign = 0, 0
    while (token := _TOKEN.search(body, at)) is not None:
        at = max(token.end(), token.start() + 1)
        if name := token["close"]:
            foreign -= _close(is_open, name.lower()) in _FOREIGN
        elif name := token["tag"]:
            name = name.lower()
            if len(token["rest"]) > 2 * MAX_ATTRIBUTES and _MONSTER.match(body, token.start()):
                raise _too_much()
            if name in (b"script", b"style") and not foreign:
                ending = _RAW_END.search(body, at)
                at = ending.start() if ending else len(body)
            if name not in _VOID and not (foreign and token.group().endswith(b"/>")):
                is_open.append(name)
                foreign += name in _FOREIGN
        if len(is_open) > MAX_DEPTH:
            raise _too_much()


def _close(is_open: list[bytes], name: bytes) -> bytes | None:
    """Close an element, and those above it that need no end of their own; a stray end closes nothing."""
    depth = len(is_open)
    while depth and is_open[depth - 1] != name and is_open[depth - 1] in _CLOSED_BY_OTHERS:
        depth -= 1
    if not depth or is_open[depth - 1] != name:
        return None
    del is_open[depth - 1 :]
    return name


def _too_much() -> ReadError:
    return ReadError(FailureReason.UNREADABLE, say("the page's markup is made to hurt a parser"))


def as_utf8(page: Page) -> bytes:
    """The bytes that are parsed: UTF-8, whatever the page says of itself or is said to be."""
    charset = _charset(page)
    if not _TEXT_ENCODING.fullmatch(charset):
        return page.body
    if charset in ("utf-8", "utf8", "", "us-ascii"):
        return page.body
    try:
        # A saved page is often UTF-8 under a head that says otherwise; other encodings hardly ever pass as it.
        page.body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return page.body
    try:
        return page.body.decode(charset, "replace").encode("utf-8", "replace")
    except (LookupError, UnicodeError):
        return page.body


def _charset(page: Page) -> str:
    stated = re.search(r"charset\s*=\s*\"?([\w.:-]+)", page.headers.get("Content-Type", ""), re.IGNORECASE)
    if stated:
        return stated[1].lower()
    declared = _DECLARED.search(page.body[:4096])
    return declared[1].decode("ascii").lower() if declared else ""
