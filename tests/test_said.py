"""Texts that can be said in other languages: English at once, and whole again after they were kept."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from alerts.domain import spoken
from alerts.domain.errors import BadInput
from alerts.domain.faults import fault_of
from alerts.domain.model import Availability, ChangeKind, Condition, FailureReason
from alerts.domain.money import Money
from alerts.domain.said import Said, SaidText, Value, joined, say, tidied
from alerts.domain.text import units
from alerts.subscriptions import changed
from tests.worlds import subscription as wish

PRICE = Money.of("1499.90", "GBP")
_LEAVES = st.one_of(
    st.text(max_size=20),
    st.integers(-1000, 1000),
    st.decimals(-1000, 1000, places=2),
    st.decimals(0, 1000, places=2).map(lambda amount: Money.of(amount, "EUR")),
)


class Kept(BaseModel):
    text: SaidText = ""


def _said(values: list[Value]) -> Said:
    names = [f"v{number}" for number in range(len(values))]
    return Said("a " + " ".join(f"{{{name}}}" for name in names), dict(zip(names, values, strict=True)))


VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner, min_size=1, max_size=3).map(_said))


def test_it_is_the_english_text() -> None:
    text = say("{price} is below {limit}", price=PRICE, limit=say("the price of {shop}", shop="Acme"))

    assert text == "£1,499.90 is below the price of Acme"
    assert f"{text}!" == "£1,499.90 is below the price of Acme!"
    assert json.dumps(text) == json.dumps("£1,499.90 is below the price of Acme")
    assert hash(text) == hash("£1,499.90 is below the price of Acme")


def test_what_it_is_put_into_is_plain_text() -> None:
    text = say("paused")

    assert [type(each) for each in (f"{text}", text + "!", text[:3], " ".join([text]))] == [str] * 4


def test_a_template_without_values_may_hold_braces() -> None:
    assert say("write {url}") == "write {url}"


def test_an_error_gives_back_the_text_that_it_was_raised_with() -> None:
    error = BadInput(say("“{text}” is not a price", text="abc"))

    assert isinstance(str(error), Said)
    assert str(error) == "“abc” is not a price"


@given(VALUES)
def test_whatever_was_kept_or_copied_is_whole_again(value: Value) -> None:
    text = _said([value])
    restored = Kept.model_validate_json(Kept(text=text).model_dump_json()).text

    for same in (restored, pickle.loads(pickle.dumps(text)), copy.copy(text), copy.deepcopy(text)):
        assert same == text
        assert isinstance(same, Said)
        assert (same.template, same.values) == (text.template, text.values)


@given(st.text())
def test_plain_texts_are_kept_as_ever(text: str) -> None:
    assert json.loads(Kept(text=text).model_dump_json()) == {"text": text}
    assert Kept.model_validate({"text": text}).text == text


def test_a_field_holds_in_memory_what_it_was_given() -> None:
    text = say("paused")

    assert Kept(text=text).text is text
    assert Kept(text=text).model_dump()["text"] is text


@pytest.mark.parametrize(
    "kept",
    [{}, {"t": "a"}, {"t": "{lost}", "v": {"x": 1}}, {"t": "{0}", "v": {"x": 1}}, {"t": "{x", "v": {"x": 1}},
     {"t": "a {x}", "v": {"x": []}}, {"t": "a {x}", "v": {"x": {"number": "many"}}}, {"number": "1"}, 5],
)  # fmt: skip
def test_what_is_no_text_is_refused(kept: object) -> None:
    with pytest.raises(ValidationError):
        Kept.model_validate({"text": kept})


@given(VALUES, st.integers(20, 300))
def test_a_tidied_text_fits_and_holds_no_control_characters(value: Value, limit: int) -> None:
    fitting = tidied(_said([value]), limit)

    assert units(fitting) <= limit
    assert "\n" not in fitting


def test_a_value_that_is_too_long_is_cut_and_the_text_stays_translatable() -> None:
    text = tidied(say("refused by {name}", name="x" * 500), 100)

    assert isinstance(text, Said)
    assert text.template == "refused by {name}"
    assert units(text) <= 100


def test_texts_in_a_row_stay_themselves() -> None:
    row = joined([say("paused"), "Acme"], ", ")

    assert row == "paused, Acme"
    assert [type(each) for each in row.values.values()] == [Said, str]


def test_spoken_words_are_those_of_the_facts() -> None:
    for kind in ChangeKind:
        assert spoken.kind(kind) == kind.replace("_", " ")
    for stock in Availability:
        assert spoken.stock(stock) == stock.replace("_", " ")
    for reason in FailureReason:
        assert spoken.failure(reason) == reason.replace("_", " ")
    for condition in Condition:
        assert spoken.condition(condition) == condition


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "12 s"), (90, "1 min"), (5400, "1.5 h"), (3600, "1 h"), (3 * 86400, "3 days"), (216000, "2.5 days")],
)
def test_spans_are_in_a_unit_that_suits_them(value: int, text: str) -> None:
    assert spoken.span(timedelta(seconds=value)) == text


@pytest.mark.parametrize(
    "rules",
    [{"daily_cap": 0}, {"daily_cap": 5000}, {"daily_cap": "x"}, {"drop_percent": 0}, {"floor_amount": -1},
     {"floor_amount": "x"}, {"new_low": 31}, {"first_sight": "never"}, {"paused": "perhaps"}],
)  # fmt: skip
def test_pydantics_own_findings_are_said_in_its_words_and_translatable(rules: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        type(wish()).model_validate({**dict(wish()), **rules})
    place, problem = fault_of(caught.value)

    assert place == next(iter(rules))
    assert isinstance(problem, Said)
    assert problem == caught.value.errors()[0]["msg"]


@pytest.mark.parametrize("rules", [{"below": "cheap"}, {"cooldown": "soon"}, {"kinds": ()}, {"quiet": {"start": "25"}}])
def test_what_a_validator_of_ours_says_reaches_the_asker_translatable(rules: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        changed(wish(), **rules)

    said = str(caught.value)
    assert isinstance(said, Said)
    problem = said.values.get("problem", said.values.get("text"))
    assert isinstance(problem, Said)
    assert problem.template in said


def test_a_share_drops_needless_decimals() -> None:
    assert spoken.share(Decimal("10.04")) == "10 %"
    assert spoken.share(Decimal("2.50")) == "2.5 %"
    assert spoken.share(Decimal(100)) == "100 %"
