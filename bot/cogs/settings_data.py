"""What /settings export and /settings erase do."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import aiohttp
import discord
import orjson
import structlog

from alerts.domain.errors import BadInput
from alerts.domain.text import harmless, plain
from alerts.erasure import Erasure
from alerts.guild_export import GuildExport
from bot.audit import note_change
from bot.ui.language import N_, t

_LONGEST_NAME = 100
Interaction = discord.Interaction[Any]
log = structlog.get_logger()


async def send_guild_export(export: GuildExport, interaction: Interaction) -> None:
    """Everything of this guild, as a file that its asker alone sees."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    body = orjson.dumps(await export.export(interaction.guild_id or 0), option=orjson.OPT_INDENT_2)
    await note_change(interaction, N_("data exported"))
    file = discord.File(BytesIO(body), "hardware-sentry-server.json")
    text = t("This is everything that I keep of this server. Addresses of webhooks and secrets of keys are left out.")
    await interaction.followup.send(text, file=file)


async def erase_and_leave(erasure: Erasure, interaction: Interaction, confirm: str) -> None:
    """For whoever has Manage Server and types its name. The bot leaves, so that nothing is made in the middle of it."""
    if not interaction.permissions.manage_guild:
        raise BadInput(t("Only somebody with the **Manage Server** permission may erase what I keep of it."))
    guild = interaction.guild
    if guild is None or plain(confirm, _LONGEST_NAME).casefold() != plain(guild.name, _LONGEST_NAME).casefold():
        name = harmless(guild.name, _LONGEST_NAME) if guild else "?"
        raise BadInput(t("Nothing was erased: type the server's name to confirm, which is **{name}**.", name=name))
    await interaction.response.defer(ephemeral=True, thinking=True)
    await erasure.erase(guild.id)
    text = t("Erased: I keep nothing of this server, and leave it now. What was on its way goes within two minutes."
             " Invite me again whenever you like; I begin anew.")  # fmt: skip
    await interaction.followup.send(text)
    try:
        await guild.leave()
    except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError) as exc:
        log.warning("could not leave", guild=guild.id, reason=type(exc).__name__)
        text = t("Discord did not let me leave: remove me in the server's settings. What is set up here within the next"
                 " two minutes is erased, too.")  # fmt: skip
        await interaction.followup.send(text)
