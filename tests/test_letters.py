"""A letter shows every part it holds within Discord's limits, and pings whom it should, once."""

from __future__ import annotations

from collections.abc import Sequence

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.letters import Letter, Part
from alerts.domain.model import ChangeKind
from alerts.domain.wishes import Target, TargetKind
from bot.ui.alerts import alert_embed, alert_text
from bot.ui.letters import allowed_mentions, letter_embeds, letter_mark, letter_text, letter_title
from bot.ui.plain import plain_text, plain_title
from tests.letters import NOTHING, letter, part, sold_out
from tests.test_embeds import OFFERS, URLS, check
from tests.test_text import HOSTILE, units
from tests.worlds import offer

ROLES = st.none() | st.integers(2, 2**63 - 1)


@st.composite
def parts(draw: st.DrawFn) -> Part:
    old, new = draw(OFFERS), draw(OFFERS)
    found = part(
        role=draw(ROLES), kind=draw(st.sampled_from(ChangeKind)), old=old, new=new, vendor=draw(HOSTILE),
        url=draw(URLS), product_name=draw(HOSTILE), detail=draw(HOSTILE),
    )  # fmt: skip
    return sold_out(found) if draw(st.booleans()) and found.delivery.change.kind is ChangeKind.RESTOCKED else found


def embeds_of(found: Letter) -> list[dict[str, object]]:
    return [embed.to_dict() for embed in letter_embeds(found)]  # type: ignore[misc]


def total(embeds: Sequence[discord.Embed]) -> int:
    texts = [text for e in embeds for text in (e.title, e.description, e.footer.text, e.author.name)]
    texts += [text for e in embeds for field in e.fields for text in (field.name, field.value)]
    return sum(units(text) for text in texts if text)


@given(st.lists(parts(), min_size=1, max_size=10))
def test_a_letter_is_within_discords_limits_whatever_shops_write(found: list[Part]) -> None:
    made = letter(*found)
    embeds = letter_embeds(made)
    addresses = [embed.url for embed in embeds if embed.url]

    for embed in embeds:
        check(embed)
    assert total(embeds) <= 6000
    assert len(embeds) == len(found)
    assert len(set(addresses)) == len(addresses)
    assert units(letter_text(made)) <= 2000
    assert 1 <= units(letter_title(made)) <= 100
    assert "@everyone" not in letter_text(made)
    assert letter_text(made).count("<@") == len(made.roles)
    assert embeds[0].footer.text == letter_mark(made)


@given(st.lists(parts(), min_size=1, max_size=10))
def test_the_plain_text_holds_no_mention_and_no_link_of_a_shops_own(found: list[Part]) -> None:
    own = [p.delivery.change.url for p in found]
    text = plain_title(letter(*found)) + "\n" + plain_text(letter(*found))
    lines = [line for line in text.splitlines() if line not in own]

    assert [line for line in lines if "://" in line or "<" in line or "@channel" in line or "@everyone" in line] == []
    assert 1 <= units(plain_title(letter(*found))) <= 160


def test_ten_of_the_longest_fit_into_one_message() -> None:
    url = "https://a.test/" + "x" * 2000
    dear = offer(price="99999999999")
    found = [
        part(vendor="V*" * 300, product_name="N_" * 300, url=f"{url}{n}", old=dear, new=dear, detail="D|" * 300)
        for n in range(10)
    ]

    embeds = letter_embeds(letter(*found))

    assert len(embeds) == 10
    assert max(total([embed]) for embed in embeds) <= 600


def test_one_alert_looks_as_it_always_did() -> None:
    one = part(role=42)

    assert letter_text(letter(one)) == alert_text(one.delivery)
    assert embeds_of(letter(one)) == [alert_embed(one.delivery, NOTHING).to_dict()]


def test_several_alerts_say_how_many_and_the_most_important_one_first() -> None:
    dearer = part(kind=ChangeKind.PRICE_RISE, product_name="Jetson")
    found = letter(dearer, part(product_name="Raspberry Pi 5"))

    assert letter_text(found).startswith("2 alerts. Back in stock: **Raspberry Pi 5** at Acme, £90.00")
    assert [embed.footer.text for embed in letter_embeds(found)] == [f"Alert {p.delivery.id}" for p in found.parts]


