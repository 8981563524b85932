"""/scan"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

import discord
from discord import app_commands
from discord.ext import commands

from alerts.answers import Answers
from alerts.domain.errors import BadInput, SentryError, UnknownProduct
from alerts.domain.model import Product
from alerts.domain.text import harmless, plain
from alerts.fresh_scans import FreshScans
from alerts.products import Products
from alerts.scan import Answer
from bot.cogs.choices import is_private, product_choices
from bot.ui.barcodes import Barcodes
from bot.ui.language import t
from bot.ui.replies import reply_to
from bot.ui.scans import CONTROLS, picker_shown, scan_shown, scans_shown
from bot.ui.soon import Shown, answer_soon

_MOST = 5


class Ask(Protocol):
    """Answers with the asker's wish for freshness in it."""

    async def __call__(self, product: Product) -> Answer:
        """What is known of it."""


class ScanCog(commands.Cog):
    """Every shop's price and stock of a product, or of several. Anybody may ask, anywhere; nothing is kept of it."""

    controls = CONTROLS

    def __init__(self, *, answers: Answers, products: Products, limits: FreshScans) -> None:
        self._answers, self._products, self._limits = answers, products, limits
        self._barcodes = Barcodes()

    @app_commands.command(description="Show every shop's price and stock of a product")
    @app_commands.describe(
        product="What to look for; up to five, with commas",
        fresh="Ask the shops now, instead of answering from memory",
        photo="A picture of a bar code, to look for its product",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def scan(
        self,
        interaction: discord.Interaction,
        product: str | None = None,
        fresh: bool = False,  # noqa: FBT001, FBT002 - an option
        photo: discord.Attachment | None = None,
    ) -> None:
        ask = partial(self._answers, fresh=fresh)
        if fresh:
            await self._limits.take(interaction.user.id, interaction.guild_id)
        ephemeral = await is_private(interaction)
        if photo:
            await answer_soon(interaction, self._of_photo(interaction.guild_id, photo, ask), ephemeral=ephemeral)
            return
        if not product or not product.strip(" ,"):
            raise BadInput(t("Say which product, or attach a picture of its bar code as `photo`."))
        await answer_soon(interaction, self._of_text(interaction.guild_id, product, ask), ephemeral=ephemeral)

    async def refresh(self, interaction: discord.Interaction, sku: str, page: int, *, max_age: timedelta) -> Shown:
        """The same page from the shops, unless they were asked `max_age` ago. It counts as a fresh scan."""
        await self._limits.take(interaction.user.id, interaction.guild_id)
        return await self.page(interaction, sku, page, max_age=max_age)

    async def page(
        self, interaction: discord.Interaction, sku: str, page: int, *, max_age: timedelta | None = None
    ) -> Shown:
        """A page of a product's shops, from memory when that is young enough."""
        found = (await self._products.of(interaction.guild_id)).get(sku)
        if found is None:
            raise BadInput(t("This product is no longer offered by the operator; `/scan` knows the others."))
        return scan_shown(await self._answers(found, max_age=max_age), page)

    async def _of_text(self, guild: int | None, text: str, ask: Ask) -> Shown:
        mine = await self._products.of(guild)
        asked = _asked(mine, text)
        if len(asked) > 1:
            return await self._of_several(mine, asked, ask)
        return await self._of_one(mine, mine.named(asked[0]), asked[0], ask)

    async def _of_one(self, mine: Products, meant: Sequence[Product], asked: str, ask: Ask) -> Shown:
        if not meant:
            raise UnknownProduct(asked, [each.name for each in mine.near(asked)])
        if len(meant) > 1:
            return picker_shown(meant, asked)
        return scan_shown(await ask(meant[0]))

    async def _of_several(self, mine: Products, asked: Sequence[str], ask: Ask) -> Shown:
        found = await asyncio.gather(*(self._one_of_several(mine, each, ask) for each in asked))
        answers = {each.product.sku: each for each in found if isinstance(each, Answer)}
        return scans_shown(list(answers.values()), [each for each in found if isinstance(each, str)])

    async def _one_of_several(self, mine: Products, asked: str, ask: Ask) -> Answer | str:
        """What is known of it, or in words why not: one that fails must not keep the others from being shown."""
        try:
            return await ask(mine.find(asked))
        except SentryError as error:
            return f"• {harmless(asked, 80)}: {reply_to(error, '')}"

    async def _of_photo(self, guild: int | None, photo: discord.Attachment, ask: Ask) -> Shown:
        codes, mine = await self._barcodes.read(photo), await self._products.of(guild)
        meant = {product.sku: product for code in codes for product in mine.by_code(code)}
        read = ", ".join(f"`{plain(code, 60).replace('`', '')}`" for code in codes[:3])
        if not meant:
            raise BadInput(t("The code in this picture says {codes}, and no product here goes by that.", codes=read))
        return await self._of_one(mine, list(meant.values()), ", ".join(codes[:3]), ask)

    @scan.autocomplete("product")
    async def _product(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        mine = await self._products.of(interaction.guild_id)
        before, comma, last = typed.rpartition(",")
        if not comma or mine.exactly(typed):
            return product_choices(mine, typed)
        kept = ", ".join(part.strip() for part in before.split(",") if part.strip())
        more = (
            app_commands.Choice(name=plain(f"{kept}, {each.name}", 100), value=f"{kept}, {each.value}")
            for each in product_choices(mine, last)
        )
        return [each for each in more if len(str(each.value)) <= 100]


def _asked(products: Products, text: str) -> list[str]:
    """The products that were asked for, each once. A name or an address with a comma in it is one."""
    if products.exactly(text) or products.by_code(text):
        return [text]
    asked = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if len(asked) > _MOST:
        raise BadInput(t("At most {most} products at once.", most=_MOST))
    return asked
