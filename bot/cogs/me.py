"""/me: everything that is kept about the asker, and nobody else's"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import discord
import orjson
import structlog
from discord import app_commands
from discord.ext import commands

from alerts.direct import DirectMessages
from alerts.domain.errors import StoreError
from alerts.me import Me
from alerts.own import OwnAlerts
from alerts.ports import Clock
from bot.ui import own as ui
from bot.ui import own_text as said
from bot.ui.controls import cog_of
from bot.ui.language import N_, language_of, speak, t

_SNOOZES = {N_("1 hour"): 1, N_("8 hours"): 8, N_("1 day"): 24, N_("1 week"): 168, N_("No longer"): 0}
log = structlog.get_logger()


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class MeCog(commands.GroupCog, name="me", description="Your own alerts, and everything kept about you"):
    """Works the same everywhere: in servers, in direct messages, and installed to one's own account."""

    controls = ui.ME_CONTROLS

    def __init__(self, *, own: OwnAlerts, me: Me, direct: DirectMessages, clock: Clock) -> None:
        self._own, self._me, self._direct, self._clock = own, me, direct, clock

    @app_commands.command(description="Show your own alerts, to change, pause and end them")
    async def alerts(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await cog_of(interaction, "OwnCog").show_list(interaction)

    @app_commands.command(description="Let your own alerts wait; what still holds then is told afterwards")
    @app_commands.describe(time="For how long")
    @app_commands.choices(time=[app_commands.Choice(name=name, value=hours) for name, hours in _SNOOZES.items()])
    async def snooze(self, interaction: discord.Interaction, time: int) -> None:
        await interaction.response.defer(ephemeral=True)
        until = self._clock.now() + timedelta(hours=time) if time else None
        count = await self._own.snooze(interaction.user.id, until)
        await interaction.followup.send(said.snoozed_text(count, until))

    @app_commands.command(description="Get a file with everything that is kept about you")
    async def export(self, interaction: discord.Interaction) -> None:
        await self.me_button(interaction, "export")

    @app_commands.command(description="Delete everything that is kept about you, everywhere")
    async def delete(self, interaction: discord.Interaction) -> None:
        await self.me_button(interaction, "delete")

    async def me_button(self, interaction: discord.Interaction[Any], verb: str) -> None:
        """What concerns everything of whoever presses."""
        user = interaction.user.id
        match verb:
            case "list":
                await interaction.response.defer()
                await cog_of(interaction, "OwnCog").show_list(interaction)
            case "export":
                await interaction.response.defer(ephemeral=True, thinking=True)
                body = orjson.dumps(await self._me.export(user), option=orjson.OPT_INDENT_2)
                file = discord.File(BytesIO(body), "hardware-sentry.json")
                await interaction.followup.send(t("This is everything that I keep about you."), file=file)
            case "delete":
                await interaction.response.send_message(said.delete_text(), view=ui.me_view("forget"), ephemeral=True)
            case "forget":
                await interaction.response.defer()
                await self._me.forget(user)
                await interaction.edit_original_response(content=said.deleted_text(), view=None)
            case "try":
                await interaction.response.defer(ephemeral=True, thinking=True)
                if closed := await self._direct.open(user, said.hello_text()):
                    await interaction.followup.send(said.closed_text(closed), view=ui.me_view("try"))
                else:
                    await interaction.followup.send(t("It works: I have just written to you."))

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: discord.Interaction[Any], _: object) -> None:
        """After any command of ours: tell whoever cannot be reached so, once until it is mended."""
        speak(language_of(interaction.locale))
        try:
            if closed := await self._direct.to_be_said(interaction.user.id):
                await interaction.followup.send(said.closed_text(closed), view=ui.me_view("try"), ephemeral=True)
        except (StoreError, discord.HTTPException) as exc:
            log.warning("closed messages not said", reason=str(exc))
