"""A guild's settings as Discord shows them, and the currencies that can be named. No I/O."""

from __future__ import annotations

from collections.abc import Collection

import discord
from babel import Locale

from alerts.domain.guild import GuildSettings, Language
from alerts.domain.text import plain
from bot.ui import words
from bot.ui.language import spoken, t

_BLUE = 0x3498DB
# Each in its own language, as everybody looks for theirs.
LANGUAGE_NAMES = {
    Language.ENGLISH: "English",
    Language.GERMAN: "Deutsch",
    Language.FRENCH: "Français",
    Language.SPANISH: "Español",
    Language.JAPANESE: "日本語",
    Language.PORTUGUESE: "Português (Brasil)",
}
_FIRST = ("USD", "EUR", "GBP", "JPY", "BRL", "CAD", "AUD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "MXN")


def settings_embed(settings: GuildSettings, changed: Collection[str] = ()) -> discord.Embed:
    """Every choice; those that were changed just now are marked."""
    embed = discord.Embed(title=t("Settings of this server"), colour=_BLUE)
    shown = _shown(settings)
    lines = [f"{'✏️ ' if field in changed else ''}**{name}**: {value}" for field, (name, value) in shown.items()]
    embed.description = "\n".join(lines)
    if settings.manager_role:
        embed.add_field(name=t("So that managers see the commands"), value=_manager_hint(settings), inline=False)
    return embed.set_footer(text=t("/settings change alters one, /settings reset takes one back"))


def suggest_currencies(typed: str, *, limit: int = 25) -> list[tuple[str, str]]:
    """Names and codes of currencies near what was typed; well-known ones when nothing is."""
    known = Locale.parse(spoken().replace("-", "_")).currencies
    wanted = typed.strip().casefold()
    found = [code for code in _FIRST if code in known] if not wanted else [
        code for code in sorted(known)
        if code.casefold().startswith(wanted) or wanted in known[code].casefold()
    ]  # fmt: skip
    first = sorted(found, key=lambda code: (code.casefold() != wanted, code not in _FIRST))
    return [(plain(f"{code} · {known[code]}", 100), code) for code in (first if wanted else found)[:limit]]


def _shown(settings: GuildSettings) -> dict[str, tuple[str, str]]:
    """By the field's name: what people call it, and its value."""
    nobody = t("nobody but Manage Server")
    nowhere = t("the system channel, or another where I may write")
    private, public = t("for the asker alone"), t("for everybody in the channel")
    return {
        "language": (t("Language of alerts"), LANGUAGE_NAMES[settings.language]),
        "timezone": (t("Timezone"), settings.timezone),
        "currency": (t("Currency of prices typed without one"), settings.currency or t("none")),
        "manager_role": (t("Manager role"), f"<@&{settings.manager_role}>" if settings.manager_role else nobody),
        "ephemeral_replies": (t("Answers of /scan and /history"), private if settings.ephemeral_replies else public),
        "floor_amount": (t("A price is news when it moves by more than"), words.number(settings.floor_amount)),
        "floor_percent": (t("… or by more than"), t("{percent} %", percent=words.number(settings.floor_percent))),
        "notice_channel": (t("Trouble is told in"), f"<#{settings.notice_channel}>" if settings.notice_channel
                           else nowhere),
    }  # fmt: skip


def _manager_hint(settings: GuildSettings) -> str:
    return t(
        "Discord hides commands for managers from members without Manage Server. Open them once under **Server Settings"
        " → Integrations → {app} → the command → Add Roles or Members**, for <@&{role}>.",
        app=t("this bot"),
        role=settings.manager_role,
    )
