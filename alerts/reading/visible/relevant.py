"""What of a page can matter to its reading: all but the insides of its own scripts, and tokens for one visit. Pure.

Two pages with the same mark have the same reading, provided that one of them was found `provable`:

- Of such a page it is shown, by its parsed tree, that every "<script" in it opens a script, and where that script ends.
  A parser that goes through the other page meets the same bytes up to the first script's inside. There it is in the
  state "script data", which nothing but "</script" or "<!--" ends, and neither is in what is left out; behind it, it
  meets the same bytes again. So both pages have the same tree, but for the texts of those scripts. The same holds for
  the value of a token in quotes, when every such tag in the page is shown to be one.
- Reading looks at no such text: not at scripts of its own accord, unless they are JSON-LD, which is never left out; and
  `provable` refuses pages where one stands inside of something whose whole text is read.
- What reading asks of the bytes rather than of the tree does not depend on them in pages as long as these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

# Of a shorter page the words of bot walls are looked for among all its bytes (walls.py).
SHORTEST = 64 * 1024
_MOST_TAGS = 20_000  # as in markup.py; dom.py stops looking far above it
_ENDS = re.compile(rb"<!--|</s(?:cript)|<script", re.IGNORECASE)
_SPECIAL = re.compile(rb"json|&|[<`]|itemprop|property", re.IGNORECASE)
_END = re.compile(rb"</script")
_NONCE = re.compile(rb'(?<= nonce=")[\w+/=-]*(?=")')
# One pass finds both; a pattern with a literal start goes from "<" to "<", several times as quick as `bytes.find` here.
_OPENS = re.compile(
    rb'<(?:script|(?:meta name="(?:csrf-token|csrf|_token)" content="|input type="hidden" name="(?:form_key|_token'
    rb'|authenticity_token|csrfmiddlewaretoken|csrf_token)" value=")([\w+/=.:-]*)"\s*/?>)'
)
# What reading takes the whole text of (buybox.py, controls.py, microdata.py), and what may be a script in other words.
_READ_WHOLE = ", ".join(f"{above} script" for above in ("h1", "title", "a", "button", "[itemprop]", "[property]", "svg",
                                                         "math"))  # fmt: skip


class Inside(NamedTuple):
    """The inside of a script, by where it stands in the bytes; `is_kept`: it matters."""

    start: int
    end: int
    is_kept: bool


class Relevant(NamedTuple):
    """The mark of what matters, and what has to be true of the page for it to be one."""

    mark: bytes
    insides: tuple[Inside, ...]
    has_tokens: bool


def relevant(body: bytes) -> Relevant | None:
    """The mark of a page, or None when all of it may matter. `body` is UTF-8, as it is parsed."""
    if len(body) < SHORTEST or b"\0" in body:
        return None
    insides: list[Inside] = []
    kept: list[bytes] = []
    at = done = 0
    has_tokens = False
    while opens := _OPENS.search(body, at):
        if opens[1] is not None:  # a token: all but its value
            kept.append(body[done : opens.start(1)])
            at, done, has_tokens = opens.end(), opens.end(1), True
            continue
        tag = opens.start()
        start = body.find(b">", tag) + 1
        end = _end(body, start)
        attributes = body[tag:start]
        if not tag < start <= end or b"</script" in attributes:
            return None
        is_kept = _SPECIAL.search(attributes, 7) is not None
        if not is_kept:
            if body.find(b"<", start, end) >= 0 and _ENDS.search(body, start, end):
                return None
            kept += (body[done:tag], _NONCE.sub(b"", attributes) if b" nonce=" in attributes else attributes)
            done = end
        insides.append(Inside(start, end, is_kept))
        at = end + 8
    if not insides or all(inside.is_kept for inside in insides):
        return None
    kept.append(body[done:])
    text = b"\0".join(kept)  # no page holds that byte: only one page's pieces join so
    return Relevant(sha256(text).digest(), tuple(insides), has_tokens)


def _end(body: bytes, start: int) -> int:
    """Where the script ends whose inside begins there; -1 if nowhere. Few have a "<" inside."""
    at = body.find(b"<", start)
    if at < 0 or body.startswith(b"</script", at):
        return at
    ends = _END.search(body, at)
    return ends.start() if ends else -1


def is_provable(found: Relevant, tree: LexborHTMLParser, body: bytes) -> bool:
    """Whether another page with this mark must have the reading that this page has, which was parsed to `tree`."""
    scripts = [node.text() for node in tree.css("script")]
    rest = _without(body, [inside for inside in found.insides if not inside.is_kept])
    lowered = rest.lower()
    return (
        len(scripts) == len(found.insides) == lowered.count(b"<script")
        and all(
            inside.is_kept or _holds(body, inside, text) for inside, text in zip(found.insides, scripts, strict=True)
        )
        and tree.css_first(_READ_WHOLE) is None
        and not tree.css_first("script[itemprop], script[property]")
        and body.count(b"<") < _MOST_TAGS
        and (b"typeof=" in rest or tree.css_first("[typeof]") is None)
        and (not found.has_tokens or _are_real(tree, lowered))
    )


def _without(body: bytes, insides: Sequence[Inside]) -> bytes:
    starts = [0, *(inside.end for inside in insides)]
    ends = [*(inside.start for inside in insides), len(body)]
    return b"".join(body[start:end] for start, end in zip(starts, ends, strict=True))


def _holds(body: bytes, inside: Inside, text: str) -> bool:
    bare = body[inside.start : inside.end].replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # as parsers do
    return bare == text.encode("utf-8", "replace")


def _are_real(tree: LexborHTMLParser, lowered: bytes) -> bool:
    return all(len(tree.css(name)) == lowered.count(b"<" + name.encode()) for name in ("meta", "input"))
