"""A product's history as Discord shows it: is it a good price, what it came to, the last changes, the chart. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import discord

from alerts.domain.model import Point
from alerts.domain.text import cut, harmless, units
from alerts.history import Past
from bot.ui import words
from bot.ui.chart import Chart
from bot.ui.language import t

CHANGES = 12  # as many as a phone shows without scrolling for long
IMAGE = "history.png"
_BLUE = 0x3498DB
_LONGEST_FIELD = 1024


def history_embed(past: Past, days: int | None, chart: Chart | None) -> discord.Embed:
    """The history over the last `days` or all time; the chart, where there is one, is attached as `IMAGE`."""
    name = harmless(past.product.name, 120)
    at_vendor = t("History of {name} at {vendor}", name=name, vendor=harmless(past.vendor, 60)) if past.vendor else ""
    embed = discord.Embed(title=at_vendor or t("History of {name}", name=name), colour=_BLUE)
    if not past.is_known:
        embed.description = t("Nothing is known yet: `/scan` it once, or `/watch add` it to collect its history.")
        return embed
    points = past.changes(timedelta(days=days) if days else None, limit=CHANGES)
    said = words.good_price(past.line, days)
    embed.description = f"**{said}.**" if said else t("No price of it was ever read.")
    figures = "\n".join(words.statistics(past.line, days))
    embed.add_field(name=words.window(past.line, days), value=cut(figures, _LONGEST_FIELD), inline=False)
    embed.add_field(name=t("Last changes"), value=_changes(past, points), inline=False)
    if chart:
        if chart.unnamed:
            names = " · ".join(f"{number} {harmless(vendor, 60)}" for number, vendor in chart.unnamed)
            embed.add_field(name=t("In the chart"), value=names, inline=False)
        embed.set_image(url=f"attachment://{IMAGE}")
        embed.set_footer(text=t("Bars: full in stock, half on pre-order or later, thin sold out. Dotted: not on sale."))
    else:
        embed.set_footer(text=t("The chart could not be drawn this time; a button draws it again."))
    return embed


def _changes(past: Past, points: Sequence[Point]) -> str:
    if points:
        return _fit([_point_line(point) for point in points], _LONGEST_FIELD)
    last = past.changes(None, limit=1)
    nothing = t("Nothing changed in that time.")
    return f"{nothing}\n{_point_line(last[0])}" if last else nothing


def _point_line(point: Point) -> str:
    which = f" ({words.sort(point.sort)})" if point.sort and words.sort(point.sort) else ""
    price = words.money(point.price) + which
    return f"{words.ago(point.at)} · **{harmless(point.vendor, 40) or '?'}** · {words.stock(point.offer)} · {price}"


def _fit(lines: Sequence[str], limit: int) -> str:
    kept: list[str] = []
    for line in lines:
        if sum(units(each) + 1 for each in kept) + units(line) > limit - 2:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)
