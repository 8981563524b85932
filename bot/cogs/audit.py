"""/audit"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from alerts.audit import Audit
from bot.cogs.choices import MANAGE, may_manage
from bot.ui.audit import LONGEST_WORD, PAGE, AuditTurn, audit_embed, audit_view, audit_word


class AuditCog(commands.Cog):
    """Who changed what in this server, and when."""

    controls = (AuditTurn,)

    def __init__(self, *, audit: Audit) -> None:
        self._audit = audit

    @app_commands.command(description="Show who changed what here, and when")
    @app_commands.describe(person="Only changes by this person", word="Only changes with this word")
    @app_commands.default_permissions(MANAGE)
    @app_commands.guild_only()
    @app_commands.check(may_manage)
    async def audit(
        self,
        interaction: discord.Interaction,
        person: discord.User | None = None,
        word: app_commands.Range[str, 1, LONGEST_WORD] | None = None,
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        await self._show(interaction, "", person.id if person else None, audit_word(word or ""))

    async def turn(self, interaction: discord.Interaction[Any], before: str, by: int | None, word: str) -> None:
        """Another page, for whoever may see it now."""
        if not await may_manage(interaction):
            raise app_commands.CheckFailure
        await interaction.response.defer()
        await self._show(interaction, before, by, word)

    async def _show(self, interaction: discord.Interaction[Any], before: str, by: int | None, word: str) -> None:
        page = await self._audit.entries(interaction.guild_id or 0, PAGE, before, by=by, word=word)
        view = audit_view(page, by=by, word=word, is_first=not before)
        await interaction.edit_original_response(embed=audit_embed(page, by=by, word=word), view=view)
