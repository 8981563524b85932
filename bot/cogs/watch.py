"""/watch"""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from alerts.domain.text import harmless
from alerts.products import Products
from alerts.scan import Scan
from alerts.watches import Watches
from bot.cogs.choices import MANAGE, may_manage, product_choices
from bot.ui.embeds import answer_embed


@app_commands.default_permissions(MANAGE)
@app_commands.guild_only()
class WatchCog(commands.GroupCog, name="watch", description="Choose which products are scanned all the time"):
    """Which products this server wants scanned."""

    def __init__(self, *, watches: Watches, scan: Scan, products: Products, max_age: timedelta) -> None:
        self._watches, self._scan, self._products, self._max_age = watches, scan, products, max_age

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await may_manage(interaction)

    @app_commands.command(description="Scan a product all the time and keep its history")
    @app_commands.describe(product="Which product")
    async def add(self, interaction: discord.Interaction, product: str) -> None:
        found = self._products.find(product)
        await interaction.response.defer(ephemeral=True)
        is_new = await self._watches.add(interaction.guild_id or 0, found, by=interaction.user.id)
        name = harmless(found.name)
        text = f"Watching **{name}** ({found.tier.value} tier)." if is_new else f"**{name}** is watched already."
        answer = await self._scan(found, max_age=self._max_age)
        text += " `/alerts subscribe` tells a channel of its changes."
        await interaction.followup.send(text, embed=answer_embed(answer))

    @app_commands.command(description="Stop scanning a product")
    @app_commands.describe(product="Which product")
    async def remove(self, interaction: discord.Interaction, product: str) -> None:
        found = self._products.find(product)
        await interaction.response.defer(ephemeral=True)
        await self._watches.remove(interaction.guild_id or 0, found)
        await interaction.followup.send(f"No longer watching **{harmless(found.name)}**. Its history is kept.")

    @app_commands.command(name="list", description="Show what this server watches")
    async def list_(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        watched = await self._watches.list(interaction.guild_id or 0)
        lines = [
            f"• **{harmless(product.name)}** · {product.tier.value} · {len(product.listings)} shops"
            if product
            else f"• `{watch.sku}` · no longer offered by the operator"
            for watch, product in watched
        ]
        text = "\n".join(lines)[:3900] or "Nothing yet. `/watch add` starts with a product."
        await interaction.followup.send(embed=discord.Embed(title="Watched here", description=text))

    @add.autocomplete("product")
    @remove.autocomplete("product")
    async def _product(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(self._products, typed)
