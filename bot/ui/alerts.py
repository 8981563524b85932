"""An alert as Discord shows it: one change, or the living alert of a restock or of a threshold. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import discord

from alerts.domain.confirm import two_signals
from alerts.domain.deliveries import Delivery
from alerts.domain.episodes import Episode, Stand, opened
from alerts.domain.model import Availability, Change, ChangeKind, Known, Snapshot
from alerts.domain.still import is_first_sight
from alerts.domain.text import cut, harmless, units
from bot.ui import words
from bot.ui.language import N_, n, t, told

_GREEN, _AMBER, _RED, _BLUE, GREY = 0x2ECC71, 0xE67E22, 0xE74C3C, 0x3498DB, 0x95A5A6
COLOUR = {
    ChangeKind.RESTOCKED: _GREEN,
    ChangeKind.PRICE_DROP: _GREEN,
    ChangeKind.PREORDER_OPEN: _BLUE,
    ChangeKind.BACK_ORDER: _AMBER,
    ChangeKind.PRICE_RISE: _AMBER,
    ChangeKind.SOLD_OUT: _RED,
    ChangeKind.DISCONTINUED: GREY,
    ChangeKind.NEW_LOW: _GREEN,
    ChangeKind.LOW_STOCK: _AMBER,
    ChangeKind.FLAPPING: GREY,
    ChangeKind.STABLE: _BLUE,
    ChangeKind.VENDOR_BLIND: _AMBER,
    ChangeKind.VENDOR_BACK: _GREEN,
}
_NOTES = {
    ChangeKind.FLAPPING: N_("Its stock turns again and again; I keep quiet until it has kept still."),
    ChangeKind.STABLE: N_("It has kept still for a while."),
}
_PRICE = frozenset({ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE, ChangeKind.NEW_LOW})
_ORDERED = frozenset({ChangeKind.PREORDER_OPEN, ChangeKind.BACK_ORDER})
_MOST_SHOPS = 5
_ROOM = 3500  # beside the first embed, below 6,000 in all
_LONGEST_TITLE, _LONGEST_FIELD = 256, 1024  # Discord's limits


def alert_text(delivery: Delivery) -> str:
    """What a phone shows: the mention if one was asked for, and the news in a line."""
    return _mention(delivery) + alert_line(delivery)


def alert_line(delivery: Delivery) -> str:
    """The news in a line, without a mention."""
    if delivery.over:
        return episode_line(opened(delivery))
    if delivery.also:
        is_new = all(is_first_sight(change) for change in (delivery.change, *(each.change for each in delivery.also)))
        count = len(delivery.also) + 1
        if is_new:
            return n("{count} offer that is there already:", "{count} offers that are there already:", count)
        return n("{count} alert that has waited and is still true:",
                 "{count} alerts that have waited and are still true:", count)  # fmt: skip
    return news_line(delivery, headline(delivery.change))


def alert_embed(delivery: Delivery, snapshot: Snapshot) -> discord.Embed:
    """One change, what it was before, who else has it, and why we say so. The footer carries the delivery's id."""
    change = delivery.change
    if delivery.over:
        return episode_embed(opened(delivery), snapshot)
    if change.kind.is_of_vendor:
        return _vendor_embed(delivery)
    embed = _frame(delivery, headline(change), COLOUR[change.kind], change.at)
    embed.add_field(name=t("Now"), value=f"**{words.money(change.new.price)}**\n{words.stock(change.new)}")
    if not is_first_sight(change):
        embed.add_field(name=t("Before"), value=f"{words.money(change.old.price)}\n{words.stock(change.old)}")
    others = [k for k in snapshot.listings if k.listing != change.listing and k.offer]
    _add_others(embed, others)
    _add_lately(embed, delivery)
    _add_why(embed, delivery)
    return embed


def _add_lately(embed: discord.Embed, delivery: Delivery) -> None:
    """What it cost lately, so that a price can be judged."""
    market, price = delivery.market, delivery.change.new.price
    if market is None or price is None or not delivery.change.new.availability.is_in_stock:
        return
    parts = []
    if (median := market.median_30d) and median.currency == price.currency:
        parts.append(t("Median of 30 days {price}", price=words.money(median)))
    if (low := market.low_90d) and low.currency == price.currency:
        parts.append(t("lowest of 90 days {price}", price=words.money(low)))
    if parts:
        embed.add_field(name=t("Lately"), value=" · ".join(parts), inline=False)


