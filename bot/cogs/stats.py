"""/stats"""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from alerts.activity import Activity
from bot.ui.stats import stats_embed


class StatsCog(commands.Cog):
    """What the bot does for this server. Everybody in it may ask, and only the asker sees the answer."""

    def __init__(self, *, activity: Activity) -> None:
        self._activity = activity

    @app_commands.command(description="Show what I do for this server: scans, alerts, and how quickly they come")
    @app_commands.guild_only()
    async def stats(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(embed=stats_embed(await self._activity.of(interaction.guild_id or 0)))
