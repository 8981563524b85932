"""The button “Alert me” and what follows from it: a member's own alerts, and nobody else's"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
import structlog
from discord.ext import commands

from alerts.direct import DirectMessages
from alerts.domain.errors import BadInput, DeliveryError
from alerts.domain.guild import Language
from alerts.domain.model import ChangeKind, Product
from alerts.domain.standing import Standing
from alerts.domain.text import harmless
from alerts.domain.wishes import Subscription, space_of
from alerts.guilds import Guilds
from alerts.own import OwnAlerts
from alerts.products import Products
from bot.ui import own as ui
from bot.ui import own_text as said
from bot.ui.language import spoken, t

log = structlog.get_logger()


class OwnCog(commands.Cog):
    """Answers are for the asker alone. Everything is looked up by their id, whatever was pressed, wherever."""

    controls = ui.OWN_CONTROLS

    def __init__(self, *, own: OwnAlerts, direct: DirectMessages, guilds: Guilds, products: Products) -> None:
        self._own, self._direct, self._guilds, self._products = own, direct, guilds, products

    async def alert_me(self, interaction: discord.Interaction[Any], sku: str) -> None:
        """Ask for the terms of an alert of one's own, which is changed if there is one."""
        product = await self._product(interaction, sku)
        before = await self._own.of_product(interaction.user.id, sku)

        async def submit(answer: discord.Interaction[Any], price: str, kinds: Sequence[ChangeKind]) -> None:
            await self._keep(answer, sku, price, kinds)

        await interaction.response.send_modal(ui.OwnForm(product, before, submit=submit))

    async def _keep(
        self, interaction: discord.Interaction[Any], sku: str, price: str, kinds: Sequence[ChangeKind]
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        user, product, guild = interaction.user.id, await self._product(interaction, sku), interaction.guild_id
        before = await self._own.list(user)
        currency = (await self._guilds.settings(guild)).currency if guild else None
        language = Language(spoken())
        made = await self._own.add(user, product, kinds=kinds, price=price, currency=currency, language=language)
        closed = await self._greet(user, is_first=not before)
        is_new = made.id not in {each.id for each in before}
        text = said.made_text(made, product, is_new=is_new) + (f"\n\n{said.closed_text(closed)}" if closed else "")
        await interaction.followup.send(text, view=ui.made_view(made, is_closed=bool(closed)), ephemeral=True)

    async def _greet(self, user: int, *, is_first: bool) -> Standing | None:
        """Write to whoever makes their first alert, or could not be reached; why nothing reaches them, if so."""
        closed = await self._direct.trouble(user)
        if closed or is_first:
            try:
                return await self._direct.open(user, said.hello_text())
            except BadInput:
                return closed
            except DeliveryError as exc:
                log.info("hello not sent", reason=str(exc))
        return None

    async def own_button(self, interaction: discord.Interaction[Any], what: str, alert: str) -> None:
        """Change, pause, resume or end one of one's own."""
        user, message = interaction.user.id, interaction.message
        if what == "edit":
            await self.alert_me(interaction, (await self._own.get(user, alert)).sku or "")
        elif what == "stop":
            name = await self._names(user)
            ended = await self._own.remove(user, alert)
            text = t("Ended: I no longer write to you of **{product}**.", product=harmless(name(ended)))
            if message and message.flags.ephemeral:
                await interaction.response.edit_message(content=text, embed=None, view=ui.me_view("list"))
            else:  # the alert itself, which stays as it is
                await interaction.response.send_message(text, ephemeral=True)
        else:
            await self._own.pause(user, alert, paused=what == "pause")
            await self.picked(interaction, alert)

    async def picked(self, interaction: discord.Interaction[Any], alert: str) -> None:
        """Show one of one's own."""
        one = await self._own.get(interaction.user.id, alert)
        embed = said.one_embed(one, await self._names(interaction.user.id), interaction.created_at)
        await interaction.response.edit_message(content=None, embed=embed, view=ui.one_view(one))

    async def show_list(self, interaction: discord.Interaction[Any]) -> None:
        """Show all of one's own, in the answer that was begun."""
        user = interaction.user.id
        mine = await self._own.list(user)
        closed = await self._direct.to_be_said(user) or await self._direct.trouble(user)
        name = await self._names(user)
        embed = said.list_embed(mine, name, closed, interaction.created_at)
        view = ui.list_view(mine, name, closed)
        await interaction.edit_original_response(content=None, embed=embed, view=view)

    async def _product(self, interaction: discord.Interaction[Any], sku: str) -> Product:
        """One that this guild may ask for, or that an alert of theirs is about; BadInput for any other."""
        for place in (interaction.guild_id, space_of(interaction.user.id)):
            if product := (await self._products.of(place)).get(sku):
                return product
        raise BadInput(t("This product is no longer offered here."))

    async def _names(self, user: int) -> said.Names:
        theirs = await self._products.of(space_of(user))

        def name(one: Subscription) -> str:
            product = theirs.get(one.sku or "")
            return product.name if product else one.sku or "?"

        return name
