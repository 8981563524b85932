"""What we know to what Discord shows. No I/O; every shop text passes domain/text.py."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import discord

from alerts.domain.confirm import two_signals
from alerts.domain.deliveries import Delivery
from alerts.domain.model import Change, ChangeKind, Known, Offer, Point, Product
from alerts.domain.text import harmless, units
from alerts.scan import Answer, Source
from bot.ui import words

_GREEN, _AMBER, _RED, _BLUE, _GREY = 0x2ECC71, 0xE67E22, 0xE74C3C, 0x3498DB, 0x95A5A6
_COLOUR = {
    ChangeKind.RESTOCKED: _GREEN,
    ChangeKind.PRICE_DROP: _GREEN,
    ChangeKind.PREORDER_OPEN: _BLUE,
    ChangeKind.BACK_ORDER: _AMBER,
    ChangeKind.PRICE_RISE: _AMBER,
    ChangeKind.SOLD_OUT: _RED,
    ChangeKind.DISCONTINUED: _GREY,
    ChangeKind.LOW_STOCK: _AMBER,
    ChangeKind.FLAPPING: _GREY,
    ChangeKind.STABLE: _BLUE,
}
_NOTES = {
    ChangeKind.FLAPPING: "Its stock turns again and again; I keep quiet until it has kept still. ",
    ChangeKind.STABLE: "It has kept still for a while. ",
}
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
    group = 0 if offer.availability.is_in_stock else 1
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


def history_embed(product: Product, points: Sequence[Point]) -> discord.Embed:
    """The last changes, newest first."""
    embed = discord.Embed(title=f"History of {harmless(product.name, 200)}", colour=_BLUE)
    if not points:
        embed.description = "Nothing is known yet: `/scan` it once, or `/watch add` it to collect its history."
        return embed
    embed.description = _fit([_point_line(point) for point in points], 4096)
    return embed.set_footer(text="One line per change; a quiet time in between means nothing changed.")


def _point_line(point: Point) -> str:
    offer = Offer(availability=point.availability, price=point.price)
    return (
        f"{words.ago(point.at)} · **{harmless(point.vendor, 60)}** · {words.stock(offer)} · {words.money(point.price)}"
    )


def _fit(lines: Sequence[str], limit: int) -> str:
    kept: list[str] = []
    for line in lines:
        if sum(units(each) + 1 for each in kept) + units(line) > limit - 2:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)


def alert_text(delivery: Delivery) -> str:
    """What a phone shows: the mention if one was asked for, and the news in a line."""
    change = delivery.change
    mention = f"<@&{delivery.mention_role}> " if delivery.mention_role else ""
    name, vendor = harmless(delivery.product_name, 100), harmless(change.vendor, 60)
    return f"{mention}{words.headline(change.kind)}: **{name}** at {vendor}, {words.money(change.new.price)}"


def alert_embed(delivery: Delivery) -> discord.Embed:
    """One change, with what it was before and why we say so. The footer carries the delivery's id."""
    change = delivery.change
    embed = discord.Embed(
        title=f"{words.headline(change.kind)}: {harmless(delivery.product_name, 200)}",
        url=change.url if len(change.url) <= words.LONGEST_LINK else None,
        colour=_COLOUR[change.kind],
        timestamp=change.at,
        description=words.link(f"Open {harmless(change.vendor, 60)}", change.url),
    )
    embed.add_field(name="Now", value=f"**{words.money(change.new.price)}**\n{words.stock(change.new)}")
    embed.add_field(name="Before", value=f"{words.money(change.old.price)}\n{words.stock(change.old)}")
    embed.add_field(name="Why", value=_why(change), inline=False)
    return embed.set_footer(text=f"Alert {delivery.id}")


def _why(change: Change) -> str:
    before = f"{words.plain_stock(change.old).capitalize()} since {words.moment(change.since)}"
    said = next((e for e in change.new.evidence if e.path.endswith("availability") and e.raw), None)
    proof = f" Now the page says “{harmless(said.raw, 80)}” ({said.source})." if said else ""
    return f"{_NOTES.get(change.kind, '')}{before}.{proof} {_confirmed(change)}".strip()


def _confirmed(change: Change) -> str:
    if change.kind.is_note:
        return ""
    if change.reads > 1:
        return f"Confirmed by {change.reads} looks in {words.span(change.took)}."
    return "Two parts of the page agree." if two_signals(change.new) else ""
