"""Who changed what, as Discord shows it. No I/O."""

from __future__ import annotations

from typing import Any

import discord

from alerts.audit import AuditPage
from alerts.domain.audit import AUDIT_DAYS, AuditEntry
from alerts.domain.text import cut, harmless, plain, units
from alerts.domain.wishes import OPERATOR
from bot.ui import words
from bot.ui.controls import Control, View, cog_of
from bot.ui.language import t

PAGE = 10
LONGEST_WORD = 40
_BLUE = 0x3498DB
_ROOM = 3900  # of a description's 4096


class AuditTurn(
    Control[discord.ui.Button[Any]], template=r"hs:audit:(?P<before>[\d-]{0,28}):(?P<by>\d{0,20}):(?P<word>[^\n]{0,40})"
):
    """Another page of the same question: older entries, or the newest again."""

    def __init__(self, before: str = "", by: str = "", word: str = "") -> None:
        self.before, self.by, self.word = before, int(by) if by else None, word
        label = t("Older") if before else t("Newest")
        super().__init__(discord.ui.Button(label=label, custom_id=f"hs:audit:{before}:{by}:{word}"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await cog_of(interaction, "AuditCog").turn(interaction, self.before, self.by, self.word)


def audit_word(text: str) -> str:
    """What is looked for, as short as a button can hold."""
    return plain(text, LONGEST_WORD)


def audit_embed(page: AuditPage, *, by: int | None, word: str) -> discord.Embed:
    """A page of the trail, the newest first."""
    embed = discord.Embed(title=t("Who changed what"), colour=_BLUE)
    lines = [_line(row.entry) for row in page.rows]
    room = _ROOM // PAGE
    embed.description = "\n".join(cut(line, room) for line in lines) if lines else _nothing(by, word)
    assert units(embed.description) <= _ROOM + PAGE
    return embed.set_footer(text=t("Kept for {days} days", days=AUDIT_DAYS))


def audit_view(page: AuditPage, *, by: int | None, word: str, is_first: bool) -> View | None:
    """Older ones if there are any, and the way back."""
    view, who = View(timeout=None), str(by) if by else ""
    if not is_first:
        view.add_item(AuditTurn("", who, word))
    if page.older:
        view.add_item(AuditTurn(page.older, who, word))
    return view if view.children else None


def _line(entry: AuditEntry) -> str:
    # What is kept is English, marked where it was noted.
    about = f" · {harmless(entry.about, 90)}" if entry.about else ""
    detail = f" · {harmless(entry.detail, 120)}" if entry.detail else ""
    return f"{words.ago(entry.at)} · {_who(entry)} · **{harmless(t(entry.what), 80)}**{about}{detail}"


def _who(entry: AuditEntry) -> str:
    if entry.by is None:
        return t("somebody who had themself forgotten ({alias})", alias=harmless(entry.alias, 20))
    return t("the operator") if entry.by == OPERATOR else f"<@{entry.by}>"


def _nothing(by: int | None, word: str) -> str:
    if by or word:
        return t("Nothing of that kind was changed in the last {days} days.", days=AUDIT_DAYS)
    return t("Nothing was changed in the last {days} days.", days=AUDIT_DAYS)
