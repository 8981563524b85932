"""/settings"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from alerts.api_keys import ApiKeys
from alerts.domain.errors import BadInput
from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings, Language
from alerts.erasure import Erasure
from alerts.guild_export import GuildExport
from alerts.guilds import Guilds
from alerts.zones import suggest_zones
from bot.audit import note_change
from bot.cogs.choices import MANAGE, may_manage
from bot.cogs.keys import KeysGroup
from bot.cogs.settings_data import erase_and_leave, send_guild_export
from bot.ui.language import N_, t
from bot.ui.permissions import missing_in, named
from bot.ui.settings import LANGUAGE_NAMES, settings_embed, suggest_currencies

_LANGUAGES = [app_commands.Choice(name=name, value=language.value) for language, name in LANGUAGE_NAMES.items()]
_NAMES = {
    N_("Language of alerts"): "language",
    N_("Timezone"): "timezone",
    N_("Currency"): "currency",
    N_("Manager role"): "manager_role",
    N_("Answers of /scan and /history"): "ephemeral_replies",
    N_("Smallest move of a price, as an amount"): "floor_amount",
    N_("Smallest move of a price, in percent"): "floor_percent",
    N_("Channel for trouble"): "notice_channel",
}
_RESETTABLE = [app_commands.Choice(name=name, value=field) for name, field in _NAMES.items()]


@app_commands.default_permissions(MANAGE)
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
class SettingsCog(commands.GroupCog, name="settings", description="What this server has chosen for itself"):
    """A guild's own choices. Only whoever has Manage Server may say which role manages."""

    def __init__(self, *, guilds: Guilds, keys: ApiKeys, export: GuildExport, erasure: Erasure) -> None:
        self._guilds, self._export, self._erasure = guilds, export, erasure
        assert isinstance(self.app_command, app_commands.Group)
        self.app_command.add_command(KeysGroup(keys))

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await may_manage(interaction)

    async def recent(self, guild: int) -> GuildSettings:
        """What the guild has chosen, as it was a few seconds ago; the other cogs ask here."""
        return await self._guilds.recent(guild)

    @app_commands.command(description="Show what this server has chosen")
    async def show(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        settings = await self._guilds.settings(interaction.guild_id or 0)
        await interaction.followup.send(embed=settings_embed(settings))

    @app_commands.command(description="Change one choice or several")
    @app_commands.describe(
        language="Language of alerts; commands answer in each member's own",
        timezone="For quiet hours and digests",
        currency="Of prices that are typed without one",
        manager_role="Who may manage me beside Manage Server",
        ephemeral_replies="Whether answers of /scan and /history are seen by the asker alone",
        floor_amount="A price that moves by more than this amount is news",
        floor_percent="So is one that moves by more than so many percent",
        notice_channel="Where I tell admins of trouble",
    )
    @app_commands.choices(language=_LANGUAGES)
    async def change(  # noqa: PLR0913, PLR0917 - a parameter is an option
        self,
        interaction: discord.Interaction,
        language: str | None = None,
        timezone: app_commands.Range[str, 1, 64] | None = None,
        currency: app_commands.Range[str, 3, 3] | None = None,
        manager_role: discord.Role | None = None,
        ephemeral_replies: bool | None = None,  # noqa: FBT001 - an option
        floor_amount: app_commands.Range[float, 0, 1_000_000] | None = None,
        floor_percent: app_commands.Range[float, 0, 100] | None = None,
        notice_channel: discord.TextChannel | discord.Thread | None = None,
    ) -> None:
        given: dict[str, Any] = {
            "language": Language(language) if language else None,
            "timezone": timezone,
            "currency": currency.upper() if currency else None,
            "manager_role": manager_role.id if manager_role else None,
            "ephemeral_replies": ephemeral_replies,
            "floor_amount": None if floor_amount is None else f"{floor_amount:.10g}",
            "floor_percent": None if floor_percent is None else f"{floor_percent:.10g}",
            "notice_channel": notice_channel.id if notice_channel else None,
        }
        changes = {field: value for field, value in given.items() if value is not None}
        if not changes:
            raise BadInput(t("Choose at least one setting to change; `/settings show` shows them all."))
        _check_role(interaction, manager_role)
        if notice_channel and (missing := missing_in(notice_channel, embeds=False)):
            names, place = ", ".join(named(missing)), notice_channel.mention
            raise BadInput(t("I lack {names} in {place}: grant it there, then try again.", names=names, place=place))
        await self._alter(interaction, changes)

    @app_commands.command(description="Take a choice back")
    @app_commands.describe(setting="Which one")
    @app_commands.choices(setting=_RESETTABLE)
    async def reset(self, interaction: discord.Interaction, setting: str) -> None:
        if setting not in GuildSettings.model_fields:
            raise BadInput(t("There is no such setting; pick one from the list."))
        if setting == "manager_role":
            _check_manage_server(interaction)
        await self._alter(interaction, {setting: getattr(DEFAULT_SETTINGS, setting)})

    @app_commands.command(description="Get a file with everything that I keep of this server")
    async def export(self, interaction: discord.Interaction) -> None:
        await send_guild_export(self._export, interaction)

    @app_commands.command(description="Erase everything that I keep of this server, and let me leave it")
    @app_commands.describe(confirm="This server's name, to confirm")
    async def erase(self, interaction: discord.Interaction, confirm: app_commands.Range[str, 1, 100]) -> None:
        await erase_and_leave(self._erasure, interaction, confirm)

    async def _alter(self, interaction: discord.Interaction, changes: dict[str, Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        guild = interaction.guild_id or 0
        before = await self._guilds.settings(guild)
        after = await self._guilds.change(guild, **changes)
        changed = [field for field in changes if getattr(before, field) != getattr(after, field)]
        for field in changed:
            detail = f"{_text(getattr(before, field))} → {_text(getattr(after, field))}"
            await note_change(interaction, N_("setting changed"), field, detail)
        text = None if changed else t("It was so already; nothing changed.")
        await interaction.followup.send(text or "", embed=settings_embed(after, changed))

    @change.autocomplete("timezone")
    async def _timezone(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name, value=name) for name in suggest_zones(typed)]

    @change.autocomplete("currency")
    async def _currency(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name, value=code) for name, code in suggest_currencies(typed)]


def _check_role(interaction: discord.Interaction, role: discord.Role | None) -> None:
    if role is None:
        return
    _check_manage_server(interaction)
    if role.is_default():
        raise BadInput(t("Then everybody could manage me: choose a role that only some have."))
    if role.managed:
        raise BadInput(t("That role belongs to an app or to boosters: choose one that you can give to people."))


def _check_manage_server(interaction: discord.Interaction) -> None:
    """Whoever manages by the role could else lock the others out, or let anybody in."""
    if not interaction.permissions.manage_guild:
        raise BadInput(t("Only somebody with the **Manage Server** permission chooses who else manages me."))


def _text(value: object) -> str:
    return "default" if value is None else str(value)
