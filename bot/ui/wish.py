"""An alert of a server in words: what it tells, where, by which rules, and how it stands. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from alerts.domain.quiet import Digest, QuietHours
from alerts.domain.standing import Standing
from alerts.domain.text import cut, harmless, plain
from alerts.domain.trail import Stage
from alerts.domain.wishes import FirstSight, Reference, Subscription, Target, TargetKind
from bot.ui import words
from bot.ui.language import N_, n, t
from bot.ui.permissions import named
from bot.ui.standing import cure, standing_line, target_name, trouble

_BLUE, _GREY, _AMBER = 0x3498DB, 0x95A5A6, 0xE67E22
PER_PAGE = 6
_WEEKDAYS = {
    "mon": N_("mon"), "tue": N_("tue"), "wed": N_("wed"), "thu": N_("thu"), "fri": N_("fri"), "sat": N_("sat"),
    "sun": N_("sun"),
}  # fmt: skip
# What a drop is measured from, unless it is the price before.
_PERCENT = {
    Reference.PREVIOUS: N_("down by {percent} % or more"),
    Reference.LAST_TOLD: N_("down by {percent} % or more from the price last told"),
    Reference.MEDIAN_30D: N_("down by {percent} % or more from the median of 30 days"),
    Reference.LIST_PRICE: N_("down by {percent} % or more from the list price"),
}
_AMOUNT = {
    Reference.PREVIOUS: N_("down by {price} or more"),
    Reference.LAST_TOLD: N_("down by {price} or more from the price last told"),
    Reference.MEDIAN_30D: N_("down by {price} or more from the median of 30 days"),
    Reference.LIST_PRICE: N_("down by {price} or more from the list price"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert with what is known beside it: its product's name, its target's host, standing and last message."""

    wish: Subscription
    name: str
    host: str = ""
    standing: Standing | None = None
    missing: Sequence[str] = ()
    last: Stage | None = None


def place_name(target: Target, host: str) -> str:
    """A link to the place; of an address outside of Discord no more than its host."""
    if target.type is TargetKind.WEBHOOK:
        return t("a webhook ({host})", host=harmless(host, 60)) if host else target_name(target)
    if target.type is TargetKind.APPRISE and host:
        return harmless(host, 60)
    return target_name(target)


def short_name(entry: Entry, place: str) -> str:
    """An alert in a line of a list to choose from; `place` is the channel's name, if it has one."""
    target = entry.wish.target
    kind = {TargetKind.WEBHOOK: t("webhook"), TargetKind.APPRISE: t("service")}.get(target.type, "")
    where = f"#{place}" if place else f"{kind} …{str(target.id)[-4:]}".strip()
    return plain(f"{cut(entry.name, 60)} → {where}", 100)


def rules_text(wish: Subscription) -> str:
    """Every rule that is set, a line each."""
    return "\n".join(f"• {line}" for line in _rules(wish))


def state_line(entry: Entry, now: datetime) -> str:
    """Active, or what keeps it silent; and the target's trouble with its cure."""
    wish, standing = entry.wish, entry.standing
    if standing and not standing.is_fine:
        return standing_line(standing, entry.missing)
    if wish.paused:
        return f"⏸️ {t('Paused: it tells nothing until you resume it.')}"
    if wish.expires_at and wish.expires_at <= now:
        return f"⌛ {t('Expired {when}.', when=words.ago(wish.expires_at))}"
    if entry.missing:
        return f"⚠️ {missing_line(entry.missing)}"
    if wish.snooze_until and wish.snooze_until > now:
        return f"💤 {t('Snoozed until {when}.', when=words.moment(wish.snooze_until))}"
    if wish.quiet and (end := wish.quiet.end_of(now)):
        return f"🌙 {t('Active; in quiet hours until {when}.', when=words.moment(end))}"
    return f"🟢 {t('Active')}"


def missing_line(missing: Sequence[str]) -> str:
    """What to grant."""
    names = ", ".join(f"**{name}**" for name in named(missing))
    return t("I lack {names} there: grant it in the channel's settings, under Permissions.", names=names)


def last_line(last: Stage | None) -> str:
    """What was told last, and when."""
    if last is None:
        return t("Nothing told in the last two weeks")
    what = words.headline(last.kind)
    return t(
        "Last told {when}: {what} at {vendor}", when=words.ago(last.at), what=what, vendor=harmless(last.vendor, 60)
    )


def card_embed(entry: Entry, now: datetime, *, title: str = "") -> discord.Embed:
    """One alert in full."""
    wish = entry.wish
    lines = [heading(entry), state_line(entry, now), rules_text(wish), last_line(entry.last)]
    colour = _GREY if wish.paused else _BLUE
    return discord.Embed(title=title or t("Alert"), description=cut("\n".join(lines), 4000), colour=colour)


