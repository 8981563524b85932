"""/settings keys"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
from discord import app_commands

from alerts.api_keys import ApiKeys
from alerts.domain.api_keys import LONGEST_NAME, Scope
from bot.audit import note_change
from bot.cogs.choices import may_manage
from bot.ui.keys import choice_of, created_embed, keys_embed, rotated_embed, scope_words
from bot.ui.language import N_, t

_LONGEST_DAYS = 3650
# By the value of the choice.
_ACCESS = {
    "read": (Scope.READ,),
    "scan": (Scope.READ, Scope.SCAN),
    "manage": (Scope.READ, Scope.SCAN, Scope.MANAGE),
}
_CHOICES = [
    app_commands.Choice(name="Read what is known", value="read"),
    app_commands.Choice(name="Read, and have shops scanned", value="scan"),
    app_commands.Choice(name="Read, scan, and change watches and alerts", value="manage"),
]


class KeysGroup(app_commands.Group):
    """A server's own keys to the API. A key is shown once, to whoever made it, and never kept as it is."""

    def __init__(self, keys: ApiKeys) -> None:
        super().__init__(name="keys", description="Keys with which programs use this server's data")
        self._keys = keys

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return await may_manage(interaction)

    @app_commands.command(description="Make a key for a program")
    @app_commands.describe(
        name="What it is for",
        access="What it may do; read and scan if left out",
        days="After so many days it expires; never if left out",
    )
    @app_commands.choices(access=_CHOICES)
    async def create(
        self,
        interaction: discord.Interaction[Any],
        name: app_commands.Range[str, 1, LONGEST_NAME],
        access: str = "scan",
        days: app_commands.Range[int, 1, _LONGEST_DAYS] | None = None,
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        key, text = await self._keys.create(
            interaction.guild_id or 0,
            name,
            scopes=_ACCESS.get(access, _ACCESS["read"]),
            expires_in=timedelta(days=days) if days else None,
        )
        await note_change(interaction, N_("API key created"), f"{key.name} ({key.id})", scope_words(key))
        await interaction.followup.send(embed=created_embed(key, text), ephemeral=True)

    @app_commands.command(name="list", description="Show this server's keys, without their secrets")
    async def list_(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(embed=keys_embed(await self._keys.list(interaction.guild_id or 0)))

    @app_commands.command(description="Replace a key; the old one works for another day")
    @app_commands.describe(key="Which one")
    async def rotate(self, interaction: discord.Interaction[Any], key: str) -> None:
        await interaction.response.defer(ephemeral=True)
        new, text = await self._keys.rotate(interaction.guild_id or 0, key)
        await note_change(interaction, N_("API key replaced"), f"{new.name} ({new.id})")
        await interaction.followup.send(embed=rotated_embed(new, text), ephemeral=True)

    @app_commands.command(description="End a key at once")
    @app_commands.describe(key="Which one")
    async def revoke(self, interaction: discord.Interaction[Any], key: str) -> None:
        await interaction.response.defer(ephemeral=True)
        gone = await self._keys.revoke(interaction.guild_id or 0, key)
        await note_change(interaction, N_("API key revoked"), f"{gone.name} ({gone.id})")
        await interaction.followup.send(t("That key opens nothing any more."), ephemeral=True)

    @rotate.autocomplete("key")
    @revoke.autocomplete("key")
    async def _key(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        if not await may_manage(interaction):
            return []
        found = [choice_of(each) for each in await self._keys.list(interaction.guild_id or 0)]
        return [each for each in found if typed.casefold() in each.name.casefold()][:25]
