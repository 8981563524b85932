"""How it stands with everything, as Discord shows it. No I/O."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

import discord

from alerts.domain.standing import Standing
from alerts.domain.text import harmless, units
from alerts.status import Overview, Sight, VendorStatus
from bot.ui import words
from bot.ui.language import n, t
from bot.ui.standing import standing_line, target_name
from bot.ui.watching import tier_word

_GREEN, _AMBER, _RED = 0x2ECC71, 0xE67E22, 0xE74C3C
_MARK = {Sight.BLIND: "🔴", Sight.SHAKY: "🟠", Sight.SLOW: "🐢", Sight.FINE: "🟢", Sight.UNSEEN: "⚪"}
_MOST_UNITS, _FIELD = 3000, 1000


def vendors_embed(vendors: Sequence[VendorStatus]) -> discord.Embed:
    """Each shop in a line, the worst first."""
    worst = vendors[0].sight if vendors else Sight.FINE
    colour = {Sight.BLIND: _RED, Sight.SHAKY: _AMBER, Sight.SLOW: _AMBER}.get(worst, _GREEN)
    lines = [_vendor(each) for each in vendors]
    text = _fit(lines, _MOST_UNITS) or t("No shops are configured yet.")
    return discord.Embed(title=t("How it stands"), colour=colour, description=text)


def status_embed(found: Overview, latency: float, missing: Callable[[Standing], Sequence[str]]) -> discord.Embed:
    """The same with what managers want to know. `missing`: the permissions that a target lacks."""
    embed = vendors_embed(found.vendors)
    embed.add_field(name=t("Messages"), value=_queue(found))
    embed.add_field(name=t("Discord"), value=_milliseconds(latency))
    embed.add_field(name=t("Memory"), value=_milliseconds(found.answered_in.total_seconds()))
    embed.add_field(name=t("Scans"), value=_scans(found), inline=False)
    embed.add_field(name=t("Plan for the next hour"), value=_plan(found), inline=False)
    lines = [f"{target_name(each.target)}: {standing_line(each, missing(each))}" for each in found.standings]
    fine = t("Every place that has alerts here takes messages.")
    return embed.add_field(name=t("Places that take no messages"), value=_fit(lines, _FIELD) or fine, inline=False)


def _vendor(found: VendorStatus) -> str:
    name = f"{_MARK[found.sight]} **{harmless(found.name, 60)}**"
    at, since = found.at and words.ago(found.at), found.since and words.moment(found.since)
    why = words.reason(found.reason) if found.reason else t("it could not be read")
    match found.sight:
        case Sight.UNSEEN:
            return t("{shop}: not looked at yet", shop=name)
        case Sight.FINE:
            return t("{shop}: fine, read {at}", shop=name, at=at)
        case Sight.SLOW:
            return t("{shop}: slow since {since}: {why}", shop=name, since=since, why=why)
        case Sight.SHAKY:
            failed = n("the last look failed", "the last {count} looks failed", found.failed)
            return t("{shop}: {failed}, the first {since}: {why}", shop=name, failed=failed, since=since, why=why)
        case Sight.BLIND:
            failed = n("{count} look failed", "{count} looks failed", found.failed)
            return t("{shop}: blind since {since}: {why} ({failed})", shop=name, since=since, why=why, failed=failed)


def _queue(found: Overview) -> str:
    if not found.backlog.oldest:
        return t("None waits")
    count = n("{count} waits", "{count} wait", found.backlog.count)
    return t("{count}, the oldest since {at}", count=count, at=words.moment(found.backlog.oldest))


def _scans(found: Overview) -> str:
    lines = []
    for tier, each in found.upcoming.items():
        if each.earliest:
            products = n("{count} product", "{count} products", each.products)
            lines.append(t("**{tier}**: {products}, {due} due, next {at}", tier=tier_word(tier), products=products,
                           due=each.due, at=words.ago(each.earliest)))  # fmt: skip
    return "\n".join(lines) or t("Nothing is watched yet. `/setup` starts with it.")


def _plan(found: Overview) -> str:
    """Of all servers' products together; of shops only those that this one may see."""
    if not found.agenda:
        return t("Not made yet.")
    lines = [n("about {count} look", "about {count} looks", round(found.agenda.looks))]
    seen = {each.name for each in found.vendors}
    for name, stretch in found.agenda.stretched():
        if name in seen:
            shop, times = f"**{harmless(name, 60)}**", words.number(Decimal(f"{stretch:.1f}"))
            lines.append(
                t("{shop}: looked at {times} times less often than wanted, to keep its pace", shop=shop, times=times)
                if found.agenda.adapts
                else t("{shop}: wanted {times} times as often as its pace allows; looks come late", shop=shop,
                       times=times)
            )  # fmt: skip
    return _fit(lines, _FIELD)


def _milliseconds(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "—"
    return t("answers in {time}", time=words.span(timedelta(seconds=seconds)) if seconds >= 2 else
             t("{count} ms", count=round(seconds * 1000)))  # fmt: skip


def _fit(lines: Sequence[str], limit: int) -> str:
    kept, room = list[str](), limit - 40
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    return "\n".join([*kept, *([n("… and {count} more", "… and {count} more", left)] if left else [])])
