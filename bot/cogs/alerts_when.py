"""/alerts quiet-hours, digest, snooze: when the news of an alert waits. A part of AlertsCog (alerts.py)."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

import discord
from discord import app_commands

from alerts.domain.errors import BadInput
from alerts.domain.text import cut, harmless
from alerts.domain.typed import typed_until
from alerts.domain.wishes import Subscription
from bot.cogs.alerts_desk import ALL, Desk, title_of
from bot.cogs.alerts_forms import digest_of, quiet_hours
from bot.cogs.choices import may_manage
from bot.ui import words
from bot.ui.language import N_, n, t
from bot.ui.wish import digest_words, quiet_words

_SPANS = {N_("30 minutes"): "30m", N_("1 hour"): "1h", N_("4 hours"): "4h", N_("8 hours"): "8h", N_("1 day"): "1d",
          N_("3 days"): "3d", N_("1 week"): "1w", N_("Off: tell again"): "off"}  # fmt: skip
_DAYS = {N_("Monday"): "mon", N_("Tuesday"): "tue", N_("Wednesday"): "wed", N_("Thursday"): "thu", N_("Friday"): "fri",
         N_("Saturday"): "sat", N_("Sunday"): "sun"}  # fmt: skip
_EVERY = {N_("Off: at once"): "off", N_("Every hour"): "hourly", N_("Every day"): "daily", N_("Every week"): "weekly"}
_PICK = N_("Which alert; pick it from the list")
_LONGEST_CHOICE = 100


class AlertsWhen:
    """The commands. discord.py finds them in any base of a cog, which its types do not know."""

    desk: Desk

    @app_commands.command(name="quiet-hours", description="Hold an alert's news back every night")  # type: ignore[type-var]
    @app_commands.describe(
        alert=_PICK,
        start="From when, such as 22:00; leave it and the end out to switch quiet hours off",
        end="Until when, such as 07:00",
        timezone="Whose clock; that of the server if left out",
    )
    @app_commands.rename(start="from", end="to")
    async def quiet_hours(
        self,
        interaction: discord.Interaction,
        alert: str,
        start: app_commands.Range[str, 1, 5] | None = None,
        end: app_commands.Range[str, 1, 5] | None = None,
        timezone: app_commands.Range[str, 1, 64] | None = None,
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        if (start is None) is not (end is None):
            raise BadInput(t("Quiet hours need both ends: write when they begin and when they end."))
        zone = timezone or await self._zone(interaction)
        made = await self._change(interaction, alert, quiet=quiet_hours(start or "", end or "", zone))
        quiet = made[0].quiet
        told = t("Quiet hours: {hours}.", hours=quiet_words(quiet)) if quiet else t("Quiet hours are off.")
        await interaction.followup.send(f"{told} {await self._of(made)}")

    @app_commands.command(description="Gather an alert's news into one message")  # type: ignore[type-var]
    @app_commands.describe(
        alert=_PICK,
        every="How often",
        at="At what time of day, such as 18:00; 09:00 if left out",
        day="On which day of the week",
        timezone="Whose clock; that of the server if left out",
    )
    @app_commands.choices(
        every=[app_commands.Choice(name=name, value=value) for name, value in _EVERY.items()],
        day=[app_commands.Choice(name=name, value=value) for name, value in _DAYS.items()],
    )
    async def digest(
        self,
        interaction: discord.Interaction,
        alert: str,
        every: str,
        at: app_commands.Range[str, 1, 5] | None = None,
        day: str | None = None,
        timezone: app_commands.Range[str, 1, 64] | None = None,
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        zone = timezone or await self._zone(interaction)
        at = at or "09:00"
        typed = {"daily": f"daily {at}", "weekly": f"weekly {day or 'mon'} {at}"}.get(every, every)
        made = await self._change(interaction, alert, digest=digest_of(typed, zone))
        digest = made[0].digest
        told = t("Gathered: {digest}.", digest=digest_words(digest)) if digest else t("News is told at once again.")
        await interaction.followup.send(f"{told} {await self._of(made)}")

    @app_commands.command(description="Hold an alert's news back for a while")  # type: ignore[type-var]
    @app_commands.describe(
        alert=_PICK, duration="For how long", until="Or until when, such as 18:00 or 2026-12-24 18:00"
    )
    @app_commands.choices(duration=[app_commands.Choice(name=name, value=value) for name, value in _SPANS.items()])
    async def snooze(
        self,
        interaction: discord.Interaction,
        alert: str,
        duration: str | None = None,
        until: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        if (duration is None) is (until is None):
            raise BadInput(t("Choose for how long or until when, one of the two."))
        end = None
        if duration != "off":
            end = typed_until(until or duration or "", self.desk.clock.now(), await self._zone(interaction))
        made = await self._change(interaction, alert, snooze_until=end)
        told = t("Snoozed until {when}.", when=words.moment(end)) if end else t("Awake again.")
        about = await self._of(made)
        await interaction.followup.send(f"💤 {told} {about}" if end else f"{told} {about}")

    async def alert_choices(
        self, interaction: discord.Interaction[Any], typed: str, *, with_all: bool = False
    ) -> list[app_commands.Choice[str]]:
        """This server's alerts near what was typed, for who may manage them."""
        if not await may_manage(interaction):
            return []
        mine = await self.desk.mine(interaction.guild_id or 0)
        labels = await self.desk.labels(interaction, mine)
        choices = [app_commands.Choice(name=label, value=each.id) for label, each in zip(labels, mine, strict=True)]
        if with_all and mine:
            choices.insert(0, app_commands.Choice(name=cut(t("All alerts of this server"), _LONGEST_CHOICE), value=ALL))
        wanted = typed.casefold()
        return [each for each in choices if wanted in each.name.casefold()][:25]

    @quiet_hours.autocomplete("alert")
    @digest.autocomplete("alert")
    @snooze.autocomplete("alert")
    async def _which(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.alert_choices(interaction, typed, with_all=True)

    @quiet_hours.autocomplete("timezone")
    @digest.autocomplete("timezone")
    async def _timezone(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        wanted = typed.strip().casefold().replace(" ", "_")
        near = [zone for zone in _zones() if wanted in zone.casefold()]
        if not wanted:
            near.insert(0, await self._zone(interaction))
        return [app_commands.Choice(name=zone, value=zone) for zone in list(dict.fromkeys(near))[:25]]

    async def _zone(self, interaction: discord.Interaction[Any]) -> str:
        return (await self.desk.guilds.settings(interaction.guild_id or 0)).timezone

    async def _change(self, interaction: discord.Interaction[Any], alert: str, **rules: object) -> list[Subscription]:
        """The same rules for the one that was picked, or for all."""
        chosen = await self.desk.chosen(interaction.guild_id or 0, alert)
        return [await self.desk.change(interaction, each, **rules) for each in chosen]

    async def _of(self, made: list[Subscription]) -> str:
        """Which alerts that was about."""
        if len(made) > 1:
            return n("It holds for {count} alert.", "It holds for {count} alerts.", len(made))
        return t("It holds for the alert for **{name}**.", name=harmless(await title_of(self.desk, made[0]), 120))


@cache
def _zones() -> list[str]:
    """The names that people know, by place; the system's own ones are left out."""
    strange = ("Etc/", "posix/", "right/")
    return ["UTC", *sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(strange))]
