"""/status"""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from alerts.domain.standing import Standing
from alerts.status import Status
from bot.cogs.choices import may_manage
from bot.ui.permissions import missing_in, place_of
from bot.ui.status import status_embed, vendors_embed


class StatusCog(commands.Cog):
    """How it stands. Everybody may see the shops; managers see the rest, of their own guild."""

    def __init__(self, *, status: Status) -> None:
        self._status = status

    @app_commands.command(description="Show how the shops, the queue and the next scans stand")
    async def status(self, interaction: discord.Interaction) -> None:
        is_manager = await may_manage(interaction)
        await interaction.response.defer(ephemeral=True)
        if not is_manager or interaction.guild is None:
            await interaction.followup.send(embed=vendors_embed(await self._status.vendors(interaction.guild_id)))
            return

        def missing(standing: Standing) -> Sequence[str]:
            place = place_of(interaction.guild, standing.target) if interaction.guild else None
            return missing_in(place) if place else []

        found = await self._status.overview(interaction.guild.id)
        await interaction.followup.send(embed=status_embed(found, interaction.client.latency, missing))
