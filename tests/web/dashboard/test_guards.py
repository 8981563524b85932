"""Rules that hold for any text somebody might send."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from alerts.sessions import fresh_secret
from bot.web.dashboard.guards import is_same, own_path

HERE = "https://sentry.example"
paths = st.text(st.sampled_from("/\\.:@?#%evil \t\n\r\x00\x7f\u2028é"), max_size=12)


@given(paths | st.text())
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("/\n/evil.example")
def test_where_somebody_is_led_is_always_here(text: str) -> None:
    found = own_path(text)

    assert found.startswith("/")
    assert urlsplit(urljoin(HERE, found)).netloc == "sentry.example"
    # As browsers read it: a backslash is a slash, and tabs and line ends are not there.
    as_browsers = found.replace("\\", "/").translate({9: None, 10: None, 13: None})
    assert not as_browsers.startswith("//")
    assert URL(HERE).join(URL(as_browsers)).host == "sentry.example"
    assert not any(char < " " for char in found)  # a header holds it


@given(st.text(), st.text(max_size=80))
def test_only_the_very_same_secret_is_the_same(given_: str, expected: str) -> None:
    assert is_same(given_, expected.encode("utf-8", "ignore").decode()) == (
        given_ == expected.encode("utf-8", "ignore").decode() != ""
    )


def test_nothing_is_the_same_as_no_secret() -> None:
    assert not is_same("", "")


def test_no_two_secrets_are_the_same() -> None:
    assert len({fresh_secret() for _ in range(1000)}) == 1000
