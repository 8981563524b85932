"""The panel's forms: prices, times, limits, and the address of a webhook or service. Each hands back other rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import discord

from alerts.domain.typed import typed_until
from alerts.domain.wishes import Subscription
from bot.cogs.alerts_desk import Desk
from bot.ui.controls import Form
from bot.ui.language import t
from bot.ui.wish import typed_digest

Rules: TypeAlias = Mapping[str, object]
# What the form comes to is given to whoever opened it.
Done: TypeAlias = Callable[[discord.Interaction[Any], Rules], Awaitable[None]]


class _RulesForm(Form):
    """Fields of text, preset with what holds now; an empty one asks nothing."""

    def __init__(self, *, title: str, done: Done) -> None:
        super().__init__(title=title, timeout=15 * 60)
        self._done = done
        self._fields: dict[str, discord.ui.TextInput[Any]] = {}

    def ask(self, name: str, label: str, *, now: object = "", example: str = "", most: int = 60) -> None:
        """Add a field; `example` stands in it while it is empty."""
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=name, default=str(now), placeholder=example, required=False, max_length=most
        )
        self._fields[name] = field
        self.add_item(discord.ui.Label(text=label, component=field))

    def said(self, name: str) -> str:
        return self._fields[name].value.strip()

    async def rules(self) -> Rules:
        """What was typed, as rules; BadInput for what cannot be one."""
        raise NotImplementedError

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        await self._done(interaction, await self.rules())


class PricesForm(_RulesForm):
    """The price rule."""

    def __init__(self, desk: Desk, wish: Subscription, *, done: Done) -> None:
        super().__init__(title=t("Prices"), done=done)
        self._desk, self._wish = desk, wish
        self.ask("below", t("Only below this price"), now=wish.below or "", example="450 GBP")
        self.ask("above", t("Only above this price"), now=wish.above or "", example="300 GBP")
        percent = f"{wish.drop_percent:f}" if wish.drop_percent is not None else ""
        self.ask("drop_percent", t("Only drops of so many per cent"), now=percent, example="10")
        self.ask("drop_amount", t("Only drops of so much"), now=wish.drop_amount or "", example="25 GBP")

    async def rules(self) -> Rules:
        found: dict[str, object] = {}
        for name in ("below", "above", "drop_amount"):
            before = getattr(self._wish, name)
            # What nobody touched is not read anew.
            same = before is not None and self.said(name) == str(before)
            found[name] = before if same else await self._desk.price(self._wish.guild, self._wish, self.said(name))
        percent = self.said("drop_percent").replace(",", ".")
        return {**found, "drop_percent": percent or None}


class TimesForm(_RulesForm):
    """Quiet hours and the digest."""

    def __init__(self, wish: Subscription, zone: str, *, done: Done) -> None:
        super().__init__(title=t("Quiet hours and digest"), done=done)
        quiet, digest = wish.quiet, wish.digest
        at = (f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}") if quiet else ("", "")
        own = quiet.timezone if quiet else (digest and digest.timezone) or zone
        self.ask("start", t("Quiet from"), now=at[0], example="22:00")
        self.ask("end", t("Quiet until"), now=at[1], example="07:00")
        self.ask("timezone", t("Timezone"), now=own, example="Europe/London", most=64)
        told = typed_digest(digest) if digest else ""
        self.ask("digest", t("Gather into one message"), now=told, example="hourly, daily 18:00, weekly mon 09:00")
        self._zone = zone

    async def rules(self) -> Rules:
        zone = self.said("timezone") or self._zone
        return {
            "quiet": quiet_hours(self.said("start"), self.said("end"), zone),
            "digest": digest_of(self.said("digest"), zone),
        }


class LimitsForm(_RulesForm):
    """How often, and until when."""

    def __init__(self, desk: Desk, wish: Subscription, zone: str, *, done: Done) -> None:
        super().__init__(title=t("Limits"), done=done)
        self._desk, self._wish, self._zone = desk, wish, zone
        minutes = int(wish.cooldown.total_seconds() // 60)
        self._ends = f"{wish.expires_at:%Y-%m-%d %H:%M} UTC" if wish.expires_at else ""
        self.ask(
            "cooldown", t("The same news at most every"), now=f"{minutes}m" if minutes else "", example="30m, 6h, 1d"
        )
        self.ask("daily_cap", t("At most so many messages a day"), now=wish.daily_cap or "", example="5")
        self.ask("expires_at", t("End the alert"), now=self._ends, example="30d, 2026-12-24 18:00")

    async def rules(self) -> Rules:
        ends = self.said("expires_at")
        until = self._wish.expires_at if ends and ends == self._ends else None
        if ends and until is None:
            until = typed_until(ends, self._desk.clock.now(), self._zone)
        return {
            "cooldown": self.said("cooldown") or "0m",
            "daily_cap": self.said("daily_cap") or None,
            "expires_at": until,
        }


class AddressForm(_RulesForm):
    """A secret, so it is typed here and not in a command, which others could read."""

    def __init__(self, *, done: Done) -> None:
        super().__init__(title=t("Webhook or service"), done=done)
        self.ask(
            "address", t("Its address"), example="https://discord.com/api/webhooks/… · ntfys://ntfy.sh/mine", most=2048
        )

    async def rules(self) -> Rules:
        return {"address": self.said("address")}


def quiet_hours(start: str, end: str, zone: str) -> object:
    """Quiet hours as they were typed, for the rule to be read; None for none."""
    return {"start": start, "end": end, "timezone": zone} if start or end else None


def digest_of(typed: str, zone: str) -> object:
    """A digest as it was typed, for the rule to be read; None for none."""
    if not typed or typed.casefold() == "off":
        return None
    return {"every": typed, "timezone": zone} if " " in typed else typed
