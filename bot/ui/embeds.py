"""What we know to what Discord shows. No I/O; every shop text passes domain/text.py."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import discord

from alerts.domain.model import Known, Point, Product
from alerts.domain.stats import Timeline
from alerts.domain.text import harmless, units
from alerts.scan import Answer, Source
from bot.ui import words

_GREEN, _AMBER, _RED, _BLUE, _GREY = 0x2ECC71, 0xE67E22, 0xE74C3C, 0x3498DB, 0x95A5A6
_MOST_FIELDS = 25  # Discord's limit
_MOST_UNITS = 6000 - 100  # Discord's limit for all texts together, less the footer


def answer_embed(answer: Answer) -> discord.Embed:
    """Every vendor's price and stock, the best offer first, each failure in words."""
    snapshot = answer.snapshot
    best = snapshot.best
    embed = discord.Embed(
        title=harmless(answer.product.name, 250),
        colour=_GREEN if best else _GREY,
        description=_summary(answer),
        timestamp=snapshot.scanned_at,
    )
    room = _MOST_UNITS - sum(units(text or "") for text in (embed.title, embed.description))
    for known in sorted(snapshot.listings, key=_rank):
        star = "⭐ " if known is best else ""
        name, value = star + (harmless(known.vendor, 200) or "?"), _vendor_lines(known)
        room -= units(name) + units(value)
        if room < 0 or len(embed.fields) == _MOST_FIELDS:
            break
        embed.add_field(name=name, value=value, inline=False)
    left = len(snapshot.listings) - len(embed.fields)
    return embed.set_footer(text=_freshness(answer) + (f" · {left} more not shown" if left else ""))


def _summary(answer: Answer) -> str:
    best = answer.snapshot.best
    if best is None or best.offer is None:
        return "Nobody has it in stock right now, as far as we can see."
    when = "Cheapest in stock" if best.failure is None else "Cheapest when last seen"
    return f"{when}: **{words.money(best.offer.price)}** at **{harmless(best.vendor)}**."


def _rank(known: Known) -> tuple[int, Decimal, str]:
    offer = known.offer
    if offer is None:
        return 3, Decimal(0), known.vendor
    group = 0 if offer.is_orderable else 1
    return (group if offer.price else 2), offer.price.amount if offer.price else Decimal(0), known.vendor


def _vendor_lines(known: Known) -> str:
    link = words.link("Open shop", known.url)
    trouble = words.failure(known.failure) if known.failure else ""
    if known.offer is None:
        return f"❔ Not known yet: {trouble or 'never read'} · {link}"
    line = f"**{words.money(known.offer.price)}** · {words.stock(known.offer)} · {link}"
    if trouble and known.observed_at:
        line += f"\n⚠️ {trouble[:1].upper()}{trouble[1:]}; this is from {words.ago(known.observed_at)}."
    if known.held:
        seen = known.held.offer
        line += f"\n👁️ Seen, not confirmed yet: {words.money(seen.price)} · {words.stock(seen)}"
    return line


def _freshness(answer: Answer) -> str:
    match answer.source:
        case Source.FRESH:
            return "Read just now"
        case Source.CACHED:
            return "From memory, read at"
        case Source.STALE:
            return "No shop could be read: last known, tried at"


def history_embed(
    product: Product, points: Sequence[Point], line: Timeline | None = None, days: int | None = None
) -> discord.Embed:
    """The last changes, newest first, and what they come to over the last `days` or all time."""
    embed = discord.Embed(title=f"History of {harmless(product.name, 200)}", colour=_BLUE)
    if line and line.stretches:
        embed.add_field(name=words.window(line, days), value="\n".join(words.statistics(line, days)), inline=False)
    if not points and embed.fields:
        embed.description = "Nothing changed in that time."
        return embed
    if not points:
        embed.description = "Nothing is known yet: `/scan` it once, or `/watch add` it to collect its history."
        return embed
    embed.description = _fit([_point_line(point) for point in points], 4096)
    return embed.set_footer(text="One line per change; a quiet time in between means nothing changed.")


def _point_line(point: Point) -> str:
    which = f" ({words.sort(point.sort)})" if point.sort and words.sort(point.sort) else ""
    price = words.money(point.price) + which
    return f"{words.ago(point.at)} · **{harmless(point.vendor, 60)}** · {words.stock(point.offer)} · {price}"


def _fit(lines: Sequence[str], limit: int) -> str:
    kept: list[str] = []
    for line in lines:
        if sum(units(each) + 1 for each in kept) + units(line) > limit - 2:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)
