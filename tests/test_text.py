"""Nothing a shop writes can mention, link, break the layout or hide."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.text import cut, harmless, plain

TRICKS = [
    "@everyone", "@here", "<@1>", "<@&2>", "<#3>", "<@", "<", ">", "[a](https://evil.example)", "](", "||", "```", "**",
    "\\", "\u202e", "\u200b", "\u200d", "\n", "\r\n# big", "discord.gg/x", "https://", "<t:1:R>", "<:a:1>", "</scan:1>",
    "\x00", "\ud800", "👩\u200d👩\u200d👧", "é", "e\u0301", "_", "~~", "> ", "- ", "&lt;@1&gt;", "@\u200beveryone", ":",
    "//", "@\u200dhere", "<\u200d@1>",
]  # fmt: skip
HOSTILE = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(TRICKS)), max_size=30).map("".join)


def units(text: str) -> int:
    """As Discord counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(HOSTILE, st.integers(min_value=1, max_value=300))
def test_no_text_is_ever_over_its_limit(text: str, limit: int) -> None:
    assert units(plain(text, limit)) <= limit
    assert units(harmless(text, limit)) <= limit
    assert units(cut(text, limit)) <= limit


@given(HOSTILE, st.integers(min_value=1, max_value=300))
def test_no_text_mentions_anybody(text: str, limit: int) -> None:
    said = harmless(text, limit)

    assert "<@" not in said
    assert "<#" not in said
    assert "@everyone" not in said
    assert "@here" not in said


@given(HOSTILE, st.integers(min_value=1, max_value=300))
def test_no_text_links_or_formats(text: str, limit: int) -> None:
    said = harmless(text, limit)

    assert "://" not in said
    assert not re.search(r"(?i)discord\.(gg|com)", said)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_~`|>\[\]()#]", said)
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", said), "it would escape what comes after it"


@given(HOSTILE, st.integers(min_value=1, max_value=300))
def test_every_text_is_one_line_without_anything_invisible(text: str, limit: int) -> None:
    said = plain(text, limit)

    assert [c for c in said if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")] == []
    assert [c for c in said if unicodedata.category(c) == "Cf" and c != "\u200d"] == []
    assert said == said.strip()


@given(HOSTILE)
def test_making_a_text_plain_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text, 100), 100) == plain(text, 100)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Raspberry Pi 5 8GB", "Raspberry Pi 5 8GB"),
        ("  two\n\nlines\t", "two lines"),
        ("Nürnberg & Söhne – 日本", "Nürnberg & Söhne – 日本"),
        ("**bold**", r"\*\*bold\*\*"),
        ("50% off (today)", r"50% off \(today\)"),
        ("a < b", "a < b"),
        ("<@123>", r"‹@123\>"),
        ("<@&123>", r"‹@&123\>"),
        ("<t:0:R>", r"‹t:0:R\>"),
        ("rtl \u202eevil", "rtl evil"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_a_shop_text_reads_as_it_was_written(text: str, said: str) -> None:
    assert harmless(text) == said


@pytest.mark.parametrize(
    ("text", "limit", "said"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("👍👍", 4, "👍👍"), ("👍👍", 3, "👍…"), ("", 1, ""), ("abc", 1, "…")],
)
def test_a_long_text_is_cut_between_characters_and_says_so(text: str, limit: int, said: str) -> None:
    assert cut(text, limit) == said
