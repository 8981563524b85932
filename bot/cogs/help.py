"""/help"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.ui.controls import Control, View, cog_of
from bot.ui.help import Topic, help_embed, topics
from bot.ui.language import t


class HelpTopic(Control[discord.ui.Select[Any]], template=r"hs:help:topic"):
    """The list of tasks below every page."""

    def __init__(self, every: list[Topic] | None = None, chosen: str = "") -> None:
        options = [
            discord.SelectOption(label=each.title, value=each.key, emoji=each.emoji, default=each.key == chosen)
            for each in every or []
        ]
        placeholder = t("What would you like to do?")
        super().__init__(discord.ui.Select(custom_id="hs:help:topic", placeholder=placeholder, options=options))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        cog: HelpCog = cog_of(interaction, "HelpCog")
        embed, view = cog.page(interaction, self.item.values[0])
        await interaction.response.edit_message(embed=embed, view=view)


class HelpCog(commands.Cog):
    """What there is, by what somebody wants."""

    controls = (HelpTopic,)

    @app_commands.command(name="help", description="Find the command for what you want to do")
    async def help_(self, interaction: discord.Interaction) -> None:
        embed, view = self.page(interaction)
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    def page(self, interaction: discord.Interaction[Any], chosen: str = "") -> tuple[discord.Embed, View]:
        """A task's page and the list of all; the first page when there is no such task any more."""
        every = topics(lambda name: mention(interaction.client, name))
        topic = next((each for each in every if each.key == chosen), None)
        return help_embed(topic, every), View(timeout=None).add_item(HelpTopic(every, chosen))


def mention(client: Any, name: str) -> str | None:
    """A command that can be clicked once Discord has told its id; None when there is no such command."""
    root, *rest = name.split()
    found = client.tree.get_command(root)
    for part in rest:
        found = found.get_command(part) if isinstance(found, app_commands.Group) else None
    if found is None:
        return None
    known = client.command_ids.get(root)
    return f"</{name}:{known}>" if known else f"`/{name}`"
