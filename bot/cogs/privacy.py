"""/privacy"""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.ui.own import me_view
from bot.ui.privacy import privacy_embed


class PrivacyCog(commands.Cog):
    """What is kept, in words, with the buttons to have it or to have it deleted."""

    @app_commands.command(description="Read what is kept about you and why; export or delete it")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def privacy(self, interaction: discord.Interaction) -> None:
        view = me_view("list", "export", "delete")
        await interaction.response.send_message(embed=privacy_embed(), view=view, ephemeral=True)
