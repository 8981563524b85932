"""Texts of the engine, said by a face in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations

import pytest

from alerts.domain.errors import BadInput
from alerts.domain.money import Money
from alerts.domain.said import say
from alerts.domain.spoken import share
from bot.ui import language
from bot.ui.language import speaking, told
from bot.ui.replies import reply_to

GERMAN = {
    "{price} is {fall} below {name}": "{name}: {price} liegt {fall} darunter",
    "the list price": "Listenpreis",
    "no such page": "keine solche Seite",
    "": "Project-Id-Version: x",
}


class Catalogue(NullTranslations):
    """A few texts in German."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def gettext(self, message: str) -> str:
        return self._texts.get(message, message)


@pytest.fixture(autouse=True)
def _catalogues(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"de": GERMAN}
    monkeypatch.setattr(language, "_catalogue", lambda name: Catalogue(texts.get(name, {})))


PRICE = Money.of("1499.90", "EUR")
TEXT = say("{price} is {fall} below {name}", price=PRICE, fall=share(PRICE.amount / 100), name=say("the list price"))


def test_english_is_the_text_itself() -> None:
    assert told(TEXT) == "€1,499.90 is 15 % below the list price"
    assert type(told(TEXT)) is str


def test_template_values_and_numbers_are_those_of_the_language() -> None:
    with speaking("de"):
        assert told(TEXT) == "Listenpreis: 1.499,90\xa0€ liegt 15 % darunter"


def test_the_values_that_somebody_wrote_are_left_alone() -> None:
    with speaking("de"):
        assert told(say("{name}!", name="the list price")) == "the list price!"


def test_a_plain_text_is_looked_up_and_an_empty_one_stays_empty() -> None:
    with speaking("de"):
        assert told("no such page") == "keine solche Seite"
        assert told("something older") == "something older"
        assert told("") == ""


def test_what_was_wrong_is_said_in_the_askers_language() -> None:
    with speaking("de"):
        assert reply_to(BadInput(say("no such page")), "r1") == "keine solche Seite"
        assert type(reply_to(BadInput(TEXT), "r1")) is str
