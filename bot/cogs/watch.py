"""/watch"""

from __future__ import annotations

import re
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from alerts.additions import Additions
from alerts.answers import Answers
from alerts.domain.canonical import is_address
from alerts.domain.catalogue import LONGEST_NAME
from alerts.domain.model import Product, Tier
from alerts.domain.text import harmless, plain
from alerts.products import Products
from alerts.watches import Watched, Watches
from alerts.watchlists.files import Format
from alerts.watchlists.imports import Imports
from bot.audit import note_change
from bot.cogs.choices import MANAGE, may_manage, product_choices, watched_choices
from bot.cogs.watch_controls import CONTROLS, page_view, proposal_view
from bot.cogs.watch_files import run_import, send_export, show_dry_run
from bot.ui.embeds import answer_embed
from bot.ui.language import N_, t
from bot.ui.watching import list_embed, pages_of, preview_embed, tier_word

_TIERS = [
    app_commands.Choice(name="Hot: as often as possible", value="hot"),
    app_commands.Choice(name="Warm: now and then", value="warm"),
    app_commands.Choice(name="Cold: rarely", value="cold"),
    app_commands.Choice(name="Frozen: only when somebody asks", value="frozen"),
]


@app_commands.default_permissions(MANAGE)
@app_commands.guild_only()
class WatchCog(commands.GroupCog, name="watch", description="Choose which products are scanned all the time"):
    """Which products this server wants scanned."""

    controls = CONTROLS

    def __init__(
        self,
        *,
        watches: Watches,
        additions: Additions,
        imports: Imports,
        answers: Answers,
        products: Products,
        max_age: timedelta,
    ) -> None:
        self._watches, self._additions, self._imports = watches, additions, imports
        self._answers, self._products, self.max_age = answers, products, max_age

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await may_manage(interaction)

    @app_commands.command(description="Scan a product all the time and keep its history")
    @app_commands.describe(
        product="Which product, or the address of its page at a shop",
        name="What to call it here",
        tier="How often to look; the product's own if left out",
    )
    @app_commands.choices(tier=_TIERS)
    async def add(
        self,
        interaction: discord.Interaction,
        product: app_commands.Range[str, 1, 2048],
        name: app_commands.Range[str, 1, LONGEST_NAME] | None = None,
        tier: str | None = None,
    ) -> None:
        wanted = Tier(tier) if tier else None
        await interaction.response.defer(ephemeral=True)
        guild, by = interaction.guild_id or 0, interaction.user.id
        if is_address(product):
            preview = await self._additions.propose(guild, product, by=by, name=name, tier=wanted)
            if preview.id:
                await interaction.followup.send(embed=preview_embed(preview), view=proposal_view(preview.id))
            else:
                await interaction.followup.send(_already(preview.product))
            return
        found = (await self._products.of(guild)).find(product)
        called = plain(name or "", LONGEST_NAME) or None
        is_new = await self._watches.add(guild, found, by=by, name=called, tier=wanted)
        await self._tell_added(interaction, found.sku, is_new=is_new)

    async def keep(self, interaction: discord.Interaction, waiting: str) -> None:
        """What the button of a proposal does."""
        await interaction.response.defer()
        kept, is_new = await self._additions.keep(interaction.guild_id or 0, waiting, by=interaction.user.id)
        await self._tell_added(interaction, kept.sku, is_new=is_new, instead=True)

    async def cancel(self, interaction: discord.Interaction, what: str, waiting: str) -> None:
        """What Cancel does."""
        waits = self._additions if what == "add" else self._imports
        await waits.drop(interaction.guild_id or 0, waiting, by=interaction.user.id)
        text = t("Cancelled; nothing was changed.")
        await interaction.response.edit_message(content=text, embed=None, attachments=[], view=None)

    async def _tell_added(
        self, interaction: discord.Interaction, sku: str, *, is_new: bool, instead: bool = False
    ) -> None:
        watch, found = await self._watches.watched(interaction.guild_id or 0, sku)
        if is_new:
            await note_change(interaction, N_("watch added"), found.name)
        answer = await self._answers(found, max_age=self.max_age)
        tier = tier_word(watch.tier_of(found))
        text = (
            t("Watching **{name}** ({tier} tier).", name=harmless(found.name), tier=tier) if is_new else _already(found)
        )
        text += " " + t("`/alerts subscribe` tells a channel of its changes.")
        if watch.paused:
            text += " " + t("It is paused: `/watch resume` goes on with it.")
        if instead:
            await interaction.edit_original_response(content=text, embed=answer_embed(answer), view=None)
        else:
            await interaction.followup.send(text, embed=answer_embed(answer))

    @app_commands.command(description="Stop scanning a product")
    @app_commands.describe(product="Which product")
    async def remove(self, interaction: discord.Interaction, product: str) -> None:
        await interaction.response.defer(ephemeral=True)
        _, found = await self._watches.watched(interaction.guild_id or 0, product)
        await self._watches.remove(interaction.guild_id or 0, found)
        await note_change(interaction, N_("watch removed"), found.name)
        text = t("No longer watching **{name}**. Its history is kept.", name=harmless(found.name))
        await interaction.followup.send(text)

    @app_commands.command(description="Stop scanning a product for a while; its alerts here rest too")
    @app_commands.describe(product="Which product")
    async def pause(self, interaction: discord.Interaction, product: str) -> None:
        text = t("**{name}** is paused: `/watch resume` goes on with it. Its alerts here rest, too.")
        await self._change(interaction, product, N_("watch paused"), text, paused=True)

    @app_commands.command(description="Go on scanning a paused product")
    @app_commands.describe(product="Which product")
    async def resume(self, interaction: discord.Interaction, product: str) -> None:
        await self._change(interaction, product, N_("watch resumed"), t("**{name}** is scanned again."), paused=False)

    @app_commands.command(description="Choose how often a product is looked at")
    @app_commands.describe(product="Which product", tier="How often")
    @app_commands.choices(tier=_TIERS)
    async def tier(self, interaction: discord.Interaction, product: str, tier: str) -> None:
        text = t("**{name}** is on the {tier} tier now.")
        await self._change(interaction, product, N_("watch's tier changed"), text, tier=Tier(tier))

    async def _change(
        self, interaction: discord.Interaction, product: str, what: str, text: str, **fields: object
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        guild = interaction.guild_id or 0
        watch, found = await self._watches.watched(guild, product)
        before, after = await self._watches.change(guild, watch.sku, **fields)
        if before == after:
            await interaction.followup.send(t("**{name}** was so already.", name=harmless(found.name)))
            return
        tiers = [each.tier_of(found) for each in (before, after)]
        await note_change(interaction, what, found.name, " → ".join(tiers) if "tier" in fields else "")
        await interaction.followup.send(text.format(name=harmless(found.name), tier=tier_word(tiers[1])))

    @app_commands.command(name="list", description="Show what this server watches")
    async def list_(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        embed, view = await self._page(interaction.guild_id or 0, 0)
        await interaction.followup.send(embed=embed, view=view)

    @app_commands.command(name="import", description="Watch all that a file lists; shows first what would change")
    @app_commands.describe(file="A .csv or .yaml file of up to 1 MB; /watch export shows how it looks")
    async def import_(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        await show_dry_run(self._imports, interaction, file)

    @app_commands.command(description="Get all that is watched here as a file")
    @app_commands.rename(kind="format")
    @app_commands.describe(kind="YAML reads well, CSV opens in spreadsheets")
    @app_commands.choices(
        kind=[app_commands.Choice(name="YAML", value="yaml"), app_commands.Choice(name="CSV", value="csv")]
    )
    async def export(self, interaction: discord.Interaction, kind: str = "yaml") -> None:
        await send_export(self._imports, interaction, Format(kind))

    async def run_import(self, interaction: discord.Interaction, waiting: str, *, take_theirs: bool) -> None:
        """What the buttons of a dry run do."""
        await run_import(self._imports, interaction, waiting, take_theirs=take_theirs)

    async def show_page(self, interaction: discord.Interaction, page: int) -> None:
        """What the arrows below the list do."""
        embed, view = await self._page(interaction.guild_id or 0, page)
        await interaction.response.edit_message(embed=embed, view=view)

    async def _page(self, guild: int, page: int) -> tuple[discord.Embed, discord.ui.View]:
        watched = sorted(await self._watches.list(guild), key=_by_name)
        pages = pages_of(watched)
        page = min(page, pages - 1)
        return list_embed(watched, *await self._watches.use(guild), page), page_view(page, pages)

    @add.autocomplete("product")
    async def _product(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(await self._products.of(interaction.guild_id), typed)

    @remove.autocomplete("product")
    @pause.autocomplete("product")
    @resume.autocomplete("product")
    @tier.autocomplete("product")
    async def _watched(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return watched_choices(await self._watches.list(interaction.guild_id or 0), typed)


def _by_name(watched: Watched) -> list[str | int]:
    """As people sort names: "Card 9" before "Card 10"."""
    watch, product = watched
    name = (product.name if product else watch.sku).casefold()
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _already(product: Product) -> str:
    return t("**{name}** is watched already.", name=harmless(product.name))
