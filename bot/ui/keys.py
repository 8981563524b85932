"""API keys as Discord shows them. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import app_commands

from alerts.domain.api_keys import ApiKey, WholeKey
from alerts.domain.text import cut, harmless, plain
from bot.ui import words
from bot.ui.language import t

_BLUE = 0x3498DB
_ROOM = 4000  # of a description's 4096
_SHOWN = 25


def created_embed(key: ApiKey, text: WholeKey) -> discord.Embed:
    """A new key, the only time that it is seen."""
    return _once(t("A new API key"), key, text, t("Give it to the program in the header `Authorization: Bearer …`."))


def rotated_embed(key: ApiKey, text: WholeKey) -> discord.Embed:
    """The successor of a key."""
    return _once(t("The new API key"), key, text, t("The old one works until tomorrow at this time."))


def keys_embed(keys: Sequence[ApiKey]) -> discord.Embed:
    """All of a server's keys."""
    embed = discord.Embed(title=t("API keys of this server"), colour=_BLUE)
    nothing = t("There are none. `/settings keys create` makes one.")
    embed.description = cut("\n".join(_line(each) for each in keys[:_SHOWN]), _ROOM) or nothing
    return embed.set_footer(text=t("More requests than the plan free has are the operator's to give"))


def choice_of(key: ApiKey) -> app_commands.Choice[str]:
    """For a list that opens as one types."""
    return app_commands.Choice(name=plain(f"{key.name} · {key.shown}", 100), value=key.id)


def scope_words(key: ApiKey) -> str:
    """What it is for, in the words of the API."""
    return ", ".join(scope.value for scope in key.scopes)


def _once(title: str, key: ApiKey, text: WholeKey, hint: str) -> discord.Embed:
    embed = discord.Embed(title=title, colour=_BLUE)
    once = t("Copy it now: it is never shown again, and whoever has it can use it.")
    embed.description = f"```\n{text}\n```\n{once}\n{hint}\n\n{_line(key)}"
    return embed


def _line(key: ApiKey) -> str:
    allowances = key.plan.allowances
    parts = [
        f"**{harmless(key.name, 80)}** · `{key.shown}`",
        scope_words(key),
        t("plan {plan}: {requests} requests a minute", plan=key.plan.value, requests=allowances.requests.limit),
    ]
    if key.retires_at:
        parts.append(t("replaced, works until {when}", when=words.moment(key.retires_at)))
    elif key.expires_at:
        parts.append(t("expires {when}", when=words.ago(key.expires_at)))
    used = words.ago(key.last_used_at) if key.last_used_at else t("never")
    return " · ".join([*parts, t("last used: {when}", when=used)])
