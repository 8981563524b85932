"""The slash commands in other languages, as Discord is given them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from gettext import NullTranslations
from typing import Any

import pytest

import bot.ui.language
from bot.translator import Translator
from bot.ui.language import LANGUAGES, translated
from scripts.languages import command_tree
from tests.payloads import commands_refusals
from tests.test_languages import WRITTEN

Payload = dict[str, Any]
_NAME = re.compile(r"[-_'\w]{1,32}")
GERMAN = {
    (None, "Show every shop's price and stock of a product"): "Zeigt Preis und Bestand in allen Läden",
    (None, "Hot: as often as possible"): "Heiß: so oft wie möglich",
    ("command", "list"): "liste",
    ("option", "product"): "produkt",
    ("menu", "Why this alert?"): "Warum dieser Alarm?",
}


class Words(NullTranslations):
    """A catalogue of a few words."""

    def gettext(self, message: str) -> str:
        return GERMAN.get((None, message), message)

    def pgettext(self, context: str, message: str) -> str:
        return GERMAN.get((context, message), message)


@pytest.fixture
def some_german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bot.ui.language, "_catalogue", lambda language: Words() if language == "de" else NullTranslations()
    )


async def payloads() -> list[Payload]:
    tree = await command_tree()
    return [await each.get_translated_payload(tree, Translator()) for each in tree.get_commands()]


def named(found: list[Payload], *path: str) -> Payload:
    each = next(each for each in found if each["name"] == path[0])
    return named(each["options"], *path[1:]) if path[1:] else each


def scopes(found: list[Payload], path: str = "") -> Iterator[tuple[str, list[Payload]]]:
    """All that stands side by side: commands, options, choices."""
    yield path, found
    for each in found:
        for key in ("options", "choices"):
            if each.get(key):
                yield from scopes(each[key], f"{path} {each['name']}")


# How it works


@pytest.mark.usefixtures("some_german")
async def test_commands_options_choices_and_menus_are_translated_where_there_are_words() -> None:
    found = await payloads()
    scan = named(found, "scan")

    assert scan["description_localizations"] == {"de": "Zeigt Preis und Bestand in allen Läden"}
    assert scan["name_localizations"] == {}
    assert named(scan["options"], "product")["name_localizations"] == {"de": "produkt"}
    assert named(found, "watch", "list")["name_localizations"] == {"de": "liste"}
    assert named(found, "Why this alert?")["name_localizations"] == {"de": "Warum dieser Alarm?"}
    hot = named(found, "watch", "add", "tier")["choices"][0]
    assert hot["name_localizations"] == {"de": "Heiß: so oft wie möglich"}


@pytest.mark.usefixtures("some_german")
def test_a_name_is_another_word_than_the_same_in_a_sentence() -> None:
    assert translated("list", "de") is None
    assert translated("list", "de", context="command") == "liste"
    assert translated("list", "en", context="command") is None


async def test_english_needs_no_translation() -> None:
    texts = [each for each in await payloads() if {"en-US", "en-GB"} & {*each.get("description_localizations", ())}]

    assert texts == []


# What the catalogues say


async def test_discord_takes_the_commands_in_every_language() -> None:
    assert commands_refusals(await payloads()) == []


@cache
def locales() -> list[str]:
    return [locale for locale, language in LANGUAGES.items() if language in WRITTEN]


@pytest.mark.parametrize("locale", locales())
async def test_every_command_and_option_has_a_name_that_discord_takes(locale: str) -> None:
    names = [
        each.get("name_localizations", {}).get(locale, each["name"])
        for _, scope in scopes(await payloads())
        for each in scope
        if "value" not in each and each.get("type") != 3
    ]

    assert [name for name in names if not _NAME.fullmatch(name) or name != name.lower()] == []


@pytest.mark.parametrize("locale", locales())
async def test_neighbours_have_names_of_their_own(locale: str) -> None:
    """Nor does one have the English name of another: both can be typed."""
    for path, scope in scopes(await payloads()):
        names = [{each["name"], each.get("name_localizations", {}).get(locale, each["name"])} for each in scope]

        assert sum(map(len, names)) == len(set().union(*names)), path
