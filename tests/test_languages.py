"""The catalogues: whole, and as true to the English as can be seen without knowing the language."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural

from scripts import languages
from tests.guards.project import ROOT

pytestmark = pytest.mark.guard

WRITTEN = sorted(path.stem for path in languages.CATALOGUES.glob("*.po"))
each_language = pytest.mark.parametrize("language", WRITTEN)
_MARKS = re.compile(r"<[^<>\s]+>")
_CODE = re.compile(r"`[^`]+`")
_COMMAND = re.compile(r"(?<![\w/<.:])/[a-z][a-z-]+(?![\w/])")


@cache
def wanted() -> Catalog:
    return languages.template()


@cache
def catalogue(language: str) -> Catalog:
    return languages.read(language)


def spoken(language: str) -> Iterator[tuple[str, str]]:
    """Each English text beside its translation, every plural form beside the English of many; what has one."""
    for message in languages.messages(catalogue(language)):
        english = message.id if isinstance(message.id, str) else message.id[1]
        forms = [message.string] if isinstance(message.string, str) else message.string
        yield from ((english, str(form)) for form in forms if form)


def differing(language: str, kept: re.Pattern[str]) -> list[tuple[str, str]]:
    """Where the translation does not hold the same marks as the English, as often as one likes."""
    return [(one, other) for one, other in spoken(language) if {*kept.findall(one)} != {*kept.findall(other)}]


def placeholders(text: str) -> list[str]:
    """`{name}`s as they are written, sorted, but for the number of things: not every form needs to write it."""
    found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    return sorted(f"{name}:{spec}!{conversion}" for name, spec, conversion in found if name != "count")


def signs(text: str) -> set[str]:
    return {sign for sign in text if unicodedata.category(sign) == "So"}


# Every language


@each_language
def test_a_catalogue_holds_what_the_sources_say_and_nothing_else(language: str) -> None:
    def keys(found: Catalog) -> set[tuple[str | None, str]]:
        return {(each.context, str(each.id)) for each in languages.messages(found)}

    assert keys(wanted()) - keys(catalogue(language)) == set(), "run python -m scripts.languages update"
    assert keys(catalogue(language)) - keys(wanted()) == set(), "run python -m scripts.languages update"
    assert list(catalogue(language).obsolete) == []


@each_language
def test_a_catalogue_is_written_as_the_command_writes_it(language: str) -> None:
    place = languages.CATALOGUES / f"{language}.po"

    assert place.read_bytes() == languages.written(languages.merged(wanted(), catalogue(language)))


@each_language
def test_every_text_is_translated_and_none_is_guessed(language: str) -> None:
    assert [each.id for each in languages.lacking(catalogue(language))] == []
    assert [each.id for each in languages.messages(catalogue(language)) if each.fuzzy] == []


@each_language
def test_a_translation_holds_the_same_placeholders(language: str) -> None:
    wrong = [(one, other) for one, other in spoken(language) if placeholders(one) != placeholders(other)]

    assert wrong == []


@each_language
def test_a_form_for_several_numbers_writes_the_number(language: str) -> None:
    expression = ast.parse(_python(catalogue(language).plural_expr), mode="eval")
    form_of = [int(eval(compile(expression, "plural", "eval"), {"n": number})) for number in range(200)]
    wrong = [
        (message.id[1], form)
        for message in languages.messages(catalogue(language))
        if message.pluralizable and "{count}" in message.id[1]
        for index, form in enumerate(message.string)
        if form and form_of.count(index) > 1 and "{count}" not in form
    ]

    assert wrong == []


@each_language
def test_commands_marks_and_code_stay_as_they_are(language: str) -> None:
    assert [pair for kept in (_COMMAND, _MARKS, _CODE) for pair in differing(language, kept)] == []


@each_language
def test_a_translation_looks_like_the_english(language: str) -> None:
    def shape(text: str) -> object:
        edges = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return signs(text), text.count("**"), text.count("\n"), edges

    assert [(one, other) for one, other in spoken(language) if shape(one) != shape(other)] == []


def test_there_are_catalogues_only_of_languages_that_are_spoken() -> None:
    assert {*WRITTEN} <= {*languages.TRANSLATED}


# What collects the texts


def texts(source: str) -> list[object]:
    return list(languages.of_source(ast.parse(source)))


def test_every_marked_text_is_collected_also_inside_another() -> None:
    source = """
