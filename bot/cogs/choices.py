"""What several commands ask for in the same way: a product, with autocomplete; and who may manage."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import discord
from discord import app_commands

from alerts.domain.errors import StoreError, StoreUnavailable
from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings
from alerts.domain.model import Product
from alerts.domain.text import plain
from alerts.products import Products
from alerts.watches import Watched

MANAGE = discord.Permissions(manage_guild=True)
_PATIENCE = 1.0  # seconds of the three that Discord waits for a first answer


@runtime_checkable
class KnowsGuilds(Protocol):
    """The cog `settings`, as the others know it."""

    async def recent(self, guild: int) -> GuildSettings:
        """What the guild has chosen, as it was a few seconds ago."""


def product_choices(products: Products, typed: str) -> list[app_commands.Choice[str]]:
    """At most 25 products near what was typed; the choice's value is the sku. `products`: those of the asker's guild.

    Products of one name are told apart by their shop.
    """
    found = products.suggest(typed)
    names = Counter(product.name for product in found)
    return [app_commands.Choice(name=_label(p, is_twice=names[p.name] > 1), value=p.sku) for p in found]


def watched_choices(watched: Sequence[Watched], typed: str) -> list[app_commands.Choice[str]]:
    """The same of what a guild watches; what has left the configuration goes by its sku."""
    there = [product or Product(sku=watch.sku, name=watch.name or watch.sku) for watch, product in watched]
    return product_choices(Products(there), typed)


def _label(product: Product, *, is_twice: bool) -> str:
    shop = f" · {product.listings[0].vendor}" if is_twice and product.listings else ""
    return plain(product.name, 100 - min(40, len(shop))) + plain(shop, 40) if shop else plain(product.name, 100)


async def may_manage(interaction: discord.Interaction[Any]) -> bool:
    """Manage Server, or the role that the guild has chosen for it.

    Checked here too: server owners can open a command to anybody in Discord's own settings.
    """
    if interaction.guild_id is None:
        return False
    if interaction.permissions.manage_guild:
        return True
    role = (await settings_here(interaction)).manager_role
    return role is not None and isinstance(interaction.user, discord.Member) and bool(interaction.user.get_role(role))


async def check_manager(interaction: discord.Interaction[Any]) -> None:
    """For buttons and selects: CheckFailure for whoever may not manage."""
    if not await may_manage(interaction):
        raise app_commands.CheckFailure


async def is_private(interaction: discord.Interaction[Any]) -> bool:
    """Whether the guild wants an answer to a question (/scan, /history) to be seen by the asker alone."""
    try:
        return (await settings_here(interaction)).ephemeral_replies
    except StoreError:
        return True  # whatever comes next is an apology


async def settings_here(interaction: discord.Interaction[Any]) -> GuildSettings:
    """What the guild has chosen, as it was a few seconds ago; the defaults outside of a guild."""
    cog = interaction.client.get_cog("settings")
    if interaction.guild_id is None or not isinstance(cog, KnowsGuilds):
        return DEFAULT_SETTINGS
    try:
        async with asyncio.timeout(_PATIENCE):
            return await cog.recent(interaction.guild_id)
    except TimeoutError:
        raise StoreUnavailable("Memory does not answer in time; try again in a minute.") from None
