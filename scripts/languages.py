"""Bring the catalogues up to what the sources say: `python -m scripts.languages update [de fr …]`.

A catalogue holds every text marked with t, n, N_ or say in the sources, and every name, description and choice of the
slash commands. A translation is kept for as long as its English stays letter for letter; the others wait to be written.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import discord
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location
from discord.app_commands import TranslationContextTypes, locale_str
from discord.ext import commands

import bot.cogs
from bot.client import add_cogs
from bot.translator import catalogue_context
from bot.ui.language import LANGUAGES

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "bot" / "ui" / "languages"
TRANSLATED = sorted({*LANGUAGES.values()} - {"en"})
MARKS = {"bot.ui.language": {"t", "n", "N_"}, "alerts.domain.said": {"say"}}
"""Where the functions come from that mark a text, by their module."""

_NAME = "The {what}: lowercase, no spaces, at most 32 characters, unlike its neighbours."
_COMMENTS = {
    "command": _NAME.format(what="name of a command"),
    "option": _NAME.format(what="name of an option"),
    "menu": "In the menu of a message: at most 32 characters.",
    Location.choice_name: "A choice: at most 100 characters.",
    None: "A description: at most 100 characters.",
}


# What the sources say


def marked_calls(source: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function that marks a text, with that function's name."""
    here = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in MARKS.get(node.module or "", ())
    }
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in here:
            yield here[node.func.id], node


def literals(node: ast.expr) -> list[str] | None:
    """The texts that an argument may be: one, or one of two by a condition. None for what is not written there."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            one, two = literals(body), literals(other)
            return one + two if one is not None and two is not None else None
    return None


def of_source(source: ast.Module) -> Iterator[str | tuple[str, str]]:
    """Every text that a module marks; one and many as a pair."""
    for name, call in marked_calls(source):
        found = [literals(argument) or [] for argument in call.args[: 2 if name == "n" else 1]]
        if name == "n" and len(found) == 2:
            yield from zip(*found, strict=False)
        elif found:
            yield from found[0]


# What the slash commands are called


async def command_tree() -> app_commands.CommandTree[Any]:
    """Every command, group and menu. A cog only keeps what it is given, so nothing at all will do for its parts."""
    client: Any = commands.Bot(command_prefix=commands.when_mentioned, help_command=None, intents=discord.Intents(0))
    modules = [importlib.import_module(f"bot.cogs.{each.name}") for each in pkgutil.iter_modules(bot.cogs.__path__)]
    made = [
        each(**dict.fromkeys(list(inspect.signature(each).parameters)))
        for module in modules
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, commands.Cog) and each.__module__ == module.__name__
    ]
    await add_cogs(client, made)
    found: app_commands.CommandTree[Any] = client.tree
    return found


class _Listener(app_commands.Translator):
    """Translates nothing, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, str | None], str] = {}

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        where = catalogue_context(context)
        comment = _COMMENTS.get(where or context.location, _COMMENTS[None])
        self.asked.setdefault((string.message, where), comment)
        return None


async def of_commands() -> dict[tuple[str, str | None], str]:
    """Every text of the commands with its context, and what its translator should know."""
    tree, listener = await command_tree(), _Listener()
    for command in tree.get_commands():
        await command.get_translated_payload(tree, listener)
    return listener.asked


# Catalogues


def template() -> Catalog:
    """All that there is to translate, without translations."""
    found = Catalog()
    for path in sorted(path for room in ("alerts", "bot") for path in (ROOT / room).rglob("*.py")):
        for text in of_source(ast.parse(path.read_text("utf-8"))):
            found.add(text, locations=[(str(path.relative_to(ROOT)), 0)])
    for (text, context), comment in asyncio.run(of_commands()).items():
        found.add(text, auto_comments=[comment], context=context)
    return found


def messages(catalogue: Catalog) -> list[Message]:
    """Its messages, without its header."""
    return [message for message in catalogue if message.id]


def read(language: str) -> Catalog:
    """A language's catalogue as it is; empty when there is none yet."""
    place, locale = CATALOGUES / f"{language}.po", language.replace("-", "_")
    if not place.is_file():
        return Catalog(locale=locale)
    with place.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def merged(wanted: Catalog, old: Catalog) -> Catalog:
    """The wanted messages with the translations that there are. Nothing is guessed from what is alike."""
    made = Catalog(locale=old.locale)
    for each in messages(wanted):
        known = old.get(each.id, each.context)
        fits = known is not None and known.id == each.id and not known.fuzzy
        made.add(
            each.id,
            known.string if known is not None and fits else "",
            locations=each.locations,
            auto_comments=each.auto_comments,
            user_comments=known.user_comments if known is not None else (),
            context=each.context,
        )
    for each in messages(made):
        each.flags.discard("python-format")  # "2 % off" is no format
    return made


def written(catalogue: Catalog) -> bytes:
    """As a file: sorted, and without dates, names and line numbers, so that a diff shows what was translated."""
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False)
    header = (
        f"Language: {catalogue.locale}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
    )
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in header), "", ""]
    return "\n".join(lines).encode() + body.getvalue()


def lacking(catalogue: Catalog) -> list[Message]:
    """What has no translation, or not all of its plural forms."""
    return [m for m in messages(catalogue) if not m.string or (m.pluralizable and not all(m.string))]


def update(languages: Sequence[str]) -> None:
    """Write each language's catalogue anew, and say how far it is."""
    wanted = template()
    CATALOGUES.mkdir(exist_ok=True)
    for language in languages:
        made = merged(wanted, read(language))
        (CATALOGUES / f"{language}.po").write_bytes(written(made))
        print(f"{language}: {len(made)} texts, {len(lacking(made))} to translate")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.languages", description=__doc__.partition("\n")[0])
    parser.add_argument("do", choices=["update"])
    parser.add_argument("languages", nargs="*", default=TRANSLATED, help=f"all: {' '.join(TRANSLATED)}")
    asked = parser.parse_args()
    if unknown := sorted({*asked.languages} - {*TRANSLATED}):
        parser.error(f"{', '.join(unknown)}: add it to LANGUAGES in bot/ui/language.py first")
    update(asked.languages)


if __name__ == "__main__":
    main()
