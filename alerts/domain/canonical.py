"""One way to write a product's address, so that everybody who pastes it means the same product."""

from __future__ import annotations

import re
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from urllib.parse import unquote, unquote_plus, urlsplit

from alerts.domain.errors import BadInput
from alerts.domain.said import say

MAX_URL = 2048
_TOO_LONG = say("That address is longer than {count} characters; paste the product's own page.", count=MAX_URL)
_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
# What tells a shop where its visitor came from, and says nothing about the product. Everything else stays: a parameter
# that is not known may be the variant.
_TRACKING = frozenset(
    """
    ref ref_ ref_src referrer gclid gclsrc gbraid wbraid gad_source gad_campaignid dclid fbclid msclkid ttclid twclid
    yclid li_fat_id igshid igsh srsltid mc_cid mc_eid mkt_tok epik irclickid irgwc cjevent awc sscid wickedid zanpid
    _ga _gl _gac _hsenc _hsmi _kx _bta_tid vero_id s_kwcid ef_id _pos _psq _ss _sid _fid
    """.split()
)
_TRACKING_STARTS = ("utm_", "pk_", "mtm_", "hsa_", "pf_rd_", "pd_rd_")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_ENDING = re.compile(r"\.(html?|php|aspx?|jsp)$", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Whether somebody means an address and not a product's name."""
    return bool(re.match(r"\s*https?://", text, re.IGNORECASE))


def canonical(url: str) -> str:
    """The address without what does not matter; BadInput says what it cannot be. Doing it twice changes nothing.

    Scheme and host in small letters, no standard port, no fragment, no tracking parameters, parameters in the order of
    their names, escapes written one way. Parameters that may be a variant stay.
    """
    text = url.strip()
    if len(text) > MAX_URL:
        raise BadInput(_TOO_LONG)
    # Letters that are no ASCII have one spelling in an address, and a person may paste either.
    text = "".join(c if ord(c) < 128 else _escaped(c) if not _is_in_host(text, i) else c for i, c in enumerate(text))
    if _UNSAFE.search(text):
        raise BadInput(say("That address holds spaces or characters that no address has; paste it once more."))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadInput(say("That address is malformed; paste it once more.")) from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise BadInput(say("That is not a web address; paste one that starts with https:// or http://."))
    if "@" in parts.netloc:
        raise BadInput(say("That address holds a user name or password; take it out."))
    place = _host(parts.hostname) + (f":{port}" if port not in (None, _PORTS[scheme]) else "")
    query = "&".join(_kept(parts.query))
    made = f"{scheme}://{place}{_path(parts.path)}{'?' + query if query else ''}"
    if len(made) > MAX_URL:
        raise BadInput(_TOO_LONG)
    return made


def mark_of(address: str) -> str:
    """A short mark of a canonical address, the same everywhere and for ever."""
    return blake2b(address.encode(), digest_size=10).hexdigest()


def host_of(address: str) -> str:
    """The host that a canonical address names, without a leading www."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def name_from(address: str) -> str:
    """What to call a page that nobody has read yet: the last words of its path, else its host."""
    for part in reversed(urlsplit(address).path.split("/")):
        words = re.sub(r"[\W_]+", " ", _ENDING.sub("", unquote(part))).strip()
        if sum(c.isalpha() for c in words) >= 3:
            return words[:1].upper() + words[1:100]
    return host_of(address)[:100]


def _is_in_host(text: str, index: int) -> bool:
    start = text.find("://")
    return start >= 0 and index >= start + 3 and not re.search(r"[/?#]", text[start + 3 : index])


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def _host(name: str) -> str:
    host = name.lower().rstrip(".")
    try:
        found = ip_address(host)
    except ValueError:
        return _domain(host)
    return f"[{found.compressed}]" if isinstance(found, IPv6Address) else str(found)


def _domain(host: str) -> str:
    try:
        ascii_host = host.encode("idna").decode().lower()
    except UnicodeError:
        ascii_host = ""
    if len(ascii_host) > 253 or not all(_LABEL.fullmatch(label) for label in ascii_host.split(".")):
        raise BadInput(say("That address names no host; paste it once more."))
    return ascii_host


def _path(path: str) -> str:
    """Dots resolved as a browser does, escapes written one way."""
    kept: list[str] = []
    parts = _one_spelling(path).split("/")[1:]
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        if part in (".", ".."):
            if part == ".." and kept:
                kept.pop()
            kept += [""] if is_last else []
        else:
            kept.append(part)
    return "/" + "/".join(kept)


def _kept(query: str) -> list[str]:
    """The parameters that may matter, by name; those of one name in the order they were written."""
    pairs = [_one_spelling(pair) for pair in query.split("&") if pair.strip("=")]
    named = [(unquote_plus(pair.partition("=")[0]), pair) for pair in pairs]
    return [pair for name, pair in sorted(named, key=lambda each: each[0]) if not _tracks(name.casefold())]


def _tracks(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_STARTS)


def _one_spelling(text: str) -> str:
    """Escapes in capitals, and none for what needs none; a lone percent sign is escaped itself."""

    def one(found: re.Match[str]) -> str:
        letter = chr(int(found[1], 16))
        return letter if letter in _UNRESERVED else f"%{found[1].upper()}"

    return _ESCAPE.sub(one, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text))
