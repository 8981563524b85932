"""/alerts"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from alerts.domain.errors import BadInput
from alerts.domain.model import ChangeKind
from alerts.domain.text import harmless, plain
from alerts.domain.wishes import DEFAULT_KINDS, Subscription, Target
from alerts.products import Products
from alerts.scan import Scan
from alerts.store.ports import Standings
from alerts.subscriptions import Subscriptions
from bot.cogs.choices import MANAGE, may_manage, product_choices
from bot.ui import words
from bot.ui.embeds import answer_embed
from bot.ui.permissions import missing_in, place_of
from bot.ui.standing import standing_line, target_name

_KINDS = {
    "Back in stock, pre-orders and price drops": DEFAULT_KINDS,
    "Back in stock only": (ChangeKind.RESTOCKED,),
    "Price drops only": (ChangeKind.PRICE_DROP,),
    "Shops that cannot be read": (ChangeKind.VENDOR_BLIND, ChangeKind.VENDOR_BACK),
    "Everything": tuple(kind for kind in ChangeKind if not kind.is_note),
}


@app_commands.default_permissions(MANAGE)
@app_commands.guild_only()
class AlertsCog(commands.GroupCog, name="alerts", description="Choose who is told of which changes, and where"):
    """Subscriptions of this server."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        scan: Scan,
        products: Products,
        max_age: timedelta,
        standings: Standings,
    ) -> None:
        self._subscriptions, self._scan, self._products, self._max_age = subscriptions, scan, products, max_age
        self._standings = standings

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await may_manage(interaction)

    @app_commands.command(description="Tell a channel when a product changes")
    @app_commands.describe(
        product="Which product",
        channel="Where to tell it; here if left out",
        role="Whom to mention",
        kinds="What to tell",
    )
    @app_commands.choices(kinds=[app_commands.Choice(name=name, value=name) for name in _KINDS])
    async def subscribe(
        self,
        interaction: discord.Interaction,
        product: str,
        channel: discord.TextChannel | discord.Thread | None = None,
        role: discord.Role | None = None,
        kinds: str | None = None,
    ) -> None:
        found = self._products.find(product)
        place = _place(interaction, channel)
        _check_role(interaction, role)
        await interaction.response.defer(ephemeral=True)
        made = await self._subscriptions.add(
            interaction.guild_id or 0,
            found,
            Target(id=place),
            by=interaction.user.id,
            kinds=_KINDS.get(kinds or "", DEFAULT_KINDS),
            mention_role=role.id if role else None,
        )
        # Read now, so that the baseline stands before the next change, and the admin sees what is true already.
        answer = await self._scan(found, max_age=self._max_age)
        text = f"<#{place}> hears of **{harmless(found.name)}** from now on: {words.kinds(made.kinds)}.{_mention(made)}"
        await interaction.followup.send(f"{text} This is how it stands now:", embed=answer_embed(answer))

    @app_commands.command(description="Stop telling a channel of a product")
    @app_commands.describe(alert="Which alert; pick it from the list")
    async def unsubscribe(self, interaction: discord.Interaction, alert: str) -> None:
        await interaction.response.defer(ephemeral=True)
        ended = await self._subscriptions.remove(interaction.guild_id or 0, alert)
        await interaction.followup.send(f"<#{ended.target.id}> no longer hears of **{self._name(ended)}**.")

    @app_commands.command(name="list", description="Show who is told of what")
    async def list_(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        mine = await self._subscriptions.list(interaction.guild_id or 0)
        standings = await self._standings.standings() if mine else {}
        lines = []
        for each in mine:
            place = target_name(each.target)
            lines.append(f"• **{self._name(each)}** → {place} · {words.kinds(each.kinds)}{_mention(each)}")
            standing = standings.get(str(each.target))
            if standing and not standing.is_fine:
                lines.append(f"  {standing_line(standing, _missing(interaction, each.target))}")
        text = "\n".join(lines)[:3900] or "Nothing yet. `/alerts subscribe` starts with a product and a channel."
        await interaction.followup.send(embed=discord.Embed(title="Alerts here", description=text))

    def _name(self, subscription: Subscription) -> str:
        return harmless(self._plain_name(subscription))

    def _plain_name(self, subscription: Subscription) -> str:
        product = self._products.get(subscription.sku or "")
        return product.name if product else subscription.sku or f"everything in {subscription.category}"

    @subscribe.autocomplete("product")
    async def _product(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return product_choices(self._products, typed)

    @unsubscribe.autocomplete("alert")
    async def _alert(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if not await may_manage(interaction):
            return []
        choices = []
        for each in await self._subscriptions.list(interaction.guild_id or 0):
            channel = interaction.guild.get_channel_or_thread(each.target.id) if interaction.guild else None
            label = plain(f"{self._plain_name(each)} → #{channel.name if channel else each.target.id}", 100)
            if typed.casefold() in label.casefold():
                choices.append(app_commands.Choice(name=label, value=each.id))
        return choices[:25]


def _place(interaction: discord.Interaction, channel: discord.TextChannel | discord.Thread | None) -> int:
    """The channel's id, once both the bot and the asker may use it; BadInput names what is missing."""
    place = channel or interaction.channel
    if not isinstance(place, discord.TextChannel | discord.Thread):
        raise BadInput("Alerts need a text channel or a thread: choose one as the channel.")
    me = place.guild.me
    if me is None:
        raise BadInput("I cannot see my own permissions here yet; try again in a minute.")
    mine = place.permissions_for(me)
    send = mine.send_messages_in_threads if isinstance(place, discord.Thread) else mine.send_messages
    needs = {"View Channel": mine.view_channel, "Send Messages": send, "Embed Links": mine.embed_links}
    missing = [name for name, granted in needs.items() if not granted]
    if missing:
        raise BadInput(f"I lack {', '.join(missing)} in <#{place.id}>: grant it there, then try again.")
    return place.id


def _missing(interaction: discord.Interaction, target: Target) -> Sequence[str]:
    place = place_of(interaction.guild, target) if interaction.guild else None
    return missing_in(place) if place else []


def _check_role(interaction: discord.Interaction, role: discord.Role | None) -> None:
    if role is not None and role.is_default() and not interaction.permissions.mention_everyone:
        raise BadInput("Mentioning everyone needs the Mention Everyone permission, which you lack here.")


def _mention(subscription: Subscription) -> str:
    return f" Mentions <@&{subscription.mention_role}>." if subscription.mention_role else ""
