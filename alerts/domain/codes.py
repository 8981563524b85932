"""What a bar code says: a product's number (GTIN), or the address of its page."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_LENGTHS = (8, 12, 13, 14)  # EAN-8, UPC-A, EAN-13, and the number of a case
# GS1's way to write several facts into one code, plain and as a web address; 01 is the product's number.
_ELEMENT = re.compile(r"(?:\]\w\d)?\(?01\)?(\d{14})")
_DIGITAL_LINK = re.compile(r"/(?:01|gtin)/(\d{8,14})(?:/|$)")
_FOLLOWING = re.compile(r"utm_|gclid|fbclid|msclkid|mc_")  # parameters that only tell a shop where one came from


def gtin(text: str) -> str | None:
    """The number in its 14 digits, however it was written; None for what is none or has a wrong check digit."""
    digits = re.sub(r"[\s-]", "", text)
    if len(digits) not in _LENGTHS or not re.fullmatch(r"[0-9]+", digits):
        return None
    number = digits.zfill(14)
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(number))
    return number if weighed % 10 == 0 and int(number) else None


def number_in(code: str) -> str | None:
    """The GTIN that a code holds, as its whole text, among GS1's facts or in a GS1 web address."""
    found = _ELEMENT.match(code)
    if address_in(code):
        found = _DIGITAL_LINK.search(urlsplit(code.strip()).path)
    return gtin(found[1]) if found else gtin(code)


def address_in(code: str) -> str | None:
    """A web address in one form for all its spellings, to compare it by; None for what is none."""
    try:
        parts = urlsplit(code.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    kept = sorted((name, value) for name, value in parse_qsl(parts.query) if not _FOLLOWING.match(name))
    return f"{host}{parts.path.rstrip('/')}" + (f"?{urlencode(kept)}" if kept else "")
