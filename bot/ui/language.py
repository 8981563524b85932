"""What we say, in the reader's language: gettext catalogues, one per language, English where a text is missing.

The language of the moment is a context variable: of a member's own locale while a command is answered, of the guild's
choice while an alert is made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import TypeAlias

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from alerts.domain.money import Money
from alerts.domain.said import Said, Value, with_clean_values
from alerts.domain.text import harmless

# Discord's names of the languages that we speak → ours (alerts/domain/guild.py, bot/ui/languages/<name>.po).
LANGUAGES = {"en-US": "en", "en-GB": "en", "de": "de", "fr": "fr", "es-ES": "es", "es-419": "es", "ja": "ja",
             "pt-BR": "pt-BR"}  # fmt: skip
LanguageOf: TypeAlias = Callable[[int], Awaitable[str]]  # a guild's own, by our name
_LONGEST_VALUE = 1000  # letters of a name or a list within a sentence
_language: ContextVar[str] = ContextVar("language", default="en")


def t(text: str, /, **values: object) -> str:
    """The text in the language of the moment, with `{name}` replaced by the values."""
    said = _catalogue(_language.get()).gettext(text)
    return said.format(**values) if values else said


def n(one: str, many: str, count: int, /, **values: object) -> str:
    """The same for a number of things; `{count}` is the number."""
    return _catalogue(_language.get()).ngettext(one, many, count).format(count=count, **values)


def N_(text: str, /) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text for the catalogues; t() translates it when it is said."""
    return text


def language_of(locale: object) -> str:
    """Our name for one of Discord's locales; English for one that we do not speak."""
    return LANGUAGES.get(str(locale), "en")


async def english(_: int) -> str:
    """The language of a guild that nobody asks."""
    return "en"


def spoken() -> str:
    """The language of the moment, by our name."""
    return _language.get()


def locale() -> Locale:
    """How the language of the moment writes numbers and dates; English as in Britain."""
    return _locale(spoken())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == "en" else language.replace("-", "_"))


def told(text: str) -> str:
    """A text of the engine in the language of the moment, with the values that it was made from; any other str, too."""
    if not text or spoken() == "en":
        return f"{text}"  # a plain str, which is all that some libraries take
    return t(text.template, **{k: _value(v) for k, v in text.values.items()}) if isinstance(text, Said) else t(text)


def told_harmlessly(text: str) -> str:
    """`told` for a message in Discord: what somebody typed and is repeated in it mentions, links and hides nothing."""
    return told(with_clean_values(text, _LONGEST_VALUE, harmless) if isinstance(text, Said) else text)


def _value(value: Value) -> str:
    """As the language writes it. Plain text is somebody's own: a name, a word that they typed."""
    match value:
        case Said():
            return told(value)
        case Money():
            return str(format_currency(value.amount, value.currency, locale=locale()))
        case Decimal():
            return str(format_decimal(value, locale=locale()))
    return str(value)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in this language, by our name, for as long as the block runs."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def speak(language: str) -> None:
    """Say everything in this language for the rest of the task that calls."""
    _language.set(language)


def translated(text: str, language: str, *, context: str | None = None) -> str | None:
    """The text in a language by our name, None where its catalogue lacks it. Names of commands have a context."""
    catalogue = _catalogue(language)
    said = catalogue.pgettext(context, text) if context else catalogue.gettext(text)
    return None if said == text else said


@cache
def _catalogue(language: str) -> NullTranslations:
    """A language's texts. English is what is written in the sources."""
    place = files("bot.ui") / "languages" / f"{language}.po"
    if language == "en" or not place.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with place.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    return GNUTranslations(compiled)
