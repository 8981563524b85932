"""/history, and the buttons under it"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from io import BytesIO
from types import MappingProxyType
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from alerts.domain.errors import BadInput
from alerts.domain.model import Product
from alerts.domain.text import harmless, plain
from alerts.history import History
from alerts.products import Products
from bot.charts import Charts
from bot.cogs.choices import is_private, product_choices
from bot.ui.controls import Control, View, cog_of
from bot.ui.history import IMAGE, history_embed
from bot.ui.language import t

_MARK = "hs:history:"
USUAL = "30d"
RANGES: Mapping[str, int | None] = MappingProxyType({"24h": 1, "7d": 7, "30d": 30, "90d": 90, "all": None})
_LABELS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {"24h": lambda: t("24 h"), "7d": lambda: t("7 d"), "30d": lambda: t("30 d"), "90d": lambda: t("90 d"),
     "all": lambda: t("All")}
)  # fmt: skip


class HistoryButton(
    Control[discord.ui.Button[Any]],
    template=r"hs:history:(?P<sku>[^:]{1,64}):(?P<window>[^:]{1,8})(?::(?P<vendor>[^:]{1,16}))?",
):
    """Shows the history of a product over a range: in place of the one above it, or as an answer under anything else.

    `vendor` is the mark of the only vendor that is asked for.
    """

    def __init__(self, sku: str, window: str = USUAL, vendor: str | None = None, *, is_chosen: bool = False) -> None:
        self.sku, self.window, self.vendor = sku, window, vendor
        style = discord.ButtonStyle.primary if is_chosen else discord.ButtonStyle.secondary
        place = _MARK + ":".join([sku, window, *([vendor] if vendor else [])])
        label = _LABELS[window]() if window in _LABELS else "?"
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=place))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        cog: HistoryCog = cog_of(interaction, "HistoryCog")
        await cog.press(interaction, self.sku, self.window, self.vendor)


class HistoryCog(commands.Cog):
    """What a product cost and when it was there. Asks for nothing of a guild, so it works everywhere."""

    controls = (HistoryButton,)

    def __init__(self, *, history: History, products: Products, charts: Charts) -> None:
        self._history, self._products, self._charts = history, products, charts

    async def cog_unload(self) -> None:
        self._charts.close()

    @app_commands.command(description="Show how a product's price and stock changed, in a chart and in words")
    @app_commands.describe(product="Which product", vendor="Only this shop", days="Only the last so many days")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def history(
        self,
        interaction: discord.Interaction,
        product: str,
        vendor: str | None = None,
        days: app_commands.Range[int, 1, 3650] | None = None,
    ) -> None:
        found = (await self._products.of(interaction.guild_id)).find(product)
        await interaction.response.defer(thinking=True, ephemeral=await is_private(interaction))
        await interaction.followup.send(**await self._answer(found, vendor, days or RANGES[USUAL]))

    async def press(self, interaction: discord.Interaction[Any], sku: str, window: str, mark: str | None) -> None:
        """Under a history its ranges change it; a button elsewhere is answered, in a guild for the asker alone."""
        product = (await self._products.of(interaction.guild_id)).get(sku)
        if product is None or window not in RANGES:
            raise BadInput(t("This button is from an older version; use `{command}`.", command="/history"))
        vendor = _vendor_of(product, mark)
        if _is_history(interaction.message, sku):
            await interaction.response.defer()
            made = await self._answer(product, vendor, RANGES[window])
            await interaction.edit_original_response(
                embed=made["embed"], view=made["view"], attachments=[made["file"]] if "file" in made else []
            )
            return
        await interaction.response.defer(ephemeral=interaction.guild_id is not None, thinking=True)
        await interaction.followup.send(**await self._answer(product, vendor, RANGES[window]))

    async def _answer(self, product: Product, vendor: str | None, days: int | None) -> dict[str, Any]:
        past = await self._history.past(product, vendor=vendor)
        drawn = await self._charts.draw(past, days)
        made = {"embed": history_embed(past, days, drawn.chart if drawn else None)}
        buttons = View(timeout=None)
        for window, length in RANGES.items() if past.is_known else ():
            buttons.add_item(HistoryButton(product.sku, window, _mark(past.vendor), is_chosen=length == days))
        file = {"file": discord.File(BytesIO(drawn.png), IMAGE, description=drawn.chart.alt)} if drawn else {}
        return {**made, **file, "view": buttons}

    @history.autocomplete("product")
    async def _product(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(await self._products.of(interaction.guild_id), typed)

    @history.autocomplete("vendor")
    async def _vendor(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        mine = await self._products.of(interaction.guild_id)
        product = mine.get(getattr(interaction.namespace, "product", "") or "")
        listings = product.listings if product else [each for product in mine for each in product.listings]
        names = dict.fromkeys(each.vendor for each in listings if typed.casefold() in each.vendor.casefold())
        return [app_commands.Choice(name=plain(name, 100), value=name[:100]) for name in list(names)[:25]]


def _is_history(message: discord.Message | None, sku: str) -> bool:
    """Whether the message has a row of ranges of the product, which only a history has."""
    rows = message.components if message else []
    ids: list[str] = [getattr(each, "custom_id", "") or "" for row in rows for each in getattr(row, "children", ())]
    return sum(each.startswith(f"{_MARK}{sku}:") for each in ids) > 1


def _mark(vendor: str | None) -> str | None:
    """A vendor in a button: its name may hold any character, and a lot of them."""
    return blake2b(vendor.casefold().encode(), digest_size=4).hexdigest() if vendor else None


def _vendor_of(product: Product, mark: str | None) -> str | None:
    if mark is None:
        return None
    for listing in product.listings:
        if _mark(listing.vendor) == mark:
            return listing.vendor
    raise BadInput(t("**{product}** is no longer listed by that shop.", product=harmless(product.name, 100)))