def _vendor_embed(delivery: Delivery) -> discord.Embed:
    change = delivery.change
    text = t("{what}, the first {when}.", what=harmless(told(change.detail), 300), when=words.ago(change.since))
    if change.kind is ChangeKind.VENDOR_BLIND:
        text += " " + t("What is known of its offers stays as it was, and no alert is made of what cannot be seen.")
    title = f"{words.headline(change.kind)}: {harmless(change.vendor, 100)}"
    embed = discord.Embed(title=title, description=text, colour=COLOUR[change.kind], timestamp=change.at)
    return embed.set_footer(text=alert_mark(delivery))


def alert_embeds(delivery: Delivery, snapshot: Snapshot) -> list[discord.Embed]:
    """All the news of a message: the first in full, what has waited with it each in a line of its own."""
    first = alert_embed(delivery, snapshot)
    if not delivery.also:
        return [first]
    lines = []
    for each in delivery.also:
        line = news_line(delivery.model_copy(update={"product_name": each.product_name, "change": each.change}),
                         headline(each.change))  # fmt: skip
        lines.append(f"• {line} · {words.link(t('open'), each.change.url)}")
    kept = [line for at, line in enumerate(lines) if sum(units(each) + 1 for each in lines[: at + 1]) <= _ROOM]
    left = len(lines) - len(kept)
    more = n("… and {count} more: `/scan` shows it.", "… and {count} more: `/scan` shows them.", left)
    text = "\n".join([*kept, *([more] if left else [])])
    return [first, discord.Embed(title=t("And also"), description=text, colour=_BLUE)]


def episode_text(episode: Episode) -> str:
    """The same line as it was posted, with what has become of it. An edit never pings anybody again."""
    return _mention(episode.opening) + episode_line(episode)


def episode_line(episode: Episode) -> str:
    """The line without its mention."""
    return news_line(episode.opening, episode_headline(episode))


def episode_embed(episode: Episode, snapshot: Snapshot) -> discord.Embed:
    """Every shop of the episode as it stands, those that it is over for with how long they lasted."""
    colour = COLOUR[episode.opening.change.kind] if episode.is_open else GREY
    embed = _frame(episode.opening, episode_headline(episode), colour, episode.opened_at)
    for stand in episode.stands[:_MOST_SHOPS]:
        embed.add_field(name=harmless(stand.vendor, 100) or "?", value=_stand_line(stand, episode))
    _add_others(embed, episode.others(snapshot))
    _add_why(embed, episode.opening, is_over=not episode.is_open)
    return embed


def _mention(delivery: Delivery) -> str:
    """The role that was asked for; that of everybody has the guild's own id and another spelling."""
    if delivery.mention_role == delivery.guild:
        return "@everyone "
    return f"<@&{delivery.mention_role}> " if delivery.mention_role else ""


def episode_headline(episode: Episode) -> str:
    """How it stands; both facts of one that was over before anybody could be told."""
    if episode.closed_at is None:
        kind = episode.opening.change.kind
        has_come = kind in _ORDERED and any(stand.offer.availability.is_in_stock for stand in episode.stands)
        return words.headline(ChangeKind.RESTOCKED) if has_come else headline(episode.opening.change)
    if episode.message_id is None and episode.has_sold_out:
        return t("Was in stock for {span}, sold out", span=words.span(episode.closed_at - episode.opened_at))
    return _ended(episode, episode.closed_at, is_past=not episode.has_sold_out)


def _ended(episode: Episode, at: datetime, *, is_past: bool) -> str:
    """How it came to an end: "Sold out after 14 min", "Was below £500.00 for 3 h"."""
    lasted, limit = words.span(max(at - episode.opened_at, timedelta(0))), episode.opening.threshold
    if is_past and limit:
        return t("Was {limit} for {span}", limit=words.within(limit), span=lasted)
    return t("Sold out after {span}", span=lasted)


def headline(change: Change) -> str:
    """What happened or, on the day of the wish, what is so already."""
    if is_first_sight(change) and change.new.availability is not Availability.PREORDER:
        return t("In stock already")
    return words.headline(change.kind)


def _frame(delivery: Delivery, headline: str, colour: int, at: datetime) -> discord.Embed:
    change = delivery.change
    embed = discord.Embed(
        title=cut(f"{headline}: {harmless(delivery.product_name, 200)}", _LONGEST_TITLE),
        url=address if len(address := words.address(change.url)) <= words.LONGEST_LINK else None,
        colour=colour,
        timestamp=at,
        description=words.link(t("Open {vendor}", vendor=harmless(change.vendor, 60)), change.url),
    )
    return embed.set_footer(text=alert_mark(delivery))


def alert_mark(delivery: Delivery) -> str:
    """The last line of a message. By its id, which comes last in every language, the message is known again."""
    return t("Alert {id}", id=delivery.id)


