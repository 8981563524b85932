"""Help by task: what somebody wants, and the commands for it. No I/O.

A line is shown only while its command exists, so that help never names one that this version lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import discord

from bot.ui.language import t

_BLUE = 0x3498DB
Mention = Callable[[str], str | None]
"""A command as it is written in a message, or None when there is none of that name."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A task in somebody's own words."""

    key: str
    emoji: str
    title: str
    lines: Sequence[str]


def topics(of: Mention) -> list[Topic]:
    """Every task that something can be done for."""
    made = [Topic(key, emoji, title, _lines(lines, of)) for key, emoji, title, lines in _all()]
    return [topic for topic in made if topic.lines]


def help_embed(topic: Topic | None, every: Sequence[Topic]) -> discord.Embed:
    """One task; without one what there is to choose from."""
    if topic:
        text = "\n".join(f"• {line}" for line in topic.lines)
        return discord.Embed(title=f"{topic.emoji} {topic.title}", description=text, colour=_BLUE)
    embed = discord.Embed(title=t("What would you like to do?"), colour=_BLUE)
    embed.description = t(
        "I look at shops and tell you when something is back or cheaper; once, and only when I am sure."
    )
    embed.description += "\n\n" + "\n".join(f"{each.emoji} {each.title}" for each in every)
    return embed.set_footer(text=t("Choose below. Managing needs Manage Server or this server's manager role."))


def _lines(lines: Iterable[tuple[str, str]], of: Mention) -> list[str]:
    pairs = [(of(command), text) for command, text in lines]
    return [text.format(command=mention) for mention, text in pairs if mention]


def _all() -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    return [*_for_everybody(), *_for_managers()]


def _for_everybody() -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    return [
        ("look", "🔎", t("See who has it, and for how much"), [
            ("scan", t("{command} shows every shop's price and stock, the best offer first.")),
            ("history", t("{command} shows how price and stock changed, and whether today's price is a good one.")),
        ]),
        ("own", "🙋", t("Be told myself"), [
            ("me alerts", t("Press **Alert me** below an alert or an answer of /scan; {command} lists your own.")),
            ("me snooze", t("{command} keeps them quiet for a while.")),
            ("me export", t("{command} gives you everything that is known about you.")),
            ("me delete", t("{command} forgets it.")),
            ("privacy", t("{command} says what is kept about you, and why.")),
        ]),
        ("why", "❓", t("Why was I (not) told?"), [
            ("why", t("{command} with an alert says, step by step, what led to it.")),
            ("why", t("{command} with a product says why it is quiet: who hears of it, and how each shop stands.")),
            ("why", t("In a message of mine: *Apps → Why this alert?*")),
            ("status", t("{command} says which shops cannot be read just now.")),
        ]),
    ]  # fmt: skip


def _for_managers() -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    return [
        ("begin", "🚀", t("Set me up in a minute"), [
            ("setup", t("{command} asks for a channel, a role and the first products, and sends a test.")),
            ("settings change", t("{command}: language, currency, timezone, who manages, where trouble is told.")),
        ]),
        ("back", "🟢", t("Get told when something is back"), [
            ("alerts subscribe", t("{command} with a product and a channel: I write there when it is back.")),
            ("alerts test", t("{command} shows what that looks like. It pings nobody.")),
        ]),
        ("price", "💷", t("Only below a price"), [
            ("alerts subscribe", t("{command} takes the price that you wait for, where it asks for one.")),
            ("alerts edit", t("{command} changes the rule of an alert.")),
            ("settings change", t("{command} sets from which move on a price is news in this server.")),
        ]),
        ("quiet", "🌙", t("Quiet nights, and a summary in the morning"), [
            ("alerts quiet-hours", t("{command} holds what comes at night until the morning.")),
            ("alerts digest", t("{command} collects news and tells them at set times.")),
            ("alerts snooze", t("{command} keeps an alert quiet for a while.")),
            ("settings change", t("{command} sets the timezone.")),
        ]),
        ("stop", "🛑", t("Stop an alert"), [
            ("alerts list", t("{command} shows who is told of what, and which channels take no messages.")),
            ("alerts unsubscribe", t("{command} ends one.")),
            ("alerts edit", t("{command} changes one, and pauses or resumes it.")),
            ("watch pause", t("{command} stops scanning a product for a while.")),
            ("watch remove", t("{command} stops scanning a product; its history is kept.")),
        ]),
        ("watch", "👀", t("Choose what is scanned"), [
            ("watch add", t("{command} scans a product all the time, from now on.")),
            ("watch list", t("{command} shows what this server watches.")),
            ("watch tier", t("{command} sets how often.")),
            ("watch import", t("{command} takes a whole list at once, and shows first what would change.")),
            ("watch export", t("{command} gives you the list as a file.")),
        ]),
        ("manage", "🛠️", t("Who manages me, and what did they do?"), [
            ("settings change", t("{command} names the manager role. Open the commands to it under Server Settings →"
                                  " Integrations.")),
            ("audit", t("{command} shows who changed what.")),
            ("settings keys create", t("{command} makes a key with which a program uses this server's data.")),
            ("status", t("{command} shows the queue, the next scans and the places that take no messages.")),
        ]),
    ]  # fmt: skip
