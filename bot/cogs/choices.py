"""What several commands ask for in the same way: a product, with autocomplete; and who may manage."""

from __future__ import annotations

import discord
from discord import app_commands

from alerts.domain.text import plain
from alerts.products import Products

MANAGE = discord.Permissions(manage_guild=True)


def product_choices(products: Products, typed: str) -> list[app_commands.Choice[str]]:
    """At most 25 products near what was typed; the choice's value is the sku."""
    return [app_commands.Choice(name=plain(p.name, 100), value=p.sku) for p in products.suggest(typed)]


async def may_manage(interaction: discord.Interaction) -> bool:
    """Manage Server, checked here too: server owners can open a command to anybody in Discord's own settings."""
    return interaction.guild_id is not None and interaction.permissions.manage_guild
