"""/why, and "Why this alert?" in a message's menu"""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from alerts.domain.errors import BadInput
from alerts.domain.said import say
from alerts.products import Products
from alerts.why import Why
from bot.cogs.choices import product_choices
from bot.ui.why import alert_id_in, alert_why_embed, product_why_embed, told_choice


class WhyCog(commands.Cog):
    """What led to an alert or to a silence. Everybody in the server may ask; nobody else sees the answer."""

    def __init__(self, *, why: Why, products: Products) -> None:
        self._why, self._products = why, products
        # discord.py finds slash commands in a cog by itself, but no menus: the client adds these (client.add_cogs).
        self.menus = (app_commands.ContextMenu(name="Why this alert?", callback=self._of_message),)

    @app_commands.command(description="Explain an alert, or why a product has been quiet")
    @app_commands.describe(alert="A message of the last two weeks; pick it from the list", product="Which product")
    @app_commands.guild_only()
    async def why(self, interaction: discord.Interaction, alert: str | None = None, product: str | None = None) -> None:
        if alert:
            await self._explain_alert(interaction, alert_id_in(alert) or alert)
            return
        if not product:
            raise BadInput(say("Choose an alert or a product, and I explain it."))
        found = (await self._products.of(interaction.guild_id)).find(product)
        await interaction.response.defer(ephemeral=True)
        explained = await self._why.of_product(interaction.guild_id or 0, found)
        await interaction.followup.send(embed=product_why_embed(found.name, explained))

    @app_commands.guild_only()
    async def _of_message(self, interaction: discord.Interaction, message: discord.Message) -> None:
        footers = (embed.footer.text or "" for embed in message.embeds)
        alert = next(filter(None, map(alert_id_in, footers)), None)
        if alert is None:
            raise BadInput(say("That message is no alert of mine: its last line would say “Alert …”."))
        await self._explain_alert(interaction, alert)

    async def _explain_alert(self, interaction: discord.Interaction, alert: str) -> None:
        await interaction.response.defer(ephemeral=True)
        explained = await self._why.of_alert(interaction.guild_id or 0, alert)
        await interaction.followup.send(embed=alert_why_embed(alert, explained))

    @why.autocomplete("product")
    async def _product(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(await self._products.of(interaction.guild_id), typed)

    @why.autocomplete("alert")
    async def _alert(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        choices, mine = [], await self._products.of(interaction.guild_id)
        for stage in await self._why.told(interaction.guild_id or 0, limit=100):
            product = mine.get(stage.sku)
            label = told_choice(stage, product.name if product else stage.sku)
            if typed.casefold() in label.casefold():
                choices.append(app_commands.Choice(name=label, value=stage.delivery or ""))
        return choices[:25]
