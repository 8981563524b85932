"""Bytes to a parsed page: the right encoding, and nothing that would keep the parser busy for seconds. Pure."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.ports import Page

MAX_ATTRIBUTES = 1000
MAX_DEPTH = 3000
_MANY_TAGS = 20_000
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{2,40})""", re.IGNORECASE)
# What may be one tag with very many attributes. It is looked for first, because asking exactly takes ten times as long.
# A ">" inside quotes hides from it; such a page is stopped by the time limit of `aside.py`.
_LONG_TAG = re.compile(rb"<[a-zA-Z][^>]{2400,}")
_TOKEN = re.compile(
    rb"""<!--(?:-?>|.*?--!?>)|<(?:script|style|textarea|title)\b.*?</(?:script|style|textarea|title)\s*>"""
    rb"""|</(?P<close>[a-zA-Z][^\s>/]*)[^>]*>|<(?P<tag>[a-zA-Z][^\s>/]*)(?P<rest>(?:[^>"']++|"[^"]*+"|'[^']*+')*+)>?""",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"""[^\s"'>/=]+(?:\s*=\s*(?:"[^"]*+"|'[^']*+'|[^\s"'>]+))?""")
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr path use rect circle".split())


def parsed(page: Page) -> tuple[LexborHTMLParser, bytes]:
    """The page as a tree, and its bytes as UTF-8. Raise `unreadable` for markup made to hurt a parser."""
    body = _as_utf8(page)
    if _may_hurt(body):
        _refuse_what_hurts(body)
    return LexborHTMLParser(body), body


def _may_hurt(body: bytes) -> bool:
    # The parser's time grows with the square of a tag's attributes and of the depth: 100,000 take it minutes.
    return body.count(b"<") > _MANY_TAGS or any(
        len(found.group().split(None, MAX_ATTRIBUTES)) >= MAX_ATTRIBUTES or found.group().count(b"=") >= MAX_ATTRIBUTES
        for found in _LONG_TAG.finditer(body)
    )


def _refuse_what_hurts(body: bytes) -> None:
    depth = 0
    for token in _TOKEN.finditer(body):
        if token["close"]:
            depth = max(depth - 1, 0)
        elif token["tag"] and token["tag"].lower() not in _VOID and not token["rest"].endswith(b"/"):
            depth += 1
        if depth > MAX_DEPTH or (
            token["rest"] and len(token["rest"]) > 2000 and _attributes(token["rest"]) > MAX_ATTRIBUTES
        ):
            raise ReadError(FailureReason.UNREADABLE, "the page's markup is made to hurt a parser")


def _attributes(rest: bytes) -> int:
    return sum(1 for _ in _ATTRIBUTE.finditer(rest))


def _as_utf8(page: Page) -> bytes:
    charset = _charset(page)
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
