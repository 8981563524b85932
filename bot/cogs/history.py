"""/history"""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from alerts.history import History
from alerts.products import Products
from bot.cogs.choices import is_private, product_choices
from bot.ui.embeds import history_embed


class HistoryCog(commands.Cog):
    """What a product cost and when it was there."""

    def __init__(self, *, history: History, products: Products) -> None:
        self._history, self._products = history, products

    @app_commands.command(description="Show how a product's price and stock changed")
    @app_commands.describe(product="Which product", vendor="Only this shop", days="Only the last so many days")
    async def history(
        self,
        interaction: discord.Interaction,
        product: str,
        vendor: str | None = None,
        days: app_commands.Range[int, 1, 3650] | None = None,
    ) -> None:
        found = self._products.find(product)
        await interaction.response.defer(thinking=True, ephemeral=await is_private(interaction))
        points = await self._history(found, vendor=vendor, days=days, limit=25)
        line = await self._history.timeline(found, vendor=vendor)
        await interaction.followup.send(embed=history_embed(found, points, line, days))

    @history.autocomplete("product")
    async def _product(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(self._products, typed)

    @history.autocomplete("vendor")
    async def _vendor(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        product = self._products.get(getattr(interaction.namespace, "product", "") or "")
        listings = product.listings if product else [each for product in self._products for each in product.listings]
        names = dict.fromkeys(each.vendor for each in listings if typed.casefold() in each.vendor.casefold())
        return [app_commands.Choice(name=name, value=name) for name in list(names)[:25]]
