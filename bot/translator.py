"""The slash commands in the languages that Discord is read in, from the same catalogues as all else that is said."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location
from discord.app_commands import TranslationContextTypes, locale_str

from bot.ui.language import language_of, translated

# Names are kept apart from what is said: `list` as a command is another word than "list" in a sentence.
_NAMES = {
    Location.command_name: "command",
    Location.group_name: "command",
    Location.parameter_name: "option",
}


class Translator(app_commands.Translator):
    """Serves what a catalogue has; where it has nothing, Discord shows the English."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        return translated(string.message, language_of(locale), context=catalogue_context(context))


def catalogue_context(context: TranslationContextTypes) -> str | None:
    """The `msgctxt` of a text: `command`, `option` or `menu` for a name, none for descriptions and choices."""
    if isinstance(context.data, app_commands.ContextMenu):
        return "menu"
    return _NAMES.get(context.location)
