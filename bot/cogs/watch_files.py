"""What /watch import and /watch export do."""

from __future__ import annotations

import io
from typing import Any

import discord

from alerts.domain.errors import BadInput
from alerts.watchlists.files import LARGEST, Format, too_large, write_file
from alerts.watchlists.imports import Imports
from bot.audit import note_change
from bot.cogs.watch_controls import import_view
from bot.ui.language import N_, n, t
from bot.ui.watching import dry_run_embed, imported_text, plan_text

Interaction = discord.Interaction[Any]


async def show_dry_run(imports: Imports, interaction: Interaction, file: discord.Attachment) -> None:
    """Say what a file would change, with buttons to do it."""
    if file.size > LARGEST:
        raise too_large()
    await interaction.response.defer(ephemeral=True)
    try:
        body = await file.read()
    except (discord.HTTPException, OSError, TimeoutError):
        raise BadInput(t("Discord does not give me the file any more: send the command once more.")) from None
    found = await imports.dry_run(interaction.guild_id or 0, file.filename, body, by=interaction.user.id)
    whole = discord.File(io.BytesIO(plan_text(found.plan).encode()), "import.txt")
    embed = dry_run_embed(found.plan)
    if found.id:
        view = import_view(found.id, differs=bool(found.plan.conflicts))
        await interaction.followup.send(embed=embed, file=whole, view=view)
    else:
        await interaction.followup.send(embed=embed, file=whole)


async def run_import(imports: Imports, interaction: Interaction, waiting: str, *, take_theirs: bool) -> None:
    """What the buttons of a dry run do."""
    await interaction.response.defer()
    guild, by = interaction.guild_id or 0, interaction.user.id
    done = await imports.run(guild, waiting, by=by, take_theirs=take_theirs)
    await note_change(interaction, N_("watchlist imported"), detail=f"{done.added} added, {done.changed} changed")
    text = imported_text(done)
    await interaction.edit_original_response(content=text, embed=None, attachments=[], view=None)


async def send_export(imports: Imports, interaction: Interaction, kind: Format) -> None:
    """Everything that is watched, as a file."""
    await interaction.response.defer(ephemeral=True)
    rows = await imports.export(interaction.guild_id or 0)
    if not rows:
        text = t("Nothing is watched here yet, so there is nothing to export. `/watch add` starts.")
        await interaction.followup.send(text)
        return
    file = discord.File(io.BytesIO(write_file(kind, rows)), f"watchlist.{kind.value}")
    back = t("`/watch import` takes the file back.")
    await interaction.followup.send(f"{n('{count} product.', '{count} products.', len(rows))} {back}", file=file)
