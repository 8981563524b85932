"""/alerts: subscribe, unsubscribe, list, edit, test. The times are in alerts_when.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from alerts.domain.model import ChangeKind
from alerts.domain.wishes import DEFAULT_KINDS, FirstSight, Subscription, Target
from bot.cogs.alerts_desk import Desk, title_of
from bot.cogs.alerts_made import MADE_CONTROLS, end, made_card, page_of
from bot.cogs.alerts_panel import PANEL_CONTROLS, show_panel
from bot.cogs.alerts_when import AlertsWhen
from bot.cogs.choices import MANAGE, may_manage, product_choices
from bot.cogs.places import PlaceOption, check_place, check_role, chosen_place
from bot.cogs.subjects import category_choices, subject
from bot.ui import words
from bot.ui.language import N_, t
from bot.ui.panel import Draft
from bot.ui.wish import place_name, test_lines

_KINDS = {
    N_("Back in stock, pre-orders and price drops"): DEFAULT_KINDS,
    N_("Back in stock only"): (ChangeKind.RESTOCKED,),
    N_("Price drops only"): (ChangeKind.PRICE_DROP,),
    N_("Shops that cannot be read"): (ChangeKind.VENDOR_BLIND, ChangeKind.VENDOR_BACK),
    N_("Everything"): tuple(kind for kind in ChangeKind if not kind.is_note),
}
_LOWS: dict[str, object] = {N_("Lowest in 30 days"): 30, N_("Lowest in 90 days"): 90, N_("Lowest ever"): "ever"}
_FIRST = {N_("Tell what is so already, once"): FirstSight.TELL_NOW, N_("Tell only what changes"): FirstSight.BASELINE}


@app_commands.default_permissions(MANAGE)
@app_commands.guild_only()
class AlertsCog(
    AlertsWhen, commands.GroupCog, name="alerts", description="Choose who is told of which changes, and where"
):
    """Subscriptions of this server."""

    controls = (*MADE_CONTROLS, *PANEL_CONTROLS)

    def __init__(self, *, desk: Desk) -> None:
        self.desk = desk

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return await may_manage(interaction)

    @app_commands.command(description="Tell a channel when a product changes")
    @app_commands.describe(
        product="Which product",
        category="Or every product of a category",
        channel="Where to tell it; here if left out",
        role="Whom to mention",
        kinds="What to tell",
        below="Only prices below this, such as 450 GBP",
        drop_percent="Only drops of so many per cent or more",
        new_low="Only prices that are a new low",
        first_sight="What to do with what is so already",
        panel="Choose all this and more in a panel: quiet hours, a webhook or another service …",
    )
    @app_commands.choices(
        kinds=[app_commands.Choice(name=name, value=name) for name in _KINDS],
        new_low=[app_commands.Choice(name=name, value=name) for name in _LOWS],
        first_sight=[app_commands.Choice(name=name, value=name) for name in _FIRST],
    )
    async def subscribe(  # noqa: PLR0913, PLR0917 - the options of the command
        self,
        interaction: discord.Interaction,
        product: str | None = None,
        category: str | None = None,
        channel: app_commands.Transform[int, PlaceOption] | None = None,
        role: discord.Role | None = None,
        kinds: str | None = None,
        below: app_commands.Range[str, 1, 40] | None = None,
        drop_percent: app_commands.Range[float, 0.1, 100.0] | None = None,
        new_low: str | None = None,
        first_sight: str | None = None,
        panel: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        rules = {
            "kinds": _KINDS.get(kinds or "", DEFAULT_KINDS),
            "mention_role": role.id if role else None,
            "drop_percent": None if drop_percent is None else Decimal(str(drop_percent)),
            "new_low": _LOWS.get(new_low or ""),
            "first_sight": _FIRST.get(first_sight or "", FirstSight.BASELINE),
        }
        place = interaction.channel_id if channel is None else channel
        about = subject(await self.desk.products.of(interaction.guild_id), product, category)
        target = Target(id=place or 0) if panel and channel is None else await chosen_place(interaction, place or 0)
        by = interaction.user.id
        wish = self.desk.subscriptions.draft(interaction.guild_id or 0, target, by=by, **about, **rules)
        check_role(interaction, wish)
        if not panel:
            check_place(interaction, wish.target)
        await interaction.response.defer(ephemeral=True)
        price = await self.desk.price(wish.guild, wish, below)
        draft = Draft(wish.model_copy(update={"below": price}), await self.desk.name(wish), by)
        if panel:
            await show_panel(interaction, self.desk, draft)
            return
        await self._subscribed(interaction, draft)

    async def _subscribed(self, interaction: discord.Interaction[Any], draft: Draft) -> None:
        made = await self.desk.save(interaction, draft)
        embeds, view = await made_card(interaction, self.desk, made, is_new=True)
        place, name = place_name(made.target, ""), await title_of(self.desk, made)
        kinds = words.kinds(made.kinds)
        text = t("{place} hears of **{name}** from now on: {kinds}.", place=place, name=name, kinds=kinds)
        await interaction.followup.send(text, embeds=embeds, view=view)

    @app_commands.command(description="Stop telling a channel of a product")
    @app_commands.describe(alert="Which alert; pick it from the list")
    async def unsubscribe(self, interaction: discord.Interaction, alert: str) -> None:
        await interaction.response.defer(ephemeral=True)
        text, view = await end(interaction, self.desk, alert)
        await interaction.followup.send(text, view=view)

    @app_commands.command(name="list", description="Show who is told of what, and how it stands")
    async def list_(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        embed, view = await page_of(interaction, self.desk, 0)
        await interaction.followup.send(embed=embed, view=view)

    @app_commands.command(description="Change an alert, pause or resume it")
    @app_commands.describe(alert="Which alert; pick it from the list")
    async def edit(self, interaction: discord.Interaction, alert: str) -> None:
        await self.open_panel(interaction, await self.desk.one(interaction.guild_id or 0, alert))

    async def open_panel(self, interaction: discord.Interaction[Any], wish: Subscription) -> None:
        """Open the panel with what holds now; for the alert's buttons, too."""
        desk = self.desk
        await interaction.response.defer(ephemeral=True, thinking=True)
        host = await desk.host(wish)
        draft = Draft(wish, await desk.name(wish), interaction.user.id, before=wish, host=host)
        await show_panel(interaction, desk, draft)

    @app_commands.command(description="Send a test to where an alert goes; it mentions nobody")
    @app_commands.describe(alert="Which alert; pick it from the list")
    async def test(self, interaction: discord.Interaction, alert: str) -> None:
        await interaction.response.defer(ephemeral=True)
        tried = await self.desk.test(interaction, await self.desk.chosen(interaction.guild_id or 0, alert))
        await interaction.followup.send(test_lines(tried))

    @subscribe.autocomplete("product")
    async def _product(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(await self.desk.products.of(interaction.guild_id), typed)

    @subscribe.autocomplete("category")
    async def _category(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return category_choices(await self.desk.products.of(interaction.guild_id), typed)

    @unsubscribe.autocomplete("alert")
    @edit.autocomplete("alert")
    async def _alert(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.alert_choices(interaction, typed)

    @test.autocomplete("alert")
    async def _alerts(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.alert_choices(interaction, typed, with_all=True)
