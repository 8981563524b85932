"""Pages that are no product page: bot walls, soft 404s, application shells, other products. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Listing
from alerts.domain.said import say
from alerts.reading.visible.dom import Dom
from alerts.reading.web.answers import wall_words
from alerts.reading.words.phrases import folded

_WALL_TITLE = re.compile(
    r"robot check|just a moment|attention required|access denied|captcha|are you (?:a )?(?:human|robot)"
    r"|pardon our interruption|security check"
    r"|bot verification|unusual traffic|request blocked|\bforbidden\b|403|503|service unavailable"
    r"|too many requests|verify you are|human verification"
    r"|ddos|one more step|before you continue|checking your browser|un momento|einen moment|un instant"
    r"|access to this page",
    re.IGNORECASE,
)
_WALL_TEXT = re.compile(
    r"enter the characters you see|not a robot|are you a human|unusual traffic|automated (?:access|queries"
    r"|requests)|verify (?:that )?you(?:'re| are)"
    r"|access denied|you don.t have permission to access|request (?:has been )?blocked|you have been blocked"
    r"|pardon our interruption|checking your browser"
    r"|complete the (?:security check|captcha)|solve the captcha|press (?:&|and) hold"
    r"|enable javascript and cookies|reference #\d+\.|incident id|ray id",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"page (?:you requested )?(?:was |could |can ?)?(?:not|n.t) (?:be )?found|^\W*404\b|(?:error|page"
    r"|http)\W*404|404\W*(?:error|not|page)|not found"
    r"|couldn.t find (?:that|this|the) page|page doesn.t exist|no longer exists"
    r"|product (?:was )?not found|seite (?:wurde )?nicht gefunden|nicht gefunden|page (?:introuvable"
    r"|non trouvée|inexistante)|introuvable|página no encontrada|no encontrad"
    r"|pagina non trovata|non trovat|pagina niet gevonden|niet gevonden|nie znaleziono|nie istnieje"
    r"|página não encontrada|não encontrad|stránka nenalezena|nenalezen"
    r"|sidan (?:kunde inte hittas|hittades inte)|hittades inte|siden (?:blev|kunne) ikke|ikke fundet"
    r"|sivua ei löyt|ei löytynyt|ページが見つかりません|見つかりません"
    r"|页面不存在|頁面不存在|找不到(?:页面|頁面|商品)|страница не найдена|не найден",
    re.IGNORECASE,
)
_HOMES = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.\w+|home/?|default\.aspx)?", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_SMALL = 2_500
_SHORT_TITLE = 120


def refuse_walls(body: bytes, title: str, dom: Dom) -> None:
    """Raise `blocked` for a page that a bot wall wrote. Call it only for pages without a product."""
    text = visible_text(dom, _SMALL + 1)
    if _WALL_TITLE.search(title[:_SHORT_TITLE]) or _WALL_TEXT.search(text) or _is_short_wall(body, text):
        raise ReadError(FailureReason.BLOCKED, say("the shop shows a bot wall instead of the product"))


def _is_short_wall(body: bytes, text: str) -> bool:
    # Ordinary pages load a captcha for their forms; a page with hardly anything else exists for it.
    return len(text) < _SMALL and len(body) < 60_000 and wall_words(body) is not None


def refuse_gone(title: str, headings: Sequence[str], listing: Listing, final_url: str) -> None:
    """Raise `not_found` for a page that says so under status 200, or that is the shop's entrance."""
    if _GONE.search(title[:_SHORT_TITLE]) or any(_GONE.search(heading[:_SHORT_TITLE]) for heading in headings[:2]):
        raise ReadError(FailureReason.NOT_FOUND, say("the shop says that there is no such page"))
    if is_entrance(final_url) and not is_entrance(listing.url):
        raise ReadError(FailureReason.NOT_FOUND, say("the shop sends us to its entrance instead of the product"))


def refuse_shells(dom: Dom, body: bytes) -> None:
    """Raise `unreadable` for a page that only a browser's scripts would fill."""
    text = visible_text(dom, 2049)
    if len(text) < 2048 and (b"<script" in body.lower() if len(body) < 2_000_000 else True):
        raise ReadError(FailureReason.UNREADABLE, say("the page is an empty shell that scripts would fill (js_only)"))


def refuse_others(listing: Listing, final_url: str, told: Sequence[str]) -> None:
    """Raise `mismatch` when the page is about another product than the listing's.

    After a redirect most words of the product's name must be found; without one, a third of them.
    """
    wanted = _words(listing.product_name)
    if not wanted:
        return
    moved = _path(final_url) != _path(listing.url)
    # The address we asked for says what we wanted, not what we got.
    bag = _words(" ".join([*told, unquote(urlsplit(final_url).path) if moved else ""]))
    if not any(word.isascii() for word in bag) or not any(word.isascii() for word in wanted):
        return  # two scripts: nothing to compare
    share = len(wanted & bag) / len(wanted)
    if share < (0.6 if moved else 0.34):
        raise ReadError(
            FailureReason.MISMATCH, say("the page is about something else than {name}", name=repr(listing.product_name))
        )


def visible_text(dom: Dom, at_least: int) -> str:
    """The first visible words of the page, until there are so many characters."""
    pieces, length = [], 0
    for text in dom.texts:
        piece = folded(text.words[:500])
        pieces.append(piece)
        length += len(piece) + 1
        if length > at_least:
            break
    return " ".join(pieces)


def is_entrance(url: str) -> bool:
    """Whether the address is a shop's home page."""
    parts = urlsplit(url)
    return bool(_HOMES.fullmatch(parts.path)) and not parts.query


def _path(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/").lower()


def _words(text: str) -> set[str]:
    return set(_WORD.findall(re.sub(r"(?<=\d)\s+(?=[gmt]b\b)", "", text.casefold())))
