"""Why somebody was told, or was not, as Discord shows it. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

import discord
from discord.utils import format_dt

from alerts.domain.silence import Reason
from alerts.domain.text import harmless, plain, units
from alerts.domain.trail import Stage, Step
from alerts.why import Explanation, Journey
from bot.ui import words

_BLUE = 0x3498DB
_MOST_FIELDS = 10
_MOST_UNITS = 6000 - 400  # Discord's limit for all texts together, less the title and the footer
_LONGEST_FIELD = 1024
_LONGEST_SILENCE = 2400
_ALERT = re.compile(r"(?:Alert )?([a-z2-7]{8,25})")
_STEP = {
    Step.READ: "👁️ Read",
    Step.CONFIRMED: "✅ Confirmed",
    Step.COMPARED: "⚖️ Compared",
    Step.MATCHED: "🎯 Matched",
    Step.HELD: "✋ Held",
    Step.SUPPRESSED: "🔇 Not told",
    Step.QUEUED: "📮 Queued",
    Step.SENT: "📨 Sent",
    Step.EDITED: "✏️ Message changed",
    Step.POSTPONED: "⏳ Postponed",
    Step.BURIED: "⚰️ Given up",
    Step.EXPIRED: "⌛ Expired",
}


def product_why_embed(name: str, found: Explanation) -> discord.Embed:
    """The last changes of a product with their stages, and how it stands with the rest."""
    embed = discord.Embed(title=f"Why: {harmless(name, 200)}", colour=_BLUE)
    embed.description = _fit([_silence_line(reason) for reason in found.silence], _LONGEST_SILENCE) or None
    embed.set_footer(text="The newest change first" if found.journeys else "No change in the last two weeks")
    return _with_journeys(embed, found.journeys)


def alert_why_embed(delivery_id: str, found: Explanation) -> discord.Embed:
    """The way of one message, change by change."""
    embed = discord.Embed(title="Why this alert?", colour=_BLUE)
    return _with_journeys(embed.set_footer(text=f"Alert {harmless(delivery_id, 40)}"), found.journeys)


def told_choice(stage: Stage, name: str) -> str:
    """A message of the past in a line of the list that opens as one types."""
    return plain(f"{stage.at:%d %b %H:%M} UTC · {words.headline(stage.kind)}: {name} at {stage.vendor}", 100)


def alert_id_in(text: str) -> str:
    """The alert's id in a footer or as a person typed it; nothing when there is none."""
    found = _ALERT.fullmatch(text.strip())
    return found[1] if found else ""


def _with_journeys(embed: discord.Embed, journeys: Sequence[Journey]) -> discord.Embed:
    room = _MOST_UNITS - units(embed.description or "")
    for journey in journeys:
        name = f"{words.headline(journey.kind)} · {harmless(journey.vendor, 100) or '?'}"
        value = _fit([_stage_line(stage) for stage in journey.stages], _LONGEST_FIELD)
        room -= units(name) + units(value)
        if room < 0 or len(embed.fields) == _MOST_FIELDS:
            break
        embed.add_field(name=name, value=value, inline=False)
    left = len(journeys) - len(embed.fields)
    if left:
        embed.set_footer(text=f"{embed.footer.text} · {left} more not shown")
    return embed


def _stage_line(stage: Stage) -> str:
    reason = f": {harmless(stage.reason, 180)}" if stage.reason else ""
    return f"{format_dt(stage.at, 'T')} **{_STEP[stage.step]}**{reason}"


def _silence_line(reason: Reason) -> str:
    vendor = f"**{harmless(reason.vendor, 60)}**: " if reason.vendor else ""
    since = f" Since {words.moment(reason.since)}." if reason.since else ""
    return f"• {vendor}{harmless(reason.text, 300)}{since}"


def _fit(lines: Sequence[str], limit: int) -> str:
    """As many lines as there is room for; of too many the first and the last ones."""
    kept = list(lines)
    while sum(units(line) + 1 for line in kept) > limit - 2:
        del kept[len(kept) // 2]
    if len(kept) < len(lines):
        kept.insert((len(kept) + 1) // 2, "…")
    return "\n".join(kept)
