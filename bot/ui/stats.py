"""What the bot does for a guild, as Discord shows it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from alerts.activity import Doings, Trouble
from alerts.domain.text import harmless, units
from alerts.domain.trail import SENT_DAYS, TRAIL_DAYS
from bot.ui import words
from bot.ui.language import n, t

_BLUE = 0x3498DB
_LONGEST_FIELD = 1024
_MOST_LINES = 8


def stats_embed(found: Doings) -> discord.Embed:
    """Watched, scanned, told, how quickly; and what gives trouble, if anything does."""
    embed = discord.Embed(title=t("What I do for this server"), colour=_BLUE)
    if not found.products and not found.alerts:
        embed.description = t("Nothing is watched here yet. `/watch add` or `/alerts subscribe` starts with a product.")
        if not found.sent:
            return embed
    products = n("{count} product", "{count} products", found.products)
    vendors = n("{count} shop", "{count} shops", found.vendors)
    alerts = n("{count} alert", "{count} alerts", found.alerts)
    embed.add_field(name=t("Watched"), value=f"{products} · {vendors}\n{alerts}")
    embed.add_field(name=t("Today (UTC)"), value=n("{count} scan", "{count} scans", found.scans_today))
    embed.add_field(
        name=t("Last {days} days", days=SENT_DAYS), value=n("{count} alert sent", "{count} alerts sent", found.sent)
    )
    embed.add_field(name=t("From change to message"), value=_speed(found), inline=False)
    for name, troubles in ((t("Keep changing"), found.flapping), (t("Cannot be read"), found.blind)):
        if troubles:
            embed.add_field(name=name, value=_lines(troubles), inline=False)
    if found.products and not found.flapping and not found.blind:
        embed.set_footer(text=t("Every shop can be read, and none keeps changing its mind."))
    return embed


def _speed(found: Doings) -> str:
    if found.quickest is None or found.usual is None:
        return t("Not known yet: no alert in the last {days} days", days=TRAIL_DAYS)
    quickest, usual = words.span(found.quickest), words.span(found.usual)
    figures = t("Quickest {quickest}, half within {usual}", quickest=quickest, usual=usual)
    of = n("{count} alert", "{count} alerts", found.timed)
    return t("{figures} ({alerts} of the last {days} days; from the first look that saw it)", figures=figures,
             alerts=of, days=TRAIL_DAYS)  # fmt: skip


def _lines(troubles: Sequence[Trouble]) -> str:
    lines = [_line(each) for each in troubles[:_MOST_LINES]]
    while sum(units(line) + 1 for line in lines) > _LONGEST_FIELD - 40:
        lines.pop()
    left = len(troubles) - len(lines)
    return "\n".join([*lines, n("{count} more", "{count} more", left)] if left else lines)


def _line(trouble: Trouble) -> str:
    place = f"**{harmless(trouble.vendor, 60) or '?'}** · {harmless(trouble.product, 80)}"
    why = f": {words.failure(trouble.failure)}" if trouble.failure else ""
    since = t("since {when}", when=words.moment(trouble.since)) if trouble.since else t("never read")
    return f"{place}{why} · {since}"
