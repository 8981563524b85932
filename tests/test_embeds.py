"""What Discord is shown is within its limits and within our words, whatever a shop writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.errors import (
    BadInput,
    DeliveryError,
    Remedy,
    SentryError,
    StoreUnavailable,
    UnknownProduct,
)
from alerts.domain.model import (
    Availability,
    ChangeKind,
    Condition,
    Evidence,
    Failure,
    FailureReason,
    Known,
    Offer,
    Product,
    Snapshot,
)
from alerts.domain.money import Money
from alerts.scan import Answer, Source
from bot.ui import words
from bot.ui.alerts import alert_embed, alert_text
from bot.ui.embeds import answer_embed
from bot.ui.replies import reply_to
from tests.test_text import HOSTILE, units
from tests.worlds import START, change, failure, known, offer, pounds, subscription

OFFERS = st.builds(
    Offer,
    availability=st.sampled_from(Availability),
    price=st.none() | st.builds(Money.of, st.integers(0, 10**11), st.sampled_from(["GBP", "JPY", "XYZ"])),
    stock_count=st.none() | st.integers(0, 10**9),
    condition=st.sampled_from(Condition),
    evidence=st.lists(st.builds(Evidence, source=st.just("json-ld"), path=HOSTILE, raw=HOSTILE), max_size=2).map(tuple),
)
FAILURES = st.builds(Failure, reason=st.sampled_from(FailureReason), detail=HOSTILE)
URLS = st.sampled_from(["https://a.test/x", "https://a.test/(x)[y]", "https://a.test/" + "x" * 3000])
KNOWNS = st.builds(
    Known,
    listing=st.just("a"),
    vendor=HOSTILE,
    url=URLS,
    offer=st.none() | OFFERS,
    observed_at=st.just(START),
    failure=st.none() | FAILURES,
)


def check(embed: discord.Embed) -> None:
    """Discord's limits, in the units it counts, and nothing that acts."""
    shown = embed.to_dict()
    fields = shown.get("fields", [])
    texts = [shown.get("title", ""), shown.get("description", ""), shown.get("footer", {}).get("text", "")]
    texts += [text for field in fields for text in (field["name"], field["value"])]

    assert units(shown.get("title", "")) <= 256
    assert units(shown.get("description", "")) <= 4096
    assert units(shown.get("footer", {}).get("text", "")) <= 2048
    assert len(shown.get("url") or "") <= 2048
    assert len(fields) <= 25
    assert [f for f in fields if not 1 <= units(f["name"]) <= 256 or not 1 <= units(f["value"]) <= 1024] == []
    assert sum(units(text) for text in texts) <= 6000
    assert [text for text in texts if "<@" in text or "@everyone" in text or "@here" in text] == []


def answer(*listings: Known, name: str = "Raspberry Pi 5", source: Source = Source.FRESH) -> Answer:
    found = Product(sku="pi5", name=name)
    return Answer(found, Snapshot(sku="pi5", scanned_at=START, listings=listings), source)


def delivery(mention_role: int | None = None, **facts: object) -> Delivery:
    name = str(facts.pop("product_name", "Raspberry Pi 5"))
    wish = subscription(mention_role=mention_role, kinds=tuple(ChangeKind))
    return delivery_for(change(**facts), wish, product_name=name, now=START)  # type: ignore[arg-type]


@given(st.lists(KNOWNS, max_size=40), HOSTILE, st.sampled_from(Source))
def test_an_answer_is_within_discords_limits_whatever_shops_write(
    found: list[Known], name: str, source: Source
) -> None:
    check(answer_embed(answer(*found, name=name, source=source)))


def test_forty_shops_with_the_longest_names_and_addresses_are_within_discords_limits() -> None:
    facts = {"vendor": "V" * 500, "url": "https://a.test/" + "x" * 700, "failure": failure()}
    shops = [known(offer(price=str(n))).model_copy(update=facts) for n in range(40)]

    embed = answer_embed(answer(*shops, name="N" * 500))

    check(embed)
    assert len(embed.fields) > 3


def test_a_shop_left_out_for_want_of_room_is_owned_up_to() -> None:
    embed = answer_embed(answer(*(known(offer(price=str(n)), vendor=f"Shop{n}") for n in range(40))))

    assert len(embed.fields) == 25
    assert "15 more not shown" in (embed.footer.text or "")


def test_the_cheapest_in_stock_comes_first_and_is_named() -> None:
    dear, cheap = known(offer(price="90"), vendor="Dear"), known(offer(price="80"), vendor="Cheap")
    gone = known(offer(Availability.OUT_OF_STOCK, "1"), vendor="Gone")

    embed = answer_embed(answer(dear, gone, cheap))

    assert [field.name for field in embed.fields] == ["⭐ Cheap", "Dear", "Gone"]
    assert "£80.00" in (embed.description or "")
    assert "Cheap" in (embed.description or "")


def test_nothing_in_stock_is_said_in_words() -> None:
    embed = answer_embed(answer(known(offer(Availability.OUT_OF_STOCK))))

    assert "Nobody has it in stock" in (embed.description or "")


def test_a_shop_that_could_not_be_read_shows_its_last_offer_its_age_and_why() -> None:
    stale = known(offer(price="90")).model_copy(update={"failure": failure(FailureReason.BLOCKED)})

    (field,) = answer_embed(answer(stale)).fields

    assert "£90.00" in (field.value or "")
    assert "The shop blocked us; this is from <t:" in (field.value or "")