from bot.ui.language import N_, n, t as said
from alerts.domain.said import say
_TABLE = {1: N_("🟢 In stock")}
def f(x): return said("{a} of {b}", a=g(said("one " "two")), b=n("{count} shop", "{count} shops", x))
def g(x): return say("{text} is not a price.", text=x) if x else said("yes" if x else "no")
"""

    assert {*texts(source)} == {
        *("🟢 In stock", "{a} of {b}", "one two", "{text} is not a price.", "yes", "no"),
        ("{count} shop", "{count} shops"),
    }


def test_a_function_of_the_same_name_marks_nothing() -> None:
    assert texts("from elsewhere import t\nt('not ours')\nsay('nor this')") == []


def test_the_names_of_commands_options_and_menus_are_kept_apart() -> None:
    found = {(each.context, each.id) for each in languages.messages(wanted())}

    assert {
        ("command", "alerts"),
        ("command", "subscribe"),
        ("option", "product"),
        ("menu", "Why this alert?"),
    } <= found
    assert {(None, "Tell a channel when a product changes"), (None, "Hot: as often as possible")} <= found


# What writes the catalogues


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(languages, "CATALOGUES", tmp_path)
    return tmp_path


def english(*found: str | tuple[str, str]) -> Catalog:
    made = Catalog()
    for each in found:
        made.add(each, locations=[("bot/ui/words.py", 7)])
    return made


@pytest.mark.parametrize(
    ("language", "rule"),
    [
        ("de", "nplurals=2; plural=(n != 1);"),
        ("es", "nplurals=2; plural=(n != 1);"),
        ("fr", "nplurals=2; plural=(n > 1);"),
        ("pt-BR", "nplurals=2; plural=(n > 1);"),
        ("ja", "nplurals=1; plural=0;"),
    ],
)
def test_a_new_catalogue_knows_the_plurals_of_its_language(place: Path, language: str, rule: str) -> None:
    made = languages.merged(english(("{count} shop", "{count} shops")), languages.read(language))
    (place / f"{language}.po").write_bytes(languages.written(made))
    again = languages.read(language)

    assert again.plural_forms == rule
    assert get_plural(language.replace("-", "_")).plural_forms.rstrip(";") == rule.rstrip(";")
    assert [message.id for message in languages.lacking(again)] == [("{count} shop", "{count} shops")]


def test_a_translation_stays_while_its_english_stays(place: Path) -> None:
    old = Catalog(locale="de")
    old.add("In stock", "Auf Lager", user_comments=["as shops say it"])
    old.add("Gone", "Weg")
    old.add("Cheap", "Billig", flags=["fuzzy"])
    made = languages.merged(english("In stock", "In stock!", "Cheap"), old)

    assert {each.id: each.string for each in languages.messages(made)} == {
        "In stock": "Auf Lager", "In stock!": "", "Cheap": "",
    }  # fmt: skip
    assert b"# as shops say it" in languages.written(made)
    assert b"Weg" not in languages.written(made)


def test_a_catalogue_names_no_date_no_person_and_no_line(place: Path) -> None:
    text = languages.written(languages.merged(english("In stock"), languages.read("de"))).decode()

    assert "Date" not in text
    assert "Translator" not in text
    assert "#: bot/ui/words.py\n" in text


def test_writing_again_changes_nothing(place: Path) -> None:
    languages.update(["ja"])
    first = (place / "ja.po").read_bytes()
    languages.update(["ja"])

    assert (place / "ja.po").read_bytes() == first


def test_the_catalogues_are_part_of_the_package() -> None:
    """Hatch packs all files of a package but those that git ignores."""
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()

    assert languages.CATALOGUES.is_relative_to(ROOT / "bot")
    assert [each for each in ignored if each.rstrip("/").endswith((".po", "languages", "ui"))] == []


def _python(expression: str) -> str:
    return expression.replace("&&", " and ").replace("||", " or ")