def news_line(delivery: Delivery, headline: str) -> str:
    """What a phone shows of one piece of news."""
    change = delivery.change
    name, vendor = harmless(delivery.product_name, 100), harmless(change.vendor, 60)
    if change.kind.is_of_vendor:
        return f"{headline}: **{vendor}**"
    old, new = change.old.price, change.new.price
    facts = {"headline": headline, "name": name, "vendor": vendor, "price": words.money(new)}
    # What it cost before, where that is the news.
    if change.kind in _PRICE and old and new and old.currency == new.currency:
        line = t("{headline}: **{name}** at {vendor}, {price} (was {before}, {move})", **facts,
                 before=words.money(old), move=words.move(old.change_to(new)))  # fmt: skip
    else:
        line = t("{headline}: **{name}** at {vendor}, {price}", **facts)
    # Whoever wants to order must not be sent to a page that sends nothing.
    return f"{line} · {t('in shops only')}" if change.new.is_in_shops_only else line


def _stand_line(stand: Stand, episode: Episode) -> str:
    price = words.money(stand.offer.price)
    if stand.gone_at:
        ended = _ended(episode, stand.gone_at, is_past=stand.is_past)
        # A price that has left the threshold can still be paid; that of what has sold out cannot.
        return f"{price}\n⚪ {ended}" if stand.is_past else f"~~{price}~~\n🔴 {ended}"
    return f"**{price}**\n{words.stock(stand.offer)}"


def _add_others(embed: discord.Embed, others: Sequence[Known]) -> None:
    """Who else has it, so that the alert is about the product and not about one shop."""
    orderable = [k for k in others if k.offer and k.offer.is_orderable]
    cheapest_first = sorted(
        orderable, key=lambda k: (k.offer.price.amount if k.offer and k.offer.price else 0, k.vendor)
    )
    lines = [
        f"{words.money(k.offer.price)} · {words.link(harmless(k.vendor, 60), k.url)}" for k in cheapest_first if k.offer
    ]
    if lines:
        more = len(lines) - _MOST_SHOPS
        rest = [n("and {count} more", "and {count} more", more)] if more > 0 else []
        text = "\n".join([*lines[:_MOST_SHOPS], *rest])
        shown = text if len(text) <= 1000 else n("{count} shop", "{count} shops", len(lines))
        embed.add_field(name=t("Also in stock"), value=shown, inline=False)


def _add_why(embed: discord.Embed, delivery: Delivery, *, is_over: bool = False) -> None:
    said = list(_why(delivery.change, is_over=is_over))
    if delivery.threshold:
        said.append(t("The alert is for prices {limit}.", limit=words.within(delivery.threshold)))
    embed.add_field(name=t("Why"), value=cut(" ".join(said), _LONGEST_FIELD), inline=False)


def _why(change: Change, *, is_over: bool) -> Iterator[str]:
    """Sentence by sentence: what it was, what the page says or said then, what makes us sure."""
    if change.kind in _NOTES:
        yield t(_NOTES[change.kind])
    yield _before(change)
    # What a person can see on the page proves more to them than its hidden data.
    proofs = sorted(change.new.evidence, key=lambda e: e.source != "buybox")
    said = next((e for e in proofs if e.raw and (e.source == "buybox" or e.path.endswith("availability"))), None)
    if said:
        text, source = harmless(said.raw, 80), said.source
        if is_over:
            yield t("Then the page said “{text}” ({source}).", text=text, source=source)
        else:
            yield t("Now the page says “{text}” ({source}).", text=text, source=source)
    if sure := confirmed(change):
        yield sure


def _before(change: Change) -> str:
    since = words.moment(change.since)
    if is_first_sight(change):
        return t("It was so already; this alert was made {moment}.", moment=since)
    seen = words.ago(change.last_seen) if change.was_unwatched and change.last_seen else ""
    if change.kind in _PRICE:
        price = words.money(change.old.price)
        if seen:
            return t("It was {price} since {moment}; changed while offline, last seen {seen}.", price=price,
                     moment=since, seen=seen)  # fmt: skip
        return t("It was {price} since {moment}.", price=price, moment=since)
    stock = words.plain_stock(change.old)
    if seen:
        return t("It was {stock} since {moment}; changed while offline, last seen {seen}.", stock=stock, moment=since,
                 seen=seen)  # fmt: skip
    return t("It was {stock} since {moment}.", stock=stock, moment=since)


def confirmed(change: Change) -> str:
    """What makes us sure."""
    if change.kind.is_note:
        return ""
    if change.reads > 1:
        return n("Confirmed by {count} look in {span}.", "Confirmed by {count} looks in {span}.", change.reads,
                 span=words.span(change.took))  # fmt: skip
    return t("Two parts of the page agree.") if two_signals(change.new) else ""
