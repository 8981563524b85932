"""A message as Discord shows it: one alert in full, or several, each small enough that all fit into one. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from alerts.domain.episodes import Episode, Stand
from alerts.domain.letters import Letter, Part
from alerts.domain.model import Change, ChangeKind
from alerts.domain.text import cut, harmless, plain, units
from bot.ui import words
from bot.ui.alerts import (
    COLOUR,
    GREY,
    alert_embeds,
    alert_line,
    alert_mark,
    confirmed,
    episode_embed,
    episode_headline,
    episode_line,
)
from bot.ui.language import n, t, told

_LONGEST_TITLE = 100  # of a forum's post
_LONGEST_URL = 2048
_BRIEF = 600  # ten of them fill a message
# What people would look at first, of several.
_WEIGHT = {
    kind: weight
    for weight, kind in enumerate(
        (ChangeKind.RESTOCKED, ChangeKind.LOW_STOCK, ChangeKind.PREORDER_OPEN, ChangeKind.NEW_LOW,
         ChangeKind.PRICE_DROP, ChangeKind.BACK_ORDER, ChangeKind.PRICE_RISE, ChangeKind.SOLD_OUT,
         ChangeKind.DISCONTINUED, ChangeKind.STABLE, ChangeKind.FLAPPING, ChangeKind.VENDOR_BACK,
         ChangeKind.VENDOR_BLIND)
    )
}  # fmt: skip
_MOST_STANDS = 2


def letter_text(letter: Letter, *, mentions: bool = True) -> str:
    """The roles, each once, and the news in a line; of several how many they are, and the one that matters most."""
    who = "".join(_role(role, letter.guild) for role in letter.roles) if mentions else ""
    return who + letter_line(letter)


def letter_line(letter: Letter) -> str:
    """The same without its mentions."""
    if letter.is_test:
        return f"{t('🧪 Test, nothing has happened.')} {_line(letter.parts[0])}"
    if len(letter.parts) == 1:
        return _line(letter.parts[0])
    count = sum(1 + len(part.delivery.also) for part in letter.parts)
    return n("{count} alert. {first}", "{count} alerts. {first}", count, first=_line(foremost(letter)))


def letter_embeds(letter: Letter) -> list[discord.Embed]:
    """One alert in full, or each of several in brief; the footer of each carries its delivery's id."""
    if len(letter.parts) > 1:
        return _briefs(letter.parts)
    (part,) = letter.parts
    if (episode := living(part)) is not None:
        return [episode_embed(episode, part.snapshot)]
    embeds = alert_embeds(part.delivery, part.snapshot)
    if letter.is_test:
        _mark_as_test(embeds[0])
    return embeds


def _mark_as_test(embed: discord.Embed) -> None:
    """Instead of its reasons, which come last and would be made up here."""
    embed.remove_field(len(embed.fields) - 1)
    embed.add_field(name=t("Test"), value=t("This is how an alert looks here. Nothing has changed in any shop."))
    embed.set_footer(text=t("Test alert"))


def letter_title(letter: Letter) -> str:
    """What a forum's post is called; nothing in a title can mention or link."""
    part = foremost(letter)
    subject = part.delivery.change.vendor if part.delivery.change.kind.is_of_vendor else part.delivery.product_name
    name = plain(subject, _LONGEST_TITLE) or "?"
    head = f"{t('🧪 Test')}: {headline(part)}" if letter.is_test else headline(part)
    return with_more(f"{head}: {name}", len(letter.parts) - 1, _LONGEST_TITLE)


def with_more(title: str, more: int, limit: int) -> str:
    """A title, cut so that how many there are beside it still fits."""
    if not more:
        return cut(title, limit)
    around = units(n("{first} and {count} more", "{first} and {count} more", more, first=""))
    first = cut(title, limit - around)
    return cut(n("{first} and {count} more", "{first} and {count} more", more, first=first), limit)


def letter_mark(letter: Letter) -> str:
    """The footer by which a message is known again; it stays through all edits."""
    return alert_mark(letter.parts[0].delivery)


def bears_mark(footer: str, letter: Letter) -> bool:
    """Whether a message with this footer is the letter, in whichever language it was written."""
    return footer.split()[-1:] == letter_mark(letter).split()[-1:]


