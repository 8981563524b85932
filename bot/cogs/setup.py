"""/setup, also offered once on joining a server"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from alerts.domain.errors import BadInput, StoreError
from alerts.domain.wishes import Target
from alerts.products import Products
from alerts.store.ports import Notes
from alerts.subscriptions import Subscriptions
from bot.audit import note_change
from bot.cogs import setup_steps as steps
from bot.cogs.choices import MANAGE, check_manager, settings_here
from bot.ui import setup as pages
from bot.ui.controls import View
from bot.ui.language import N_, language_of, speaking, t, told_harmlessly
from bot.ui.permissions import Place, missing_in

_MOST = 25  # of Discord's selects
_STILL_NEW = timedelta(days=7)
log = structlog.get_logger()


class SetupCog(commands.Cog):
    """Channel, role, products, test: under a minute. Nothing is kept before the products are chosen."""

    controls = (
        steps.SetupStart,
        steps.SetupChannel,
        steps.SetupRole,
        steps.SetupNobody,
        steps.SetupProducts,
        steps.SetupTest,
    )

    def __init__(self, *, subscriptions: Subscriptions, products: Products, notes: Notes, began: datetime) -> None:
        """`began`: since when Discord tells this process of those who invite the bot."""
        self._subscriptions, self._products, self._notes, self._began = subscriptions, products, notes, began

    @app_commands.command(description="Set me up: a channel, a role, the first products and a test")
    @app_commands.default_permissions(MANAGE)
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    async def setup(self, interaction: discord.Interaction) -> None:
        await check_manager(interaction)
        await self.begin(interaction)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say hello once, where it is allowed; never in a direct message."""
        name, stay = f"welcome:{guild.id}", str(guild.me.joined_at) if guild.me else ""
        try:
            if await self._notes.note(name) == stay or not await _say_hello(guild):
                return
            await self._notes.set_note(name, stay)
        except StoreError as exc:
            log.warning("no welcome", guild=guild.id, reason=str(exc))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Who invited us while we were away is greeted now, unless that was long ago."""
        joined = guild.me.joined_at if guild.me else None
        if joined and self._began - _STILL_NEW < joined < self._began:
            await self.on_guild_join(guild)

    # The steps, in their order.

    async def begin(self, interaction: discord.Interaction[Any]) -> None:
        embed, view = pages.channel_embed(), steps.channel_view()
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    async def channel_chosen(self, interaction: discord.Interaction[Any], channel: int) -> None:
        trouble = _trouble_in(interaction, channel)
        embed = pages.channel_embed(trouble) if trouble else pages.role_embed(channel)
        view = steps.channel_view() if trouble else steps.role_view(channel)
        await interaction.response.edit_message(embed=embed, view=view)

    async def role_chosen(self, interaction: discord.Interaction[Any], channel: int, role: discord.Role | None) -> None:
        if trouble := _trouble_in(interaction, channel):
            await interaction.response.edit_message(embed=pages.channel_embed(trouble), view=steps.channel_view())
            return
        if trouble := _trouble_with(interaction, channel, role):
            embed = pages.role_embed(channel, trouble)
            await interaction.response.edit_message(embed=embed, view=steps.role_view(channel))
            return
        mine = await self._products.of(interaction.guild_id)
        name, offered = role.id if role else None, mine.suggest("", limit=_MOST)
        embed = pages.products_embed(channel, name, len(offered), len(mine))
        await interaction.response.edit_message(embed=embed, view=steps.products_view(channel, name, offered))

    async def products_chosen(
        self, interaction: discord.Interaction[Any], channel: int, role: int | None, skus: Sequence[str]
    ) -> None:
        if trouble := _trouble_in(interaction, channel):
            await interaction.response.edit_message(embed=pages.channel_embed(trouble), view=steps.channel_view())
            return
        await interaction.response.defer()
        made, trouble = list[str](), ""
        mine = await self._products.of(interaction.guild_id)
        for product in filter(None, map(mine.get, skus)):
            try:
                await self._subscriptions.add(interaction.guild_id or 0, product, Target(id=channel),
                                              by=interaction.user.id, mention_role=role)  # fmt: skip
            except BadInput as exc:
                trouble = told_harmlessly(str(exc))
                break
            made.append(product.name)
            await note_change(interaction, N_("alert added"), product.name, f"#{channel}, by /setup")
        embed = pages.done_embed(channel, role, made, trouble)
        await interaction.edit_original_response(embed=embed, view=steps.test_view(channel))

    async def test(self, interaction: discord.Interaction[Any], channel: int) -> None:
        if trouble := _trouble_in(interaction, channel):
            raise BadInput(trouble)
        await interaction.response.defer(ephemeral=True, thinking=True)
        place = interaction.client.get_partial_messageable(channel, guild_id=interaction.guild_id)
        # It stands where the alerts will stand, so it reads like them.
        with speaking((await settings_here(interaction)).language.value):
            sample = pages.sample_embed()
        message = await place.send(embed=sample)
        await interaction.followup.send(t("It arrived: {link}", link=message.jump_url), ephemeral=True)


def _trouble_in(interaction: discord.Interaction[Any], channel: int) -> str:
    """Why alerts cannot go there, with what to do; "" when they can. The channel has to be this guild's."""
    place = interaction.guild.get_channel_or_thread(channel) if interaction.guild else None
    if place is None:
        return t("I cannot see that channel: grant me **View Channel** there, or choose another one.")
    if missing := missing_in(place):
        return pages.lacking(missing, channel)
    theirs = place.permissions_for(interaction.user) if isinstance(interaction.user, discord.Member) else None
    if theirs and not (theirs.view_channel and theirs.send_messages):
        return t("You may not write in <#{channel}> yourself: choose another one.", channel=channel)
    return ""


def _trouble_with(interaction: discord.Interaction[Any], channel: int, role: discord.Role | None) -> str:
    """Why that role cannot be mentioned there, with what to do."""
    place = interaction.guild.get_channel_or_thread(channel) if interaction.guild else None
    if role is None or place is None:
        return ""
    if role.is_default() and not interaction.permissions.mention_everyone:
        return t(
            "Mentioning everyone needs the permission **Mention @everyone, @here, and All Roles**, which you lack here."
        )
    may_all = place.permissions_for(place.guild.me).mention_everyone
    if not may_all and (role.is_default() or not role.mentionable):
        return t("I may not mention {role}: let anyone **@mention** it in its settings, or grant me **Mention"
                 " @everyone, @here, and All Roles** in <#{channel}>.", role=role.mention, channel=channel)  # fmt: skip
    return ""


async def _say_hello(guild: discord.Guild) -> bool:
    """Whether it was said."""
    with speaking(language_of(guild.preferred_locale)):
        text, view = pages.welcome_text(), View(timeout=None).add_item(steps.SetupStart())
        for place in _where_to(guild):
            try:
                await place.send(text, view=view, nonce=f"hi:{guild.id}")
            except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError) as exc:
                log.info("no welcome here", guild=guild.id, channel=place.id, reason=type(exc).__name__)
                continue
            return True
    return False


def _where_to(guild: discord.Guild) -> list[discord.TextChannel]:
    """The system channel, then the others from the top; a few of those that the bot may write in."""
    places = dict.fromkeys([*([guild.system_channel] if guild.system_channel else []), *guild.text_channels])
    open_ones: list[discord.TextChannel] = [place for place in places if _may_write(place)]
    return open_ones[:3]


def _may_write(place: Place) -> bool:
    return not missing_in(place, embeds=False)
