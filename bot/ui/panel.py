"""The panel in which an alert is put together: its two pages, the choices on them, and what it comes to in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import discord

from alerts.domain.model import ChangeKind
from alerts.domain.text import cut, plain
from alerts.domain.wishes import FirstSight, Subscription, TargetKind
from bot.ui import words
from bot.ui.language import t
from bot.ui.wish import Entry, heading, missing_line, rules_text

_BLUE, _AMBER = 0x3498DB, 0xE67E22
PLACES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
    discord.ChannelType.forum,
]
_MOST_TAGS = 5  # of one post


class Page(StrEnum):
    """Discord shows five rows at a time."""

    WHERE = "where"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Draft:
    """An alert as it is put together. `before` is the one that is edited; `address` is a secret until it is kept."""

    wish: Subscription
    name: str
    by: int
    before: Subscription | None = None
    page: Page = Page.WHERE
    host: str = ""
    address: str = field(default="", repr=False)


def panel_embed(draft: Draft, problems: Sequence[str]) -> discord.Embed:
    """What it comes to so far, and what is in the way of saving it."""
    entry = Entry(draft.wish, draft.name, host=draft.host)
    lines = [heading(entry), rules_text(draft.wish)]
    if draft.wish.paused:
        lines.append(f"⏸️ {t('Paused')}")
    lines += [f"⚠️ {problem}" for problem in problems]
    embed = discord.Embed(
        title=t("Edit an alert") if draft.before else t("A new alert"),
        description=cut("\n".join(lines), 4000),
        colour=_AMBER if problems else _BLUE,
    )
    return embed.set_footer(text=t("Nothing is kept until you save."))


def lack(missing: Sequence[str]) -> list[str]:
    """The panel's words for permissions that are missing."""
    return [missing_line(missing)] if missing else []


def place_select(draft: Draft, custom_id: str) -> discord.ui.ChannelSelect[Any]:
    """Channels, threads, forums and announcement channels."""
    target = draft.wish.target
    is_place = target.type in (TargetKind.CHANNEL, TargetKind.FORUM)
    chosen = [discord.SelectDefaultValue(id=target.id, type=discord.SelectDefaultValueType.channel)] if is_place else []
    label = t("Where: a channel, a thread or a forum")
    return discord.ui.ChannelSelect(
        custom_id=custom_id, channel_types=PLACES, placeholder=label, default_values=chosen, min_values=1, max_values=1
    )


def role_select(draft: Draft, custom_id: str) -> discord.ui.RoleSelect[Any]:
    """Whom to mention, or nobody."""
    role = draft.wish.mention_role
    chosen = [discord.SelectDefaultValue(id=role, type=discord.SelectDefaultValueType.role)] if role else []
    label = t("Mention a role (nobody, if left empty)")
    return discord.ui.RoleSelect(
        custom_id=custom_id, placeholder=label, default_values=chosen, min_values=0, max_values=1
    )


def kinds_select(draft: Draft, custom_id: str) -> discord.ui.Select[Any]:
    """What to tell."""
    options = [
        discord.SelectOption(label=words.headline(kind), value=kind.value, default=kind in draft.wish.kinds)
        for kind in ChangeKind
        if not kind.is_note
    ]
    return discord.ui.Select(
        custom_id=custom_id, placeholder=t("What to tell"), options=options, min_values=1, max_values=len(options)
    )


def tags_select(draft: Draft, tags: Sequence[discord.ForumTag], custom_id: str) -> discord.ui.Select[Any]:
    """The tags of the forum that its posts get."""
    options = [
        discord.SelectOption(
            label=plain(tag.name, 100) or "?", value=str(tag.id), default=tag.id in draft.wish.target.tags
        )
        for tag in tags[:25]
    ]
    most = min(_MOST_TAGS, len(options))
    return discord.ui.Select(
        custom_id=custom_id, placeholder=t("Tags of its posts"), options=options, min_values=0, max_values=most
    )


def low_select(draft: Draft, custom_id: str) -> discord.ui.Select[Any]:
    """Whether only new lows are told."""
    labels = {
        "": t("Any price, new low or not"),
        "30": t("Only the lowest price in 30 days"),
        "90": t("Only the lowest price in 90 days"),
        "ever": t("Only the lowest price ever"),
    }
    return _one_of(labels, str(draft.wish.new_low or ""), custom_id)


def first_select(draft: Draft, custom_id: str) -> discord.ui.Select[Any]:
    """What becomes of what is so already."""
    labels = {
        FirstSight.BASELINE.value: t("Tell only what changes from now on"),
        FirstSight.TELL_NOW.value: t("Tell once, too, what is so already"),
    }
    return _one_of(labels, draft.wish.first_sight.value, custom_id)


def _one_of(labels: dict[str, str], chosen: str, custom_id: str) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(label=label, value=value or "any", default=value == chosen)
        for value, label in labels.items()
    ]
    return discord.ui.Select(custom_id=custom_id, options=options, min_values=1, max_values=1)


def buttons(draft: Draft) -> list[list[tuple[str, str, discord.ButtonStyle]]]:
    """Verb, label and style of each button of the draft's page, row by row; saving and leaving come last on both."""
    grey, blue = discord.ButtonStyle.secondary, discord.ButtonStyle.primary
    ends = [("save", t("Save"), discord.ButtonStyle.success), ("cancel", t("Cancel"), grey)]
    if draft.page is Page.WHERE:
        return [[("rules", t("Prices, times …"), blue), ("address", t("Webhook or service…"), grey), *ends]]
    rules = [("prices", t("Prices…"), grey), ("times", t("Quiet hours, digest…"), grey), ("limits", t("Limits…"), grey)]
    pause = ("pause", t("Resume") if draft.wish.paused else t("Pause"), grey)
    return [[*rules, pause], [("where", t("Back"), blue), *ends]]