def list_embed(entries: Sequence[Entry], now: datetime, *, page: int, of: int, total: int) -> discord.Embed:
    """A page of alerts in brief."""
    embed = discord.Embed(title=t("Alerts here"), colour=_BLUE)
    if not entries:
        embed.description = t("Nothing yet. `/alerts subscribe` starts with a product and a channel.")
        return embed
    blocks = []
    for entry in entries:
        told = f"{words.kinds(entry.wish.kinds[:4])}{'…' if len(entry.wish.kinds) > 4 else ''}"
        lines = [heading(entry), f"{told}{_mention(entry.wish)}", state_line(entry, now), last_line(entry.last)]
        blocks.append(cut("\n".join(lines), 640))
    embed.description = cut("\n\n".join(blocks), 4000)
    count = n("{count} alert", "{count} alerts", total)
    embed.set_footer(text=t("{count} · page {page} of {of}", count=count, page=page + 1, of=of) if of > 1 else count)
    return embed


def heading(entry: Entry) -> str:
    """What it is about, and where it is told."""
    return f"**{harmless(entry.name, 120)}** → {place_name(entry.wish.target, entry.host)}"


def test_lines(results: Sequence[tuple[Entry, Standing | None]]) -> str:
    """What came of a test, target by target."""
    lines = []
    for entry, failed in results:
        place = place_name(entry.wish.target, entry.host)
        if failed is None:
            lines.append(f"✅ {place}: {t('the test arrived. It mentions nobody.')}")
            continue
        again = failed.is_fine and not entry.missing
        remedy = t("Try again in a minute.") if again else cure(failed, entry.missing)
        lines.append(f"❌ {place}: {trouble(failed, entry.missing)}. {remedy}")
    return cut("\n".join(lines), 2000)


def quiet_words(quiet: QuietHours) -> str:
    """ "22:00 to 07:00 (Europe/London)"."""
    return t("{start} to {end} ({zone})", start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}", zone=quiet.timezone)


def digest_words(digest: Digest) -> str:
    """ "daily 18:00 (Europe/London)"."""
    at = f"{digest.at:%H:%M}" if digest.at else ""
    if digest.every == "hourly":
        when = t("hourly")
    elif digest.weekday:
        when = t("weekly {weekday} {time}", weekday=t(_WEEKDAYS[digest.weekday]), time=at)
    else:
        when = t("daily {time}", time=at)
    return f"{when} ({digest.timezone})" if digest.timezone else when


def typed_digest(digest: Digest) -> str:
    """The same as it is typed, in any language."""
    parts = [digest.every, digest.weekday or "", f"{digest.at:%H:%M}" if digest.at else ""]
    return " ".join(part for part in parts if part)


def spelled(wish: Subscription, names: set[str]) -> str:
    """Rules as they are written down, for the audit."""
    found = wish.model_dump(mode="json", include=names, exclude_none=True)
    off = sorted(names - found.keys())
    return ", ".join([*(f"{name}: {value}" for name, value in found.items()), *(f"{name}: off" for name in off)])


def _rules(wish: Subscription) -> Iterator[str]:
    yield t("Tells of: {kinds}", kinds=words.kinds(wish.kinds))
    yield t("Mentions {role}", role=_role(wish)) if wish.mention_role else t("Mentions nobody")
    prices = list(_prices(wish))
    if prices:
        yield t("Only if the price is {rules}", rules=t(", and ").join(prices))
    yield from _goods(wish)
    if wish.cooldown:
        yield t("The same news of a product at most every {span}", span=words.span(wish.cooldown))
    if wish.daily_cap:
        yield n("At most {count} message a day", "At most {count} messages a day", wish.daily_cap)
    if wish.quiet:
        yield t("Quiet hours: {hours}; what is still true is told afterwards", hours=quiet_words(wish.quiet))
    if wish.digest:
        yield t("Gathered into one message: {digest}", digest=digest_words(wish.digest))
    if wish.expires_at:
        yield t("Ends {when}", when=words.moment(wish.expires_at))
    if wish.first_sight is FirstSight.TELL_NOW:
        yield t("What is so already is told once, at the start")
    else:
        yield t("What is so already is the baseline and not told")


def _prices(wish: Subscription) -> Iterator[str]:
    if wish.below:
        yield t("below {price}", price=words.money(wish.below))
    if wish.above:
        yield t("above {price}", price=words.money(wish.above))
    if wish.drop_percent is not None:
        yield t(_PERCENT[wish.reference], percent=words.number(wish.drop_percent))
    if wish.drop_amount is not None:
        yield t(_AMOUNT[wish.reference], price=words.money(wish.drop_amount))
    if wish.new_low:
        yield (t("a new low ever") if wish.new_low == "ever" else t("a new low in {days} days", days=wish.new_low))


def _goods(wish: Subscription) -> Iterator[str]:
    for wanted, unwanted in (
        (wish.vendors, wish.not_vendors),
        (wish.regions, wish.not_regions),
        (wish.sellers, wish.not_sellers),
        (wish.conditions, wish.not_conditions),
    ):
        if wanted:
            yield t("Only: {names}", names=harmless(", ".join(wanted), 200))
        if unwanted:
            yield t("Not: {names}", names=harmless(", ".join(unwanted), 200))
    if wish.online_only:
        yield t("Only what can be ordered")


def _role(wish: Subscription) -> str:
    return "@everyone" if wish.mention_role == wish.guild else f"<@&{wish.mention_role}>"


def _mention(wish: Subscription) -> str:
    return f" · {t('mentions {role}', role=_role(wish))}" if wish.mention_role else ""
