"""What we know to what Discord shows. No I/O; every shop text passes domain/text.py."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import discord

from alerts.domain.model import Known, Offer
from alerts.domain.text import cut, harmless, units
from alerts.scan import Answer, Source
from bot.ui import words
from bot.ui.language import n, t

_GREEN, _AMBER, _RED, _BLUE, _GREY = 0x2ECC71, 0xE67E22, 0xE74C3C, 0x3498DB, 0x95A5A6
_MOST_FIELDS = 25  # Discord's limit
_MOST_UNITS = 6000 - 100  # Discord's limit for all texts together, less the footer


class VendorField(NamedTuple):
    """A vendor's name, and what is known of its offer."""

    known: Known
    name: str
    value: str

    @property
    def units(self) -> int:
        """Its length as Discord counts it."""
        return units(self.name) + units(self.value)


def answer_embed(
    answer: Answer, page: Sequence[VendorField] | None = None, *, room: int = _MOST_UNITS, note: str = ""
) -> discord.Embed:
    """Every vendor's price and stock with its age, the best offer first, each failure in words.

    `page` is the part of `vendor_fields(answer)` to show; without it as many as fit, and how many do not.
    """
    snapshot = answer.snapshot
    embed = discord.Embed(
        title=harmless(answer.product.name, 250),
        colour=_GREEN if snapshot.best else _GREY,
        description=f"{_summary(answer)}\n{_freshness(answer)}",
        timestamp=snapshot.scanned_at,
    )
    wanted = vendor_fields(answer) if page is None else page
    room -= sum(units(text or "") for text in (embed.title, embed.description))
    for field in wanted:
        room -= field.units
        if room < 0 or len(embed.fields) == _MOST_FIELDS:
            break
        embed.add_field(name=field.name, value=field.value, inline=False)
    left = len(wanted) - len(embed.fields)
    hidden = n("{count} more not shown", "{count} more not shown", left) if left else ""
    return embed.set_footer(text=" · ".join(filter(None, (note, hidden))) or None)


def vendor_fields(answer: Answer) -> list[VendorField]:
    """What is known of each listing, the best offer first."""
    best = answer.snapshot.best
    ranked = sorted(answer.snapshot.listings, key=lambda known: (known is not best, *_rank(known)))
    return [
        VendorField(
            each, ("⭐ " if each is best else "") + (harmless(each.vendor, 200) or "?"), cut(_vendor_lines(each), 1024)
        )
        for each in ranked
    ]


def _summary(answer: Answer) -> str:
    best = answer.snapshot.best
    if best is None or best.offer is None:
        return t("Nobody has it in stock right now, as far as we can see.")
    price, vendor = words.money(best.offer.price), harmless(best.vendor)
    if best.failure is None:
        return t("Cheapest in stock: **{price}** at **{vendor}**.", price=price, vendor=vendor)
    return t("Cheapest when last seen: **{price}** at **{vendor}**.", price=price, vendor=vendor)


def _freshness(answer: Answer) -> str:
    when = words.ago(answer.as_of) if answer.as_of else t("never")
    match answer.source:
        case Source.FRESH:
            return t("🟢 Fresh: the shops were read just now.")
        case Source.CACHED:
            said = t("🕑 From memory: the shops were read {when}.", when=when)
        case Source.STALE if answer.is_store_away:
            said = t("⚠️ Stale: my memory does not answer. This is what I saw last, {when}.", when=when)
        case Source.STALE:
            said = t("⚠️ Stale: no shop could be read just now. This is what was last known, {when}.", when=when)
    return said + " " + t("They are being read again right now.") if answer.is_refreshing else said


def _rank(known: Known) -> tuple[int, Decimal, str]:
    offer = known.offer
    if offer is None:
        return 3, Decimal(0), known.vendor
    group = 0 if offer.is_orderable else 1
    return (group if offer.price else 2), offer.price.amount if offer.price else Decimal(0), known.vendor


def _vendor_lines(known: Known) -> str:
    link = words.link(t("Open shop"), known.url)
    trouble = words.failure(known.failure) if known.failure else ""
    if known.offer is None:
        return t("❔ Not known yet: {trouble}", trouble=trouble or t("never read")) + f" · {link}"
    age = words.ago(known.observed_at) if known.observed_at else ""
    line = " · ".join(filter(None, (f"**{_price(known.offer)}**", words.stock(known.offer), age, link)))
    if trouble and age:
        line += "\n⚠️ " + t("{trouble}; this is from {when}.", trouble=trouble[:1].upper() + trouble[1:], when=age)
    if known.held:
        seen = known.held.offer
        what = f"{words.money(seen.price)} · {words.stock(seen)}"
        line += "\n👁️ " + t("Seen, not confirmed yet: {what}", what=what)
    return line


def _price(offer: Offer) -> str:
    which = words.sort(offer.sort) if offer.sort else ""
    return words.money(offer.price) + (f" ({which})" if which else "")
