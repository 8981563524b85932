"""Text that a shop wrote, made harmless: it cannot mention, link, break the layout or hide."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TOKENS = re.compile(r"<(?=[@#:/a-zA-Z!&])")
_MARKDOWN = re.compile(r"([\\*_~`|>\[\]()#])")
_SPACE = re.compile(r"\s+")
_INVITE = re.compile(r"(?i)(discord)\.(gg|com)")
_ZWJ = "\u200d"


@lru_cache(4096)
def plain(text: str, limit: int) -> str:
    """One line without control or direction characters, at most `limit` UTF-16 units, as Discord counts."""
    visible = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c == _ZWJ else " " for c in text)
    return cut(_SPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip(), limit)


@lru_cache(4096)
def harmless(text: str, limit: int = 200) -> str:
    """Shop text for a Discord message: `plain`, with mentions, links and markdown taken apart."""
    safe = _TOKENS.sub("‹", plain(text, limit))
    safe = safe.replace("://", ":\u2060//").replace("@everyone", "@\u2060everyone").replace("@here", "@\u2060here")
    safe = _INVITE.sub("\\1\u2060.\\2", safe)
    return cut(_MARKDOWN.sub(r"\\\1", safe), limit).rstrip("\\")


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, ending in an ellipsis when something was cut."""
    if units(text) <= limit:
        return text
    text = text[: max(0, limit - 1)]  # no letter counts less than one: a megabyte is not walked letter by letter
    while text and units(text) > limit - 1:
        text = text[:-1]
    return text + "…"


def units(text: str) -> int:
    """The length of a text as Discord counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
