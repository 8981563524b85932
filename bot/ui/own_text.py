"""What is said of a member's own alerts. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import discord

from alerts.domain.model import Product
from alerts.domain.standing import Standing
from alerts.domain.text import harmless, units
from alerts.domain.wishes import Subscription
from bot.ui import words
from bot.ui.language import n, t

Names = Callable[[Subscription], str]
_BLUE = 0x3498DB
_MOST_UNITS = 4000  # of an embed's description: 4096


def made_text(made: Subscription, product: Product, *, is_new: bool) -> str:
    """What will come, and how to stop it."""
    name = harmless(product.name)
    head = t("🔔 I write to you when **{product}** changes:", product=name) if is_new else t(
        "🔔 Changed. I write to you when **{product}** changes:", product=name
    )  # fmt: skip
    lines = [head, harmless(terms(made), 400)]
    if made.paused:
        lines.append(t("It is paused."))
    lines.append(t("What is so already is not told. `/me alerts` changes, pauses and ends your alerts."))
    return "\n".join(lines)


def closed_text(standing: Standing) -> str:
    """That nothing reaches them, and what they can do about it."""
    cures = {
        50007: t(
            "Allow direct messages: in the server's menu under **Privacy Settings**, or in your settings under "
            "**Content & Social**. If you blocked me, unblock me."
        ),
        50278: t("We share no server: join one that I am in, or invite me to one of yours."),
    }
    cure = cures.get(standing.code) or cures[50007]
    return t("⛔ Your own alerts cannot reach you: Discord does not let me write to you.") + f" {cure}"


def list_embed(mine: Sequence[Subscription], name: Names, closed: Standing | None, now: datetime) -> discord.Embed:
    """Their alerts, each in a line."""
    lines = [closed_text(closed), ""] if closed else []
    room = (_MOST_UNITS - sum(units(line) + 1 for line in lines)) // max(len(mine), 1)
    lines += [_line(each, harmless(name(each), 50), _state(each, now), room) for each in mine]
    if not mine:
        lines.append(_none())
    return discord.Embed(title=t("My alerts"), description="\n".join(lines), colour=_BLUE)


def _line(each: Subscription, name: str, state: str, room: int) -> str:
    """A line of the list in its share of the room; the terms are what can be read elsewhere."""
    left = max(room - units(name) - units(state) - 10, 10)
    return f"• **{name or '?'}** · {harmless(terms(each), left)}{state}"


def one_embed(one: Subscription, name: Names, now: datetime) -> discord.Embed:
    """One alert in full."""
    embed = discord.Embed(title=harmless(name(one), 250) or "?", description=harmless(terms(one), 400), colour=_BLUE)
    since = t("Since {moment}", moment=words.moment(one.added_at))
    return embed.add_field(name=t("State"), value=(_state(one, now).removeprefix(" · ") or t("active")) + f"\n{since}")


def terms(each: Subscription) -> str:
    """What it asks for: "back in stock, price drop; below £500.00"."""
    limit = t("below {price}", price=words.money(each.below)) if each.below else t("at any price")
    return f"{words.kinds(each.kinds)}; {limit}"


def _state(each: Subscription, now: datetime) -> str:
    if each.paused:
        return " · ⏸️ " + t("paused")
    if each.snooze_until and each.snooze_until > now:
        return " · 💤 " + t("until {moment}", moment=words.moment(each.snooze_until))
    return ""


def hello_text() -> str:
    """The first message to a person, by their own wish."""
    return t("Hello! Your own alerts arrive here from now on. `/me alerts` changes, pauses and ends them.")


def snoozed_text(count: int, until: datetime | None) -> str:
    """How many wait now, or no longer."""
    if not count:
        return _none()
    if until is None:
        return n("{count} alert is awake again.", "{count} alerts are awake again.", count)
    moment = words.moment(until)
    return n("{count} alert waits until {moment}.", "{count} alerts wait until {moment}.", count, moment=moment)


def delete_text() -> str:
    """What is about to be deleted, to be confirmed."""
    return t(
        "Delete everything that I keep about you, everywhere: your own alerts, what waits for you and the messages "
        "that I remember? What you set up for servers stays with them, without your name. This cannot be undone."
    )


def deleted_text() -> str:
    """That it is done."""
    return t("Deleted: I keep nothing about you. What was on its way to you just now goes within two minutes.")


def _none() -> str:
    return t("You have no alerts of your own yet: press **Alert me** under any answer of `/scan`.")
