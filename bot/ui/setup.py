"""What /setup shows: three questions, a test, and what happens next. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from alerts.domain.text import harmless
from bot.ui.language import n, t
from bot.ui.permissions import named

_BLUE, _GREEN, _AMBER = 0x3498DB, 0x2ECC71, 0xE67E22


def welcome_text() -> str:
    """The one message on joining a server."""
    return t(
        "Hello! I look at shops and tell you here when hardware is back in stock or cheaper: once, and only when I am"
        " sure.\nSomebody with **Manage Server** can set me up in a minute: press the button, or use `/setup` later."
    )


def channel_embed(trouble: str = "") -> discord.Embed:
    """The first question."""
    return _step(t("Set up · 1 of 3: where?"), t("Choose the channel that alerts go to."), trouble)


def role_embed(channel: int, trouble: str = "") -> discord.Embed:
    """The second one."""
    text = t("Alerts go to <#{channel}>. Choose a role to mention with each, or nobody.", channel=channel)
    return _step(t("Set up · 2 of 3: whom?"), text, trouble)


def products_embed(channel: int, role: int | None, shown: int, known: int) -> discord.Embed:
    """The third one; with nothing to choose from, what to do instead."""
    if not shown:
        text = t("The operator has named no products yet. `/watch add` starts one as soon as there are some.")
        return _step(t("Set up · 3 of 3: what?"), f"{_so_far(channel, role)} {text}")
    text = t("Choose the first products.")
    if known > shown:
        text += " " + n("There is {count} more: `/alerts subscribe` finds it by name.",
                        "There are {count} more: `/alerts subscribe` finds them by name.", known - shown)  # fmt: skip
    return _step(t("Set up · 3 of 3: what?"), f"{_so_far(channel, role)} {text}")


def done_embed(channel: int, role: int | None, names: Sequence[str], trouble: str = "") -> discord.Embed:
    """What was made, and what happens next."""
    title = t("Set up · done") if names else t("Set up · nothing was added")
    embed = discord.Embed(title=title, colour=_GREEN if names and not trouble else _AMBER)
    lines = [f"• **{harmless(name, 80)}**" for name in names]
    embed.description = "\n".join([_so_far(channel, role), *lines, *([f"⚠️ {trouble}"] if trouble else [])])
    if names:
        embed.add_field(name=t("What happens next"), inline=False, value=t(
            "I look at these shops all the time. How they stand now is where I start from; you hear of what changes:"
            " back in stock, pre-orders, price drops. No news means no change, and `/why` says so."
        ))  # fmt: skip
    more = t("`/alerts subscribe` adds products, `/alerts list` shows what there is, `/settings change` sets language"
             " and timezone, `/help` finds the rest.")  # fmt: skip
    return embed.add_field(name=t("And then"), value=more, inline=False)


def sample_embed() -> discord.Embed:
    """The test message: it says so, and mentions nobody."""
    text = t("This is a test by somebody who manages this server. Alerts arrive here just like this one.")
    return discord.Embed(title=t("Test: I can write here"), description=text, colour=_BLUE)


def lacking(missing: Sequence[str], channel: int) -> str:
    """What the bot needs in a channel, by the names that Discord's settings show."""
    names = ", ".join(f"**{name}**" for name in named(missing))
    return t("I lack {names} in <#{channel}>: grant it under the channel's Permissions, then choose it again, or"
             " another one.", names=names, channel=channel)  # fmt: skip


def _so_far(channel: int, role: int | None) -> str:
    if role is None:
        return t("<#{channel}> hears of them, and nobody is mentioned.", channel=channel)
    return t("<#{channel}> hears of them, and <@&{role}> is mentioned.", channel=channel, role=role)


def _step(title: str, text: str, trouble: str = "") -> discord.Embed:
    embed = discord.Embed(title=title, description=text, colour=_AMBER if trouble else _BLUE)
    return embed.add_field(name=t("Not yet"), value=trouble, inline=False) if trouble else embed
