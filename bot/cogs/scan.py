"""/scan"""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from alerts.products import Products
from alerts.scan import Scan
from bot.cogs.choices import product_choices
from bot.ui.embeds import answer_embed


class ScanCog(commands.Cog):
    """Every shop's price and stock of a product."""

    def __init__(self, *, scan: Scan, products: Products, max_age: timedelta) -> None:
        self._scan, self._products, self._max_age = scan, products, max_age

    @app_commands.command(description="Show every shop's price and stock of a product")
    @app_commands.describe(product="What to look for", fresh="Ask the shops now, instead of answering from memory")
    async def scan(self, interaction: discord.Interaction, product: str, fresh: bool = False) -> None:  # noqa: FBT001, FBT002 - an option
        found = self._products.find(product)
        await interaction.response.defer(thinking=True)  # Discord waits three seconds, shops do not
        answer = await self._scan(found, max_age=timedelta(0) if fresh else self._max_age)
        await interaction.followup.send(embed=answer_embed(answer))

    @scan.autocomplete("product")
    async def _product(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(self._products, typed)
