"""What is shown of own alerts and of the audit trail is within Discord's limits, whatever is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.audit import AuditPage
from alerts.domain.audit import AuditEntry
from alerts.domain.letters import Letter
from alerts.domain.model import ChangeKind
from alerts.domain.standing import Standing, StandingState
from alerts.domain.wishes import Subscription, Target, TargetKind, space_of
from alerts.own import MOST_OWN, OWN_KINDS
from alerts.store.ports import AuditRow
from bot.playground.discord.checks_components import check_components, check_modal
from bot.playground.discord.problems import Problems
from bot.ui.audit import AuditTurn, audit_embed, audit_view, audit_word
from bot.ui.controls import View
from bot.ui.own import AlertMe, OwnForm, letter_view, list_view, made_view, me_view, one_view
from bot.ui.own_text import list_embed, made_text, one_embed
from tests.letters import letter, part
from tests.test_text import HOSTILE, units
from tests.worlds import START, pounds, product, subscription

LONGEST_SKU = "a" * 64
CLOSED = Standing(target=Target(type=TargetKind.DM, id=7), guild=-7, state=StandingState.DISABLED, code=50007)


def is_taken(view: View | None) -> list[dict[str, Any]]:
    """The buttons, once Discord's own rules were asked."""
    assert view
    rows: Any = view.to_components()
    problems = Problems(("components",))
    check_components(problems, rows, is_v2=False)
    problems.raise_any()
    return [item for row in rows for item in row["components"]]


def own(identity: str, **more: object) -> Subscription:
    dm = Target(type=TargetKind.DM, id=7)
    return subscription(identity, guild=space_of(7), target=dm, kinds=OWN_KINDS, below=pounds("9999999999.99"), **more)


def mine(count: int) -> Sequence[Subscription]:
    return [own(f"{'z' * 14}{number:02}", sku=f"{'a' * 62}{number:02}", snooze_until=START) for number in range(count)]


def letter_of(*skus: str, target: Target | None = None, guild: int = 1) -> Letter:
    return letter(*(part(target, guild, sku=sku, product_name=f"{sku} " * 40) for sku in skus))


@pytest.mark.parametrize("kind", [TargetKind.CHANNEL, TargetKind.FORUM])
def test_an_alert_in_a_server_has_the_button(kind: TargetKind) -> None:
    (button,) = is_taken(letter_view(letter_of(LONGEST_SKU, target=Target(type=kind, id=10))))

    assert (button["label"], button["custom_id"]) == ("Alert me", f"hs:me:{LONGEST_SKU}")


def test_an_own_alert_is_changed_and_ended_from_its_message() -> None:
    found = letter_of("pi5", target=Target(type=TargetKind.DM, id=7), guild=space_of(7))

    assert [each["custom_id"] for each in is_taken(letter_view(found))] == ["hs:me:pi5", "hs:me:!stop:s1"]


def test_a_direct_message_of_a_server_does_not_offer_to_end_what_is_not_the_readers() -> None:
    found = letter_of("pi5", target=Target(type=TargetKind.DM, id=7))

    assert [each["custom_id"] for each in is_taken(letter_view(found))] == ["hs:me:pi5"]


@pytest.mark.parametrize("kind", [TargetKind.WEBHOOK, TargetKind.APPRISE])
def test_where_nobody_could_press_it_there_is_no_button(kind: TargetKind) -> None:
    assert letter_view(letter_of("pi5", target=Target(type=kind, id=10))) is None


def test_a_shops_trouble_is_of_no_product() -> None:
    assert letter_view(letter(part(kind=ChangeKind.VENDOR_BLIND))) is None


def test_a_message_of_many_has_a_button_for_each_of_the_first_five_products() -> None:
    found = letter_of("pi5", "pi5", *(f"sku{number}" for number in range(8)))

    buttons = is_taken(letter_view(found))

    assert [each["custom_id"] for each in buttons] == ["hs:me:pi5", *(f"hs:me:sku{number}" for number in range(4))]
    assert all(units(each["label"]) <= 80 for each in buttons)


@pytest.mark.parametrize("sku", ["export", "list", "pick", "a.b-c_d", LONGEST_SKU])
def test_no_sku_is_taken_for_another_button(sku: str) -> None:
    template = AlertMe.__discord_ui_compiled_template__

    assert template.fullmatch(f"hs:me:{sku}")
    assert not template.fullmatch(f"hs:me:!{sku}")


@given(HOSTILE)
def test_the_list_fits_whatever_products_are_called(name: str) -> None:
    everything = mine(MOST_OWN)
    embed = list_embed(everything, lambda _: name, CLOSED, START)

    assert units(embed.description or "") <= 4096
    assert len(is_taken(list_view(everything, lambda _: name, CLOSED))) == 2
    assert units(one_embed(everything[0], lambda _: name, START).title or "") <= 256
    is_taken(one_view(everything[0]))


@given(HOSTILE)
def test_the_form_and_its_answer_fit_whatever_products_are_called(name: str) -> None:
    found = product(sku=LONGEST_SKU, name=name or "x")
    form = OwnForm(found, own("z" * 16), submit=None)  # type: ignore[arg-type]  # nobody submits it here

    check_modal(form.to_dict())  # type: ignore[arg-type]  # as it goes over the wire
    assert units(made_text(own("z" * 16), found, is_new=True)) <= 2000
    is_taken(made_view(own("z" * 16), is_closed=True))
    is_taken(me_view("list", "export", "delete", "forget", "try"))


@given(st.lists(HOSTILE, min_size=1, max_size=10), HOSTILE, st.none() | st.integers(1, 2**63 - 1))
def test_a_page_of_the_trail_fits_whatever_is_in_it(texts: list[str], word: str, by: int | None) -> None:
    rows = [
        AuditRow("1700000000000-0", AuditEntry(at=START, guild=1, by=by, what=text, about=text, detail=text))
        for text in texts
    ]
    page, asked = AuditPage(rows, "1900000000000-99999"), audit_word(word)

    assert units(audit_embed(page, by=by, word=asked).description or "") <= 4096
    for button in is_taken(audit_view(page, by=by, word=asked, is_first=False)):
        assert units(button["custom_id"]) <= 100
        assert AuditTurn.__discord_ui_compiled_template__.fullmatch(button["custom_id"])