def test_a_brief_alert_says_what_where_for_how_much_and_why() -> None:
    first, _ = letter_embeds(letter(part(), part(vendor="Other")))

    assert first.title == "Back in stock: Raspberry Pi 5"
    assert first.url == "https://acme.test/pi5"
    assert "Acme: **£90.00** · 🟢 In stock" in (first.description or "")
    assert "Was sold out at £100.00 since <t:" in (first.description or "")


def test_the_same_address_twice_is_a_link_once_since_discord_shows_it_once() -> None:
    first, second = letter_embeds(letter(part(), part(kind=ChangeKind.PRICE_DROP)))

    assert (first.url, second.url) == ("https://acme.test/pi5", None)


def test_each_role_is_mentioned_once_and_everybody_in_their_own_spelling() -> None:
    found = letter(part(role=42), part(role=42, vendor="B"), part(role=1, vendor="C"), part(role=43, vendor="D"))

    allowed = allowed_mentions(found)

    assert letter_text(found).startswith("<@&42> @everyone <@&43> 4 alerts.")
    assert allowed.everyone is True
    assert [role.id for role in allowed.roles] == [42, 43]  # type: ignore[union-attr]
    assert allowed.users is False


def test_nobody_asked_for_is_nobody_allowed() -> None:
    assert allowed_mentions(letter()).to_dict()["parse"] == []
    assert "roles" not in allowed_mentions(letter()).to_dict()


def test_what_is_over_before_it_is_told_says_both_facts_and_pings_nobody() -> None:
    found = letter(sold_out(part(role=42)))
    (embed,) = letter_embeds(found)

    assert letter_text(found).startswith("Was in stock for 3 min, sold out: **Raspberry Pi 5**")
    assert (embed.title or "").startswith("Was in stock for 3 min, sold out")
    assert allowed_mentions(found).to_dict()["parse"] == []
    assert not allowed_mentions(found).to_dict().get("roles")


def test_a_message_that_stands_says_that_it_has_sold_out() -> None:
    assert letter_text(letter(sold_out(part(), message_id=5))).startswith("Sold out after 3 min: ")


def test_in_a_batch_a_restock_that_is_over_is_no_headline() -> None:
    found = letter(sold_out(part(role=7)), part(kind=ChangeKind.PRICE_DROP, role=8, vendor="Shop"))

    assert letter_text(found).startswith("<@&8> 2 alerts. Price drop: ")
    assert "~~£90.00~~ · 🔴 Sold out after 3 min" in (letter_embeds(found)[0].description or "")


def test_a_forums_post_is_called_after_its_news() -> None:
    assert letter_title(letter()) == "Back in stock: Raspberry Pi 5"
    assert letter_title(letter(part(product_name="N" * 300), part(vendor="B"))).endswith("… and 1 more")


def test_plain_text_says_what_where_for_how_much_since_when_and_leads_there() -> None:
    found = letter(part(target=Target(type=TargetKind.APPRISE, id=5), role=42))

    assert plain_title(found) == "Back in stock: Raspberry Pi 5"
    assert plain_text(found).splitlines() == [
        "Back in stock: Raspberry Pi 5",
        "Acme: £90.00, in stock",
        "Before: £100.00, sold out since 2026-11-22 12:00 UTC",
        "https://acme.test/pi5",
        f"Alert {found.parts[0].delivery.id}",
    ]


def test_plain_text_of_what_is_over_names_every_shop() -> None:
    text = plain_text(letter(sold_out(part())))

    assert text.startswith("Was in stock for 3 min, sold out: Raspberry Pi 5\nAcme: £90.00, sold out after 3 min")


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_its_place_among_several(kind: ChangeKind) -> None:
    found = letter(part(kind=kind, detail="all 3 looks failed"), part(vendor="B"))

    assert len(letter_embeds(found)) == 2
    assert plain_text(found)
