"""Facts in words: money, ages, and where a link may lead."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import Availability, ChangeKind, FailureReason, Tier
from alerts.domain.money import Money
from alerts.domain.trail import Step
from alerts.domain.wishes import Target, TargetKind
from bot.web.dashboard import words
from tests.worlds import START, failure, known, offer


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1499.9", "GBP", "£1,499.90"),
        ("76.8", "EUR", "€76.80"),
        ("50000", "JPY", "JP¥50,000"),
    ],
)
def test_money_is_written_as_in_britain(amount: str, currency: str, text: str) -> None:
    assert words.money(Money.of(amount, currency)) == text


def test_an_unknown_price_is_a_dash_and_no_zero() -> None:
    assert words.money(None) == "—"


@pytest.mark.parametrize(
    ("share", "text"), [(None, "—"), (0.0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1.0, "100%")]
)
def test_nothing_and_everything_are_not_said_of_what_is_nearly_so(share: float | None, text: str) -> None:
    assert words.percent(share) == text


def test_ages_are_told_in_their_largest_unit_on_both_sides_of_now() -> None:
    assert words.ago(START - timedelta(minutes=90), START) == "90 min ago"
    assert words.ago(START + timedelta(hours=3), START) == "in 3 h"
    assert words.ago(None, START) == "never"


def test_every_fact_has_words() -> None:
    for kind in ChangeKind:
        assert words.kind(kind)
    for step in Step:
        assert words.step(step)
    for tier in Tier:
        assert words.tier(tier)
    for reason in FailureReason:
        assert words.trouble(known(offer()).model_copy(update={"failure": failure(reason)}))
    for stock in Availability:
        assert words.stock(offer(stock))
        assert words.shelf(offer(stock)) in {"in", "later", "out", "unknown"}
    for target in TargetKind:
        assert words.target(Target(type=target, id=1))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JAVASCRIPT://x.test/%0aalert(1)", "data:text/html,x", "//evil.test/", "https://",
        "https://good.test@evil.test/", "https://evil.test\\@good.test/", "ftp://x.test/", "http:///x", "x", "", None,
        "https://[::1", "https://x.test:99999999/", "mailto:x@y.test",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_page_is_not_linked(url: str | None) -> None:
    assert words.address(url) == words.host(url) == ""


def test_a_link_names_the_domain_it_leads_to_in_the_letters_of_the_domain_system() -> None:
    assert words.host("https://www.shop.test/p") == "shop.test"
    assert words.host("https://аpple.test/p").startswith("xn--")
    assert words.address('https://x.test/"><script>?q=ü&r=1#f') == "https://x.test/%22%3E%3Cscript%3E?q=%C3%BC&r=1#f"


@given(st.text(max_size=60))
def test_whatever_an_address_is_a_link_leads_to_a_web_host_or_nowhere(text: str) -> None:
    for url in (text, f"https://{text}", f"https://x.test/{text}"):
        linked = words.address(url)
        if linked:
            assert urlsplit(linked).scheme in ("http", "https")
            assert urlsplit(linked).hostname
            assert not set(linked) & set("\"'<>\\ \n") - {"'"}
