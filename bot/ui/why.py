"""Why somebody was told, or was not, as Discord shows it. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC

import discord
from babel.dates import format_skeleton
from discord.utils import format_dt

from alerts.domain.silence import Reason
from alerts.domain.text import harmless, plain, units
from alerts.domain.trail import Stage, Step
from alerts.why import Explanation, Journey
from bot.ui import words
from bot.ui.language import N_, locale, n, t, told

_BLUE = 0x3498DB
_MOST_FIELDS = 10
_MOST_UNITS = 6000 - 400  # Discord's limit for all texts together, less the title and the footer
_LONGEST_FIELD = 1024
_LONGEST_SILENCE = 2400
_ALERT = re.compile(r"(?:\w{1,20}[ :：]{1,3})?([a-z2-7]{8,25})")  # "Alert" in any language, and the id
_STEP = {
    Step.READ: N_("👁️ Read"),
    Step.CONFIRMED: N_("✅ Confirmed"),
    Step.COMPARED: N_("⚖️ Compared"),
    Step.MATCHED: N_("🎯 Matched"),
    Step.HELD: N_("✋ Held"),
    Step.SUPPRESSED: N_("🔇 Not told"),
    Step.QUEUED: N_("📮 Queued"),
    Step.SENT: N_("📨 Sent"),
    Step.EDITED: N_("✏️ Message changed"),
    Step.POSTPONED: N_("⏳ Postponed"),
    Step.BURIED: N_("⚰️ Given up"),
    Step.EXPIRED: N_("⌛ Expired"),
}


def product_why_embed(name: str, found: Explanation) -> discord.Embed:
    """The last changes of a product with their stages, and how it stands with the rest."""
    embed = discord.Embed(title=t("Why: {product}", product=harmless(name, 200)), colour=_BLUE)
    embed.description = _fit([_silence_line(reason) for reason in found.silence], _LONGEST_SILENCE) or None
    embed.set_footer(text=t("The newest change first") if found.journeys else t("No change in the last two weeks"))
    return _with_journeys(embed, found.journeys)


def alert_why_embed(delivery_id: str, found: Explanation) -> discord.Embed:
    """The way of one message, change by change."""
    embed = discord.Embed(title=t("Why this alert?"), colour=_BLUE)
    return _with_journeys(embed.set_footer(text=t("Alert {id}", id=harmless(delivery_id, 40))), found.journeys)


def told_choice(stage: Stage, name: str) -> str:
    """A message of the past in a line of the list that opens as one types."""
    day, clock = (format_skeleton(each, stage.at, tzinfo=UTC, locale=locale()) for each in ("MMMd", "Hm"))
    news = t(
        "{headline}: {product} at {vendor}", headline=words.headline(stage.kind), product=name, vendor=stage.vendor
    )
    return plain(f"{day} {clock} UTC · {news}", 100)


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
        embed.set_footer(text=f"{embed.footer.text} · {n('{count} more not shown', '{count} more not shown', left)}")
    return embed


def _stage_line(stage: Stage) -> str:
    reason = f": {harmless(told(stage.reason), 180)}" if stage.reason else ""
    return f"{format_dt(stage.at, 'T')} **{t(_STEP[stage.step])}**{reason}"


def _silence_line(reason: Reason) -> str:
    vendor = f"**{harmless(reason.vendor, 60)}**: " if reason.vendor else ""
    since = " " + t("Since {time}.", time=words.moment(reason.since)) if reason.since else ""
    return f"• {vendor}{harmless(told(reason.text), 300)}{since}"


def _fit(lines: Sequence[str], limit: int) -> str:
    """As many lines as there is room for; of too many the first and the last ones."""
    kept = list(lines)
    while sum(units(line) + 1 for line in kept) > limit - 2:
        del kept[len(kept) // 2]
    if len(kept) < len(lines):
        kept.insert((len(kept) + 1) // 2, "…")
    return "\n".join(kept)