def allowed_mentions(letter: Letter) -> discord.AllowedMentions:
    """Leave to ping the roles that were asked for, and nobody else. That of everybody has the guild's own id."""
    roles = [discord.Object(role) for role in letter.roles if role != letter.guild]
    return discord.AllowedMentions(
        everyone=letter.guild in letter.roles, users=False, roles=roles or False, replied_user=False
    )


def foremost(letter: Letter) -> Part:
    """The part that people would look at first."""
    return min(letter.parts, key=lambda part: _WEIGHT[_kind(part)])


def headline(part: Part) -> str:
    """What happened, in a few words."""
    episode = living(part)
    return episode_headline(episode) if episode else words.headline(part.delivery.change.kind)


def living(part: Part) -> Episode | None:
    """The part's episode, once there is more to it than its opening."""
    return part.episode if part.episode and (part.episode.revision or not part.episode.is_open) else None


def _kind(part: Part) -> ChangeKind:
    """What it comes to now: a restock that is over is a sell-out."""
    episode = living(part)
    if episode is None:
        return part.delivery.change.kind
    return ChangeKind.RESTOCKED if episode.is_open else ChangeKind.SOLD_OUT


def _line(part: Part) -> str:
    episode = living(part)
    return episode_line(episode) if episode else alert_line(part.delivery)


def _role(role: int, guild: int) -> str:
    return "@everyone " if role == guild else f"<@&{role}> "


def _briefs(parts: Sequence[Part]) -> list[discord.Embed]:
    shown: set[str] = set()
    embeds = []
    for part in parts:
        embed = _brief(part)
        url = words.address(part.delivery.change.url)
        # Discord shows embeds of one address as one.
        if len(url) <= _LONGEST_URL and url not in shown:
            shown.add(url)
            embed.url = url
        embeds.append(embed)
    return embeds


def _brief(part: Part) -> discord.Embed:
    """A part in at most 600 units."""
    delivery, change, episode = part.delivery, part.delivery.change, living(part)
    name = harmless(change.vendor if change.kind.is_of_vendor else delivery.product_name, 100)
    colour = GREY if episode and not episode.is_open else COLOUR[change.kind]
    text = _stands(episode) if episode else _now(change)
    lines, also, mark = [text, _brief_why(change)], len(delivery.also), alert_mark(delivery)
    if also:
        lines.append(n("and {count} more that has waited", "and {count} more that have waited", also))
    title = cut(f"{headline(part)}: {name}", 150)
    embed = discord.Embed(
        title=title, description=cut("\n".join(lines), _BRIEF - units(title) - units(mark)),
        colour=colour, timestamp=episode.opened_at if episode else change.at,
    )  # fmt: skip
    return embed.set_footer(text=mark)


def _now(change: Change) -> str:
    if change.kind.is_of_vendor:
        return harmless(told(change.detail), 150) or "?"
    return f"{harmless(change.vendor, 60)}: **{words.money(change.new.price)}** · {words.stock(change.new)}"


def _stands(episode: Episode) -> str:
    """The shops that still have it first."""
    stands = sorted(episode.stands, key=lambda stand: stand.gone_at is not None)
    lines = [_stand(stand, episode) for stand in stands[:_MOST_STANDS]]
    more = len(stands) - _MOST_STANDS
    return "\n".join([*lines, *([n("and {count} more shop", "and {count} more shops", more)] if more > 0 else [])])


def _stand(stand: Stand, episode: Episode) -> str:
    vendor, price = harmless(stand.vendor, 50), words.money(stand.offer.price)
    if stand.gone_at:
        ended = t("Sold out after {span}", span=words.span(stand.gone_at - episode.opened_at))
        return f"{vendor}: ~~{price}~~ · 🔴 {ended}"
    return f"{vendor}: **{price}** · {words.stock(stand.offer)}"


def _brief_why(change: Change) -> str:
    """What it was before and what makes us sure, in a line."""
    stock, since = words.plain_stock(change.old), words.moment(change.since)
    if change.old.price is not None and change.old.price != change.new.price:
        price = words.money(change.old.price)
        was = t("Was {stock} at {price} since {moment}.", stock=stock, price=price, moment=since)
    else:
        was = t("Was {stock} since {moment}.", stock=stock, moment=since)
    return f"{was} {confirmed(change)}".strip()
