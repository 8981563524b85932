"""Which currency a price is in, when the page does not write its code: signs, countries, languages. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from alerts.reading.words.currency_tables import CODES, COUNTRIES, LANGUAGES, SIGNS

_LETTER_SIGNS = sorted((s for s in SIGNS if s[0].isalpha() or s[-1].isalpha()), key=len, reverse=True)
_PLAIN_SIGNS = sorted((s for s in SIGNS if s not in set(_LETTER_SIGNS)), key=len, reverse=True)
_SIGN = "|".join(
    [
        rf"(?<![^\W\d_])(?:{'|'.join(re.escape(sign) for sign in _LETTER_SIGNS)})(?![^\W\d_])",
        "|".join(re.escape(sign) for sign in _PLAIN_SIGNS),
        rf"(?<![A-Za-z])(?:{'|'.join(sorted(CODES))})(?![A-Za-z])",
    ]
)
SIGN = re.compile(_SIGN)
_ALL = frozenset((*SIGNS, *CODES))
_LENGTHS = tuple(sorted({len(sign) for sign in _ALL}, reverse=True))


def sign_at_end(text: str) -> str:
    """The sign or code that the text ends with, as a word of its own, or nothing."""
    for length in _LENGTHS:
        sign = text[-length:]
        if sign in _ALL and not (sign[0].isalpha() and text[-length - 1 : -length].isalnum()):
            return sign
    return ""


def sign_at_start(text: str) -> str:
    """The sign or code that the text starts with, as a word of its own, or nothing."""
    for length in _LENGTHS:
        sign = text[:length]
        if sign in _ALL and not (sign[-1].isalpha() and text[length : length + 1].isalnum()):
            return sign
    return ""


def candidates(text: str) -> tuple[str, ...]:
    """The currencies that a sign or code in the text may stand for, the commonest first."""
    found = SIGN.search(text)
    if found is None:
        return ()
    word = found.group()
    return (word,) if word in CODES else SIGNS.get(word, ())


@lru_cache(maxsize=1024)
def home_currency(url: str, language: str | None) -> str | None:
    """The currency of the country that the address or, failing that, the page's language names."""
    parts = urlsplit(url)
    labels = (parts.hostname or "").split(".")
    if (found := COUNTRIES.get(labels[-1])) and labels[-1] not in ("co", "me"):
        return found
    spoken = re.fullmatch(r"([a-z]{2,3})(?:[-_](?:[a-z]{4}[-_])?([a-z]{2}))?", (language or "").strip().lower())
    if spoken and spoken[2] in COUNTRIES:
        return COUNTRIES[spoken[2]]
    for part in [*labels[:-2], *parts.path.lower().split("/")[1:3]]:
        if (region := re.fullmatch(r"[a-z]{2}[-_]([a-z]{2})", part)) and region[1] in COUNTRIES:
            return COUNTRIES[region[1]]
    return LANGUAGES.get(spoken[1]) if spoken else None


def chosen(possible: tuple[str, ...], *, wanted: str | None, home: str | None) -> str | None:
    """One currency out of those a sign may mean: the wanted one, the country's, or the only one there is."""
    if not possible:
        return wanted or home
    for hint in (wanted, home):
        if hint in possible:
            return hint
    return possible[0]
