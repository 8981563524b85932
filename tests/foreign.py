"""A language that exists in tests alone: every text of ours in it is of one foreign letter, so English shows."""

from __future__ import annotations

import re
from functools import cache
from gettext import NullTranslations

import pytest

_KEPT = re.compile(r"\{[^}]*\}|`[^`]*`|</[^>]*>|[A-Za-z]")
# What is no text of ours: addresses, Discord's marks, code, what a page says and where, an alert's id.
_NO_TEXT = re.compile(r"https?://[^\s)]+|<[^>]*>|`[^`]*`|\b[a-z2-7]{24}\b|“[^”]*” \(\w+\)|\bUTC\b")
LETTERS = {"de": "д", "fr": "ф", "ja": "ж"}


class Foreign(NullTranslations):
    """Every text with its letters replaced; placeholders and commands stay."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.letter = letter

    def gettext(self, message: str) -> str:
        return _KEPT.sub(lambda found: found[0] if len(found[0]) > 1 else self.letter, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """German, French and Japanese are foreign letters while the test runs."""

    @cache
    def catalogue(language: str) -> NullTranslations:
        return Foreign(LETTERS[language]) if language in LETTERS else NullTranslations()

    monkeypatch.setattr("bot.ui.language._catalogue", catalogue)


def english_in(text: str) -> list[str]:
    """What of a text is still English."""
    return re.findall(r"[A-Za-z]{2,}", _NO_TEXT.sub("", text))


def is_in(language: str, text: str) -> bool:
    """Whether it is in this language, and nothing of it in English."""
    return LETTERS[language] in text and not english_in(text)
