"""Watches as Discord shows them: a page before it is kept, the list, and what an import would do. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import discord

from alerts.additions import Preview
from alerts.domain.model import Tier
from alerts.domain.quota import Quota, Use
from alerts.domain.text import cut, harmless, plain, units
from alerts.watches import Watched
from alerts.watchlists.imports import Imported
from alerts.watchlists.plan import Conflict, Plan, Wish
from bot.ui import words
from bot.ui.language import n, t, told

_GREEN, _AMBER, _BLUE = 0x2ECC71, 0xE67E22, 0x3498DB
_ON_A_PAGE = 15
_MOST_ADDS, _MOST_OTHERS = 20, 10
_LONGEST = 3900


def tier_word(tier: Tier) -> str:
    """How often, in a word."""
    said = {Tier.HOT: t("hot"), Tier.WARM: t("warm"), Tier.COLD: t("cold"), Tier.FROZEN: t("frozen")}
    return said[tier]


def preview_embed(preview: Preview) -> discord.Embed:
    """What a page says, before it is kept."""
    product, offer = preview.product, preview.offer
    embed = discord.Embed(title=harmless(product.name, 250), colour=_BLUE if offer else _AMBER)
    if preview.failure:
        why = words.failure(preview.failure)
        embed.description = t("⚠️ I could not read it just now: {why}. It can be kept all the same.", why=why)
    if offer:
        embed.add_field(name=t("Price"), value=words.money(offer.price))
        embed.add_field(name=t("Stock"), value=words.stock(offer))
    for listing in product.listings[:5]:
        embed.add_field(name=harmless(listing.vendor, 100), value=words.link(t("Open shop"), listing.url), inline=False)
    return embed.set_footer(text=t("Is this what you mean? The buttons work for 15 minutes."))


def pages_of(watched: Sequence[Watched]) -> int:
    """How many pages a list has; one when it is empty."""
    return max(1, -(-len(watched) // _ON_A_PAGE))


def list_embed(watched: Sequence[Watched], use: Use, quota: Quota, page: int) -> discord.Embed:
    """One page of what is watched, and what of the quota is used."""
    start = page * _ON_A_PAGE
    lines = [_watch_line(each) for each in watched[start : start + _ON_A_PAGE]]
    text = "\n".join(lines) or t("Nothing yet. `/watch add` starts with a product or a shop's address.")
    embed = discord.Embed(title=t("Watched here"), description=cut(text, _LONGEST), colour=_BLUE)
    parts = [t("{used} of {most} watched", used=use.watches, most=quota.watches)] if quota.watches else []
    if use.urls and quota.urls:
        parts.append(t("{used} of {most} by address", used=use.urls, most=quota.urls))
    if pages_of(watched) > 1:
        parts.append(t("Page {page} of {pages}", page=page + 1, pages=pages_of(watched)))
    return embed.set_footer(text=" · ".join(parts)) if parts else embed


def _watch_line(each: Watched) -> str:
    watch, product = each
    if product is None:
        return t("• `{sku}` · no longer offered by the operator", sku=watch.sku)
    shops = n("{count} shop", "{count} shops", len(product.listings))
    one = harmless(product.listings[0].vendor, 60) if len(product.listings) == 1 else shops
    pause = " · " + t("⏸️ paused") if watch.paused else ""
    return f"• **{harmless(product.name, 100)}** · {tier_word(watch.tier_of(product))} · {one}{pause}"


def dry_run_embed(plan: Plan) -> discord.Embed:
    """What an import would do, the first of each sort by name; the file beside it has all of them."""
    embed = discord.Embed(title=t("Nothing is changed yet"), colour=_AMBER if plan.faults else _BLUE)
    if not plan.has_work:
        embed.title = t("Nothing to import")
    counts = [
        n("{count} new", "{count} new", len(plan.adds)),
        n("{count} unchanged", "{count} unchanged", len(plan.unchanged)),
    ]
    if plan.merged:
        counts.append(n("{count} row merged into another", "{count} rows merged into others", plan.merged))
    if plan.conflicts:
        counts.append(n("{count} that differs", "{count} that differ", len(plan.conflicts)))
    if plan.faults:
        counts.append(n("{count} row that cannot be taken", "{count} rows that cannot be taken", len(_rows(plan))))
    embed.description = " · ".join(counts)
    _field(embed, t("New"), [harmless(wish.label, 80) for wish in plan.adds], _MOST_ADDS)
    _field(embed, t("Differs"), [_difference(each) for each in plan.conflicts], _MOST_OTHERS)
    _field(embed, t("Cannot be taken"), [harmless(told(str(fault)), 200) for fault in plan.faults], _MOST_OTHERS)
    if plan.has_work:
        embed.set_footer(text=t("New pages are read one after another. The buttons work for 15 minutes."))
    return embed


def plan_text(plan: Plan) -> str:
    """All of it in plain text, for a file: every row with what becomes of it."""
    sorts: tuple[tuple[str, Iterable[str]], ...] = (
        (t("Cannot be taken"), (plain(told(str(fault)), 400) for fault in plan.faults)),
        (t("Differs"), (_plain_difference(each) for each in plan.conflicts)),
        (t("New"), (_plain_wish(wish) for wish in plan.adds)),
        (t("Unchanged"), (_plain_wish(wish) for wish in plan.unchanged)),
    )
    return "\n".join(line for title, rows in sorts for line in _paragraph(title, list(rows)))


def imported_text(done: Imported) -> str:
    """What an import did."""
    said = [n("Added {count} product.", "Added {count} products.", done.added)]
    if done.changed:
        said.append(n("Changed {count}.", "Changed {count}.", done.changed))
    kept = len(done.plan.conflicts) - done.changed
    if kept > 0:
        said.append(n("{count} stays as it was here.", "{count} stay as they were here.", kept))
    if done.plan.unchanged:
        said.append(n("{count} was so already.", "{count} were so already.", len(done.plan.unchanged)))
    text = " ".join(said)
    for fault in done.plan.faults[:_MOST_OTHERS]:
        text += f"\n⚠️ {harmless(told(str(fault)), 150)}"
    return cut(text, 1900)


def _rows(plan: Plan) -> set[str]:
    return {fault.where for fault in plan.faults}


def _field(embed: discord.Embed, name: str, lines: Sequence[str], most: int) -> None:
    """As many lines as there is room for, and how many more there are."""
    if not lines:
        return
    shown: list[str] = []
    for line in lines[:most]:
        if sum(units(each) + 3 for each in shown) + units(line) > 900:
            break
        shown.append(f"• {line}")
    left = len(lines) - len(shown)
    more = [t("… and {count} more, in the file", count=left)] if left else []
    embed.add_field(name=f"{name} ({len(lines)})", value="\n".join([*shown, *more]), inline=False)


def _difference(conflict: Conflict) -> str:
    changes = ", ".join(_changes(conflict))
    return f"{harmless(conflict.wish.label, 60)}: {harmless(changes, 200)}"


def _plain_difference(conflict: Conflict) -> str:
    changes = plain(", ".join(_changes(conflict)), 300)
    return f"{told(conflict.wish.row.where)}: {plain(conflict.wish.label, 100)}: {changes}"


def _changes(conflict: Conflict) -> Iterator[str]:
    for field, (mine, theirs) in conflict.differences.items():
        yield t("{field} {mine} here, {theirs} in the file", field=field, mine=_said(mine), theirs=_said(theirs))


def _said(value: object) -> str:
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    return tier_word(value) if isinstance(value, Tier) else f"“{value}”"


def _plain_wish(wish: Wish) -> str:
    return f"{told(wish.row.where)}: {plain(wish.label, 100)} {wish.row.url or ''}".rstrip()


def _paragraph(title: str, rows: Sequence[str]) -> list[str]:
    return [f"{title} ({len(rows)})", *(f"  {row}" for row in rows), ""] if rows else []