def test_a_shop_that_was_never_read_is_not_called_sold_out() -> None:
    never = Known(listing="a", vendor="A", url="https://a.test", failure=failure(FailureReason.TIMEOUT))

    (field,) = answer_embed(answer(never)).fields

    assert "Not known yet: the shop did not answer in time" in (field.value or "")


@pytest.mark.parametrize(("source", "said"), [(Source.CACHED, "memory"), (Source.STALE, "no shop could be read")])
def test_an_answer_says_how_it_came_about(source: Source, said: str) -> None:
    assert said in (answer_embed(answer(known(offer()), source=source)).description or "")


def test_an_answer_says_that_it_is_being_refreshed_and_that_memory_is_away() -> None:
    plain = answer(known(offer()), source=Source.CACHED)
    refreshing, away = replace(plain, is_refreshing=True), replace(plain, source=Source.STALE, is_store_away=True)

    assert "being read again right now" not in (answer_embed(plain).description or "")
    assert "being read again right now" in (answer_embed(refreshing).description or "")
    assert "my memory does not answer" in (answer_embed(away).description or "")


@given(OFFERS, OFFERS, HOSTILE, HOSTILE, URLS, st.sampled_from(ChangeKind))
def test_an_alert_is_within_discords_limits_whatever_shops_write(
    old: Offer, new: Offer, vendor: str, name: str, url: str, kind: ChangeKind
) -> None:
    told = delivery(kind=kind, old=old, new=new, vendor=vendor, url=url, product_name=name)

    check(alert_embed(told, Snapshot(sku="pi5")))
    assert units(alert_text(told)) <= 2000
    assert "<@" not in alert_text(told)
    assert "@everyone" not in alert_text(told)


def test_an_alert_says_what_is_what_was_and_why() -> None:
    proof = (Evidence(source="json-ld", path="offers.availability", raw="https://schema.org/InStock"),)

    embed = alert_embed(delivery(new=offer(price="90", evidence=proof)), Snapshot(sku="pi5"))

    now, before, why = embed.fields
    assert embed.title == "Back in stock: Raspberry Pi 5"
    assert embed.url == "https://acme.test/pi5"
    assert now.value == "**£90.00**\n🟢 In stock"
    assert before.value == "£100.00\n🔴 Sold out"
    assert "It was sold out since <t:" in (why.value or "")
    assert "json-ld" in (why.value or "")


def test_an_alert_carries_the_id_it_is_told_once_by() -> None:
    told = delivery()

    assert told.id in (alert_embed(told, Snapshot(sku="pi5")).footer.text or "")


def test_only_the_role_that_was_asked_for_is_mentioned() -> None:
    assert alert_text(delivery(mention_role=42)).startswith("<@&42> Back in stock")
    assert alert_text(delivery()).startswith("Back in stock")


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_its_words_and_colour(kind: ChangeKind) -> None:
    subject = "Acme" if kind.is_of_vendor else "Raspberry Pi 5"
    embed = alert_embed(delivery(kind=kind), Snapshot(sku="pi5"))

    assert embed.title == f"{words.headline(kind)}: {subject}"
    assert embed.colour is not None


@pytest.mark.parametrize("availability", Availability)
def test_every_availability_has_its_words(availability: Availability) -> None:
    assert words.plain_stock(Offer(availability=availability))


@pytest.mark.parametrize("reason", FailureReason)
def test_every_failure_has_its_words(reason: FailureReason) -> None:
    assert words.failure(Failure(reason=reason))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (pounds("1234.5"), "£1,234.50"),
        (Money.of(1200, "JPY"), "JP¥1,200"),
        (Money.of(5, "XYZ"), "XYZ5.00"),
        (None, "—"),
    ],
)
def test_money_is_shown_as_people_write_it(amount: Money, text: str) -> None:
    assert words.money(amount).replace("\xa0", "") == text


def test_no_price_is_a_dash_and_never_zero() -> None:
    assert words.money(None) == "—"


def test_a_link_cannot_be_ended_by_its_address() -> None:
    assert words.link("Open", "https://a.test/(x) y") == "[Open](https://a.test/%28x%29%20y)"


def test_a_time_is_one_that_every_reader_sees_in_their_own_zone() -> None:
    assert words.ago(datetime(2026, 1, 1, tzinfo=UTC)) == "<t:1767225600:R>"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnknownProduct("toaster"), "I know no product called “toaster”. Pick one from the list"),
        (UnknownProduct("pi", ["Pi 4", "Pi 5"]), "Did you mean **Pi 4** or **Pi 5**?"),
        (BadInput("Choose a channel."), "Choose a channel."),
        (StoreUnavailable("redis at 10.0.0.1"), "My memory is away"),
        (DeliveryError("x", remedy=Remedy.BURY), "Discord did not take the message"),
        (SentryError("x"), "did not work"),
        (ValueError("secret"), "request `abcd`"),
    ],
)  # fmt: skip
def test_every_error_is_answered_in_words_and_leaks_nothing(error: Exception, said: str) -> None:
    text = reply_to(error, "abcd")

    assert said in text
    assert "10.0.0.1" not in text
    assert "secret" not in text


@given(HOSTILE)
def test_what_somebody_asked_for_cannot_act_in_the_reply(query: str) -> None:
    text = reply_to(UnknownProduct(query, [query]), "abcd")

    assert "<@" not in text
    assert "@everyone" not in text
    assert units(text) <= 2000
